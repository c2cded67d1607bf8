/** The keys a server keeps for SCRAM in place of the password (RFC 5802 §3, RFC 7677). */
import { createHash, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);

/** Without the principal they belong to; 32 octets each. */
export interface ScramKeys {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/**
 * Derives the keys of SCRAM-SHA-256. There are none for SHA-1: every client that speaks SCRAM over TLS and is still
 * maintained speaks SHA-256, others use PLAIN, and SHA-1 keys would be the weakest thing stored.
 * @param password prepared (`preparePassword`)
 * @param iterations RFC 7677 §4: at least 4096
 */
export async function deriveScramKeys(password: string, salt: Uint8Array, iterations: number): Promise<ScramKeys> {
  const saltedPassword = await derive(password, salt, iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', saltedPassword).update('Client Key').digest();
  const serverKey = createHmac('sha256', saltedPassword).update('Server Key').digest();
  return { salt, iterations, storedKey: createHash('sha256').update(clientKey).digest(), serverKey };
}
