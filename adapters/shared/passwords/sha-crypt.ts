/**
 * crypt(3) by SHA-256 (`$5$`) and SHA-512 (`$6$`), after "Unix crypt using SHA-256 and SHA-512" (U. Drepper, 2008); the step
 * numbers are that text's.
 *
 * Written here and not taken from the package `unixcrypt`: version 3.0.4 gives a wrong hash where the password's length is a
 * multiple of the digest's, which a generated password of 32 characters under `$5$` is.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

export interface ShaCryptHash {
  readonly algorithm: 'sha256' | 'sha512';
  readonly rounds: number;
  readonly salt: string;
  /** In crypt's own base64. */
  readonly hash: string;
}

/** The format allows 999,999,999, which is 20 minutes of work; a million is a second. */
const maxRounds = 1_000_000;

const pattern = /^\$([56])\$(?:rounds=(\d{1,9})\$)?([^$:\n\0]{0,16})[^$:\n\0]*\$([./0-9A-Za-z]{43}|[./0-9A-Za-z]{86})$/;

/** undefined: not such a string, or more rounds than this machine will compute. */
export function parseShaCrypt(text: string): ShaCryptHash | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, id, rounds, salt = '', hash = ''] = match;
  if (hash.length !== (id === '5' ? 43 : 86)) return undefined;
  // "rounds" below 1000 count as 1000; without it, 5000.
  const count = rounds === undefined ? 5000 : Math.max(1000, Number(rounds));
  if (count > maxRounds) return undefined;
  return { algorithm: id === '5' ? 'sha256' : 'sha512', rounds: count, salt, hash };
}

/** Takes tens of milliseconds without a pause: call it in a worker. */
export function verifyShaCrypt(password: string, stored: ShaCryptHash): boolean {
  const hash = computeShaCrypt(Buffer.from(password), Buffer.from(stored.salt), stored);
  return timingSafeEqual(Buffer.from(hash), Buffer.from(stored.hash));
}

function computeShaCrypt(password: Buffer, salt: Buffer, settings: Pick<ShaCryptHash, 'algorithm' | 'rounds'>): string {
  const digest = (...parts: readonly Uint8Array[]): Buffer => {
    const hash = createHash(settings.algorithm);
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  // Steps 1 to 12.
  const digestB = digest(password, salt, password);
  const mixed: Uint8Array[] = [password, salt, stretch(digestB, password.length)];
  for (let bits = password.length; bits > 0; bits >>>= 1) mixed.push(bits & 1 ? digestB : password);
  const digestA = digest(...mixed);
  // Steps 13 to 16 and 17 to 20.
  const p = stretch(digest(...times(password, password.length)), password.length);
  const s = stretch(digest(...times(salt, 16 + (digestA[0] ?? 0))), salt.length);
  // Step 21.
  let round = digestA;
  for (let index = 0; index < settings.rounds; index += 1) {
    const odd = index % 2 === 1;
    const parts = [odd ? p : round];
    if (index % 3 !== 0) parts.push(s);
    if (index % 7 !== 0) parts.push(p);
    parts.push(odd ? round : p);
    round = digest(...parts);
  }
  return formatCryptBase64(round);
}

/** A digest repeated and cut to `length` octets. */
function stretch(digest: Buffer, length: number): Buffer {
  return Buffer.alloc(length, length === 0 ? undefined : digest);
}

function times(octets: Buffer, count: number): readonly Buffer[] {
  return Array.from({ length: count }, () => octets);
}

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * Step 22: groups of three octets, which begin at 0, a third and two thirds of the digest and rotate; each group gives four
 * characters, the lowest six bits first; the octets left over give three (SHA-256) or two (SHA-512).
 */
function formatCryptBase64(digest: Buffer): string {
  const third = Math.floor(digest.length / 3);
  const at = (index: number) => digest[index] ?? 0;
  let text = '';
  const put = (value: number, characters: number) => {
    for (let n = 0; n < characters; n += 1) text += alphabet[(value >>> (6 * n)) & 63] ?? '';
  };
  // SHA-512 turns the group to the left at each step, SHA-256 to the right.
  const turn = digest.length === 64 ? 1 : 2;
  for (let index = 0; index < third; index += 1) {
    const group = [index, index + third, index + 2 * third];
    const first = (index * turn) % 3;
    const [a, b, c] = [0, 1, 2].map((offset) => at(group[(first + offset) % 3] ?? 0));
    put(((a ?? 0) << 16) | ((b ?? 0) << 8) | (c ?? 0), 4);
  }
  if (digest.length === 64) put(at(63), 2);
  else put((at(31) << 8) | at(30), 3);
  return text;
}
