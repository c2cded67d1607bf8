/**
 * Digests of LDAP directories: {SHA} and {SSHA} (as in RFC 2307 §5.3 and its practice), {SHA256}, {SSHA256}, {SHA512},
 * {SSHA512}: base64 of the digest and, for the salted ones, the salt behind it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

export interface SaltedDigest {
  readonly algorithm: 'sha1' | 'sha256' | 'sha512';
  readonly digest: Uint8Array;
  /** Empty for the unsalted schemes. */
  readonly salt: Uint8Array;
}

const sizes = { sha1: 20, sha256: 32, sha512: 64 } as const;
const schemes: Readonly<Record<string, { readonly algorithm: SaltedDigest['algorithm']; readonly salted: boolean }>> = {
  SHA: { algorithm: 'sha1', salted: false },
  SSHA: { algorithm: 'sha1', salted: true },
  SHA256: { algorithm: 'sha256', salted: false },
  SSHA256: { algorithm: 'sha256', salted: true },
  SHA512: { algorithm: 'sha512', salted: false },
  SSHA512: { algorithm: 'sha512', salted: true },
};

const pattern = /^\{([A-Za-z0-9]+)\}([A-Za-z0-9+/]{1,300}={0,2})$/;
const maxSaltOctets = 64;

/** undefined: not one of these schemes, or of a length that does not fit it. */
export function parseSaltedDigest(text: string): SaltedDigest | undefined {
  const match = pattern.exec(text);
  const scheme = schemes[match?.[1]?.toUpperCase() ?? ''];
  if (match === null || scheme === undefined) return undefined;
  const octets = Buffer.from(match[2] ?? '', 'base64');
  const size = sizes[scheme.algorithm];
  const saltOctets = octets.length - size;
  if (scheme.salted ? saltOctets < 1 || saltOctets > maxSaltOctets : saltOctets !== 0) return undefined;
  return { algorithm: scheme.algorithm, digest: octets.subarray(0, size), salt: octets.subarray(size) };
}

export function verifySaltedDigest(password: string, stored: SaltedDigest): boolean {
  const digest = createHash(stored.algorithm).update(password).update(stored.salt).digest();
  return timingSafeEqual(digest, stored.digest);
}
