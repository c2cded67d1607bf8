/** Checksums that a client sends with an upload, in the five ways that are in use. */
import type { Parsed } from '../parsed.ts';
import { accept, refuse } from '../parsed.ts';
import { decodeBase64 } from './base64.ts';
import { splitList } from './fields.ts';

export type DigestAlgorithm = 'md5' | 'sha1' | 'sha256' | 'sha512' | 'adler32';

export interface DigestHeaders {
  /** `Digest` (RFC 3230): of the representation. */
  readonly digest?: string | undefined;
  /** `Content-Digest` (RFC 9530 §2): of the content as sent. */
  readonly contentDigest?: string | undefined;
  /** `Repr-Digest` (RFC 9530 §3): of the representation. */
  readonly reprDigest?: string | undefined;
  /** `OC-Checksum` (ownCloud, Nextcloud, rclone): `SHA1:hex`. */
  readonly ocChecksum?: string | undefined;
  /** `Content-MD5` (RFC 2616 §14.15). */
  readonly contentMd5?: string | undefined;
}

export interface ExpectedDigest {
  readonly algorithm: DigestAlgorithm;
  readonly value: Uint8Array;
  /** The header field that it came in. */
  readonly header: string;
}

const lengths: Readonly<Record<DigestAlgorithm, number>> = { md5: 16, sha1: 20, sha256: 32, sha512: 64, adler32: 4 };

/** The names that RFC 3230, RFC 9530 and ownCloud give to the algorithms, in lower case. */
const algorithms: ReadonlyMap<string, DigestAlgorithm> = new Map<string, DigestAlgorithm>([
  ['md5', 'md5'],
  ['sha', 'sha1'],
  ['sha1', 'sha1'],
  ['sha-1', 'sha1'],
  ['sha-256', 'sha256'],
  ['sha256', 'sha256'],
  ['sha-512', 'sha512'],
  ['sha512', 'sha512'],
  ['adler', 'adler32'],
  ['adler32', 'adler32'],
]);

/**
 * All checksums of a request; empty when it has none of a known algorithm. A known one whose value cannot be read is
 * refused, because taking the upload unchecked is not what the client asked for.
 */
export function parseDigestHeaders(headers: DigestHeaders): Parsed<readonly ExpectedDigest[]> {
  const found: ExpectedDigest[] = [];
  for (const [header, name, value] of claims(headers)) {
    const algorithm = algorithms.get(name.toLowerCase());
    if (algorithm === undefined) continue;
    const octets = value(algorithm);
    if (octets === undefined || octets.length !== lengths[algorithm]) {
      return refuse(`the ${algorithm} checksum in ${header} is malformed`);
    }
    found.push({ algorithm, value: octets, header });
  }
  return accept(found);
}

type Claim = readonly [header: string, name: string, value: (algorithm: DigestAlgorithm) => Uint8Array | undefined];

function* claims(headers: DigestHeaders): Generator<Claim> {
  for (const piece of splitList(headers.digest ?? '', ',')) {
    const [name, value] = cut(piece, '=');
    // RFC 3230 §4.1.1 has ADLER32 among those that are written in hexadecimal.
    yield ['Digest', name, (algorithm) => (algorithm === 'adler32' ? decodeHex(value) : decodeBase64(value))];
  }
  const structured = [
    ['Content-Digest', headers.contentDigest],
    ['Repr-Digest', headers.reprDigest],
  ] as const;
  for (const [header, field] of structured) {
    for (const piece of splitList(field ?? '', ',')) {
      const [name, value] = cut(piece, '=');
      yield [header, name, () => decodeByteSequence(value)];
    }
  }
  for (const piece of (headers.ocChecksum ?? '').split(/[\s,]+/)) {
    const [name, value] = cut(piece, ':');
    yield ['OC-Checksum', name, () => decodeHex(value)];
  }
  if (headers.contentMd5 !== undefined) {
    const value = headers.contentMd5.trim();
    yield ['Content-MD5', 'md5', () => decodeBase64(value)];
  }
}

function cut(piece: string, separator: string): readonly [string, string] {
  const at = piece.indexOf(separator);
  return at === -1 ? [piece.trim(), ''] : [piece.slice(0, at).trim(), piece.slice(at + 1).trim()];
}

/** A byte sequence of a structured field, `:base64:`, perhaps with parameters behind it (RFC 9651 §3.3.5). */
function decodeByteSequence(value: string): Uint8Array | undefined {
  const base64 = /^:([^:]*):(?:\s*;.*)?$/s.exec(value)?.[1];
  return base64 === undefined ? undefined : decodeBase64(base64);
}

function decodeHex(value: string): Uint8Array | undefined {
  if (value.length % 2 !== 0 || !/^[0-9A-Fa-f]+$/.test(value)) return undefined;
  return new Uint8Array(Buffer.from(value, 'hex'));
}
