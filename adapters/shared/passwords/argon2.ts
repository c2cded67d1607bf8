/** argon2 (RFC 9106) by Node's own crypto, in the PHC string format: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`. */
import { argon2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const compute = promisify(argon2);

export type Argon2Algorithm = 'argon2id' | 'argon2i' | 'argon2d';

export interface Argon2Cost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly parallelism: number;
}

export interface Argon2Hash extends Argon2Cost {
  readonly algorithm: Argon2Algorithm;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** What a stored or imported string may ask of this machine: at most 256 MiB and some seconds. */
const limits = { memoryKiB: 262_144, passes: 64, parallelism: 16 };

const phc =
  /^\$(argon2(?:id|i|d))\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;

/** undefined: not such a string, another version than 1.3 (`v=19`), or beyond what this machine will compute. */
export function parseArgon2(text: string): Argon2Hash | undefined {
  const match = phc.exec(text);
  if (match === null) return undefined;
  const [, algorithm, memory, passes, parallelism, salt, hash] = match;
  const cost = { memoryKiB: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  if (cost.memoryKiB > limits.memoryKiB || cost.passes > limits.passes || cost.parallelism > limits.parallelism) {
    return undefined;
  }
  // RFC 9106 §3.1: at least one pass and one lane, and 8 KiB of memory a lane.
  if (cost.passes < 1 || cost.parallelism < 1 || cost.memoryKiB < 8 * cost.parallelism) return undefined;
  return {
    ...cost,
    algorithm: algorithm as Argon2Algorithm,
    salt: Buffer.from(salt ?? '', 'base64'),
    hash: Buffer.from(hash ?? '', 'base64'),
  };
}

export function formatArgon2(value: Argon2Hash): string {
  const base64 = (octets: Uint8Array) => Buffer.from(octets).toString('base64').replaceAll('=', '');
  const cost = `m=${value.memoryKiB},t=${value.passes},p=${value.parallelism}`;
  return `$${value.algorithm}$v=19$${cost}$${base64(value.salt)}$${base64(value.hash)}`;
}

/** Hashes with argon2id to 32 octets. @param salt at least 8 octets, random (RFC 9106 §3.1 wants 16) */
export async function hashArgon2(password: string, salt: Uint8Array, cost: Argon2Cost): Promise<Argon2Hash> {
  const algorithm: Argon2Algorithm = 'argon2id';
  return { ...cost, algorithm, salt, hash: await digest(algorithm, password, salt, 32, cost) };
}

export async function verifyArgon2(password: string, stored: Argon2Hash): Promise<boolean> {
  const hash = await digest(stored.algorithm, password, stored.salt, stored.hash.length, stored);
  return timingSafeEqual(hash, stored.hash);
}

/** Whether a hash costs an attacker less than `cost` would. */
export function isWeaker(stored: Argon2Hash, cost: Argon2Cost): boolean {
  return (
    stored.algorithm !== 'argon2id' ||
    stored.memoryKiB < cost.memoryKiB ||
    stored.passes < cost.passes ||
    stored.salt.length < 16 ||
    stored.hash.length < 32
  );
}

function digest(
  algorithm: Argon2Algorithm,
  message: string,
  nonce: Uint8Array,
  tagLength: number,
  cost: Argon2Cost,
): Promise<Buffer> {
  const { memoryKiB: memory, passes, parallelism } = cost;
  return compute(algorithm, { message, nonce, tagLength, memory, passes, parallelism });
}
