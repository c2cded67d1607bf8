/** Header fields of the tus resumable upload protocol 1.0 (tus.io). */
import { decodeBase64, encodeBase64 } from '../http/base64.ts';
import type { Parsed } from '../parsed.ts';
import { accept, refuse } from '../parsed.ts';

/** `Tus-Resumable` and `Tus-Version`. */
export const tusVersion: string = '1.0.0';

/** Extensions that these codecs serve; `Tus-Extension` lists the ones that a server offers. */
export const tusExtensions = [
  'creation',
  'creation-with-upload',
  'creation-defer-length',
  'expiration',
  'checksum',
  'termination',
] as const;

/** `Content-Type` of the PATCH that carries octets. */
export const tusContentType: string = 'application/offset+octet-stream';

/** `Tus-Checksum-Algorithm`: names as tus writes them, which are Node's too. sha1 is the one that it requires. */
export const tusChecksumAlgorithms = ['sha1', 'sha256', 'sha512', 'md5'] as const;

export type TusChecksumAlgorithm = (typeof tusChecksumAlgorithms)[number];

const checksumOctets: Readonly<Record<TusChecksumAlgorithm, number>> = { sha1: 20, sha256: 32, sha512: 64, md5: 16 };

/** Keys in order of appearance; a key without a value has empty octets. */
export type UploadMetadata = ReadonlyMap<string, Uint8Array>;

/** `Upload-Metadata`: `key base64,key base64,key`. @param header undefined: none was sent, the map is empty */
export function parseUploadMetadata(header: string | undefined): Parsed<UploadMetadata> {
  const metadata = new Map<string, Uint8Array>();
  if (header === undefined || header.trim() === '') return accept(metadata);
  for (const pair of header.split(',')) {
    const match = /^([\x21-\x2b\x2d-\x7e]+)(?: +([A-Za-z0-9+/=]*))?$/.exec(pair.trim());
    const key = match?.[1];
    const value = decodeBase64(match?.[2] ?? '');
    if (key === undefined || value === undefined) return refuse('Upload-Metadata does not parse');
    if (metadata.has(key)) return refuse('Upload-Metadata has a key twice');
    metadata.set(key, value);
  }
  return accept(metadata);
}

/** Keys must be ASCII without spaces and commas; those that are not are left out. */
export function formatUploadMetadata(metadata: UploadMetadata): string {
  const pairs: string[] = [];
  for (const [key, value] of metadata) {
    if (!/^[\x21-\x2b\x2d-\x7e]+$/.test(key)) continue;
    pairs.push(value.length === 0 ? key : `${key} ${encodeBase64(value)}`);
  }
  return pairs.join(',');
}

/** The value of a key as text; undefined when it is missing or not UTF-8. */
export function metadataText(metadata: UploadMetadata, key: string): string | undefined {
  const octets = metadata.get(key);
  if (octets === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    // A fatal decoder throws for invalid octets, and for nothing else.
    return undefined;
  }
}

/** `Upload-Length`, octets of the whole upload. */
export function parseUploadLength(header: string | undefined): number | undefined | 'invalid' {
  return parseOctets(header);
}

/** `Upload-Offset`, octets that are there already. */
export function parseUploadOffset(header: string | undefined): number | undefined | 'invalid' {
  return parseOctets(header);
}

/** `Upload-Defer-Length`: the only value there is, `1`, says that the length will follow. */
export function parseUploadDeferLength(header: string | undefined): boolean | 'invalid' {
  if (header === undefined) return false;
  return header.trim() === '1' ? true : 'invalid';
}

export interface UploadChecksum {
  readonly algorithm: TusChecksumAlgorithm;
  readonly value: Uint8Array;
}

/** `Upload-Checksum`: `sha1 base64`, of the octets of this one PATCH. @returns undefined as value: none was sent */
export function parseUploadChecksum(header: string | undefined): Parsed<UploadChecksum | undefined> {
  if (header === undefined) return accept(undefined);
  const match = /^(\S+) (\S+)$/.exec(header.trim());
  const name = match?.[1]?.toLowerCase();
  const algorithm = tusChecksumAlgorithms.find((one) => one === name);
  if (algorithm === undefined) return refuse('the algorithm of Upload-Checksum is not supported');
  const value = decodeBase64(match?.[2] ?? '');
  if (value?.length !== checksumOctets[algorithm]) return refuse('Upload-Checksum does not parse');
  return accept({ algorithm, value });
}

function parseOctets(header: string | undefined): number | undefined | 'invalid' {
  if (header === undefined) return undefined;
  const value = header.trim();
  if (!/^\d{1,16}$/.test(value)) return 'invalid';
  const octets = Number(value);
  return Number.isSafeInteger(octets) ? octets : 'invalid';
}
