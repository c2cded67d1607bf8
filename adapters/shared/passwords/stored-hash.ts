/** The hashes that may stand in a credential: what they are is read from their text. */
import { parseArgon2, type Argon2Hash } from './argon2.ts';
import { isBcrypt } from './bcrypt.ts';
import { parseSaltedDigest, type SaltedDigest } from './salted-digest.ts';
import { parseShaCrypt } from './sha-crypt.ts';

export type StoredHash =
  | { readonly scheme: 'argon2'; readonly value: Argon2Hash }
  /** Cheap to compute. */
  | { readonly scheme: 'digest'; readonly value: SaltedDigest }
  /** Computed in a worker; `text` without a scheme in braces. */
  | { readonly scheme: 'bcrypt' | 'sha-crypt'; readonly text: string };

// Schemes in braces whose text says by itself what it is: {CRYPT} of OpenLDAP, the others of Dovecot.
const transparentScheme = /^\{(?:crypt|sha256-crypt|sha512-crypt|blf-crypt|argon2|argon2id|argon2i)\}/i;

/** undefined: nothing that is known here, or more expensive than this machine will compute. */
export function parseStoredHash(text: string): StoredHash | undefined {
  const digest = parseSaltedDigest(text);
  if (digest !== undefined) return { scheme: 'digest', value: digest };
  const bare = text.replace(transparentScheme, '');
  const argon2 = parseArgon2(bare);
  if (argon2 !== undefined) return { scheme: 'argon2', value: argon2 };
  if (isBcrypt(bare)) return { scheme: 'bcrypt', text: bare };
  if (parseShaCrypt(bare) !== undefined) return { scheme: 'sha-crypt', text: bare };
  return undefined;
}
