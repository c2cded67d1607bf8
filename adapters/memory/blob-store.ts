/** Blobs in memory, for tests. */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { BlobRef, BlobStaging, BlobStore, OctetRange } from '../../gateway/ports/blob-store.ts';
import type { Call } from '../../gateway/ports/call.ts';
import type { Clock } from '../../gateway/ports/clock.ts';
import { systemClock } from '../../gateway/ports/clock.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { abortableBody } from '../shared/abortable-body.ts';
import { MemoryBlobStaging } from './blob-staging.ts';
import { streamOf } from './stream-of.ts';

interface Blob {
  readonly octets: Uint8Array;
  readonly putMs: number;
}

/** A BlobStore that keeps everything in the process: durable until it ends. Keys are the SHA-256 of the bytes. */
export class MemoryBlobStore implements BlobStore {
  readonly staging: BlobStaging;
  readonly #blobs = new Map<string, Blob>();
  readonly #staging: MemoryBlobStaging;
  readonly #clock: Clock;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#staging = new MemoryBlobStaging(clock, (octets) => this.#keep(octets));
    this.staging = this.#staging;
  }

  /** The keys of all blobs, for assertions. */
  get keys(): readonly string[] {
    return [...this.#blobs.keys()];
  }

  async put(body: AsyncIterable<Uint8Array>, limitOctets: number, call: Call): Promise<BlobRef> {
    const chunks: Uint8Array[] = [];
    let sizeOctets = 0;
    for await (const chunk of abortableBody(body, call.signal)) {
      sizeOctets += chunk.byteLength;
      if (sizeOctets > limitOctets) {
        throw new GatewayError('too-large', `more than ${limitOctets} octets are not accepted`);
      }
      chunks.push(chunk);
    }
    call.signal.throwIfAborted();
    return this.#keep(Buffer.concat(chunks));
  }

  async get(key: string, range: OctetRange | undefined, call: Call): Promise<Readable> {
    call.signal.throwIfAborted();
    const blob = this.#blobs.get(key);
    if (blob === undefined) throw new GatewayError('not-found', 'there is no such blob');
    return streamOf(range === undefined ? blob.octets : blob.octets.subarray(range.first, range.last + 1), call.signal);
  }

  async head(key: string, call: Call): Promise<BlobRef | undefined> {
    call.signal.throwIfAborted();
    const blob = this.#blobs.get(key);
    return blob === undefined ? undefined : { key, sizeOctets: blob.octets.byteLength, sha256: key };
  }

  async delete(key: string, call: Call): Promise<void> {
    call.signal.throwIfAborted();
    this.#blobs.delete(key);
  }

  async sweep(
    olderThanMs: number,
    isReferenced: (keys: readonly string[]) => Promise<ReadonlySet<string>>,
    call: Call,
  ): Promise<{ readonly blobs: number; readonly temporary: number }> {
    call.signal.throwIfAborted();
    const olderThan = this.#clock.nowMs() - olderThanMs;
    const candidates = [...this.#blobs].filter(([, blob]) => blob.putMs < olderThan);
    const referenced = await isReferenced(candidates.map(([key]) => key));
    let blobs = 0;
    for (const [key, blob] of candidates) {
      // A put that came meanwhile has made a new entry of the same bytes.
      if (referenced.has(key) || this.#blobs.get(key) !== blob) continue;
      this.#blobs.delete(key);
      blobs += 1;
    }
    return { blobs, temporary: this.#staging.sweep(olderThan) };
  }

  async check(call: Call): Promise<void> {
    call.signal.throwIfAborted();
  }

  #keep(octets: Uint8Array): BlobRef {
    const sha256 = createHash('sha256').update(octets).digest('hex');
    this.#blobs.set(sha256, { octets, putMs: this.#clock.nowMs() });
    return { key: sha256, sizeOctets: octets.byteLength, sha256 };
  }
}
