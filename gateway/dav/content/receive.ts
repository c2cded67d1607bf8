/**
 * Takes a body in: small ones into memory, so that they share the commit of their row; larger ones into the blob store,
 * durable before the row names them. What the client said of length and checksums is proved on the way.
 */
import { createHash, hash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Call } from '../../ports/call.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import type { NewContent } from '../../ports/collection-store.ts';
import { parseExpectedEntityLength } from '../../wire/dav/headers.ts';
import { Adler32 } from '../../wire/http/adler32.ts';
import { parseDigestHeaders } from '../../wire/http/digest.ts';
import type { ExpectedDigest } from '../../wire/http/digest.ts';
import { isMediaType } from '../content-type.ts';
import { badRequest, DavProblem, noRoom } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { DavOptions } from '../options.ts';

/** The octets of a body that arrived whole, without what the store wants to know besides. */
export type Received = { readonly etag: string; readonly sizeOctets: number } & (
  { readonly octets: Uint8Array } | { readonly blobKey: string }
);

/** Each one is computed over the whole body. */
const maxDigests = 8;

/** Half of a SHA-256: more than enough to tell contents apart, and short in a listing. */
export function etagOf(sha256: string): string {
  return sha256.slice(0, 32);
}

/**
 * @param roomOctets more is refused as soon as it comes
 * @throws DavProblem 400 (shorter or longer than announced, or a checksum differs: nothing is kept), 413, 507; GatewayError of
 *   the blob store
 */
export async function receiveBody(exchange: Exchange, blobs: BlobStore, roomOctets: number): Promise<Received> {
  const { options } = exchange;
  const digests = expectedDigests(exchange);
  // COMPAT(macOS Finder, all): sends chunks and tells the length here; a broken upload must not become a short file.
  const expected = exchange.announcedOctets ?? parseExpectedEntityLength(exchange.header('x-expected-entity-length'));
  if ((expected ?? 0) > options.maxResourceOctets) throw tooLarge(options);
  const checked = verified(exchange.body(), digests, expected, roomOf(roomOctets, options));
  return storeOctets(checked, expected, blobs, options, exchange.call);
}

/** RFC 9110 §15.5.16: a content coding is not kept, and who reads the file would not know of it. @throws DavProblem 415 */
export function assertPlain(exchange: Exchange): void {
  const coding = exchange.header('content-encoding')?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return;
  throw new DavProblem(415, 'a file is sent without Content-Encoding', undefined, { 'Accept-Encoding': 'identity' });
}

/** Puts octets where they belong by their number. @param expected how many will come; undefined: not known */
export async function storeOctets(
  octets: AsyncIterable<Uint8Array>,
  expected: number | undefined,
  blobs: BlobStore,
  options: DavOptions,
  call: Call,
): Promise<Received> {
  if (expected !== undefined && expected > options.inlineOctets) return storeBlob(octets, blobs, options, call);
  const iterator = octets[Symbol.asyncIterator]();
  const head = await readHead(iterator, options);
  const size = head.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  if (size > options.inlineOctets) return storeBlob(continued(head, iterator), blobs, options, call);
  const whole = head.length === 1 && head[0] !== undefined ? head[0] : Buffer.concat(head);
  return { etag: etagOf(hash('sha256', whole, 'hex')), sizeOctets: size, octets: whole };
}

async function storeBlob(
  octets: AsyncIterable<Uint8Array>,
  blobs: BlobStore,
  options: DavOptions,
  call: Call,
): Promise<Received> {
  const ref = await blobs.put(octets, options.maxResourceOctets, call);
  return { etag: etagOf(ref.sha256), sizeOctets: ref.sizeOctets, blobKey: ref.key };
}

/** Chunks until the body ends or is too large to be kept in a row. */
async function readHead(iterator: AsyncIterator<Uint8Array>, options: DavOptions): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size <= options.inlineOctets) {
    const next = await iterator.next();
    if (next.done === true) break;
    chunks.push(next.value);
    size += next.value.byteLength;
  }
  return chunks;
}

async function* continued(
  head: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

function tooLarge(options: DavOptions): DavProblem {
  return new DavProblem(413, `a file may have ${options.maxResourceOctets} octets`);
}

/** A body of unknown length would fill the disk before the quota says no. */
function roomOf(octets: number, options: DavOptions): { readonly octets: number; readonly refusal: DavProblem } {
  const byQuota = octets < options.maxResourceOctets;
  return { octets, refusal: byQuota ? noRoom() : tooLarge(options) };
}

function expectedDigests(exchange: Exchange): readonly ExpectedDigest[] {
  const parsed = parseDigestHeaders({
    digest: exchange.header('digest'),
    contentDigest: exchange.header('content-digest'),
    reprDigest: exchange.header('repr-digest'),
    ocChecksum: exchange.header('oc-checksum'),
    contentMd5: exchange.header('content-md5'),
  });
  if (!parsed.ok) throw badRequest(parsed.reason);
  if (parsed.value.length > maxDigests) throw badRequest(`at most ${maxDigests} checksums are computed for an upload`);
  return parsed.value;
}

/** Passes chunks on and fails at the end if they were not what was announced; a failed stream is never stored. */
async function* verified(
  body: AsyncIterable<Uint8Array>,
  digests: readonly ExpectedDigest[],
  expected: number | undefined,
  room: { readonly octets: number; readonly refusal: DavProblem },
): AsyncGenerator<Uint8Array, void, undefined> {
  const running = digests.map((digest) => ({ digest, hash: startDigest(digest) }));
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > room.octets) throw room.refusal;
    for (const { hash: sum } of running) sum.update(chunk);
    yield chunk;
  }
  if (expected !== undefined && size !== expected) {
    throw badRequest(`${expected} octets were announced and ${size} came; nothing was stored`);
  }
  for (const { digest, hash: sum } of running) {
    if (Buffer.compare(sum.digest(), digest.value) !== 0) {
      throw badRequest(`the ${digest.algorithm} checksum in ${digest.header} differs; nothing was stored`);
    }
  }
}

function startDigest(digest: ExpectedDigest): Adler32 | Hash {
  return digest.algorithm === 'adler32' ? new Adler32() : createHash(digest.algorithm);
}

/** @param contentType as the client gave it; what is no media type is left out */
export function withContentType(received: Received, contentType: string | undefined): NewContent {
  return { ...received, contentType: contentType !== undefined && isMediaType(contentType) ? contentType : undefined };
}
