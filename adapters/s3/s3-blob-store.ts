import type { Readable } from 'node:stream';
import type { BlobRef, BlobStaging, BlobStore, OctetRange } from '../../gateway/ports/blob-store.ts';
import type { Call } from '../../gateway/ports/call.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { abortableBody } from '../shared/abortable-body.ts';
import { Renewals } from '../shared/renewals.ts';
import { BlobWriter } from './blob-writer.ts';
import { Bucket } from './bucket.ts';
import { Crowd } from './crowd.ts';
import { Exclusive } from './exclusive.ts';
import { isSha256, Names } from './names.ts';
import type { BlobKey } from './names.ts';
import { ObjectReader } from './object-reader.ts';
import { settingsFrom } from './options.ts';
import type { S3BlobStoreOptions } from './options.ts';
import { S3BlobStaging } from './staging.ts';
import type { S3Store } from './store.ts';
import { sweep } from './sweep.ts';

/**
 * Blobs as objects of an S3 bucket. Any number of processes on any number of machines may use the same bucket and prefix. Each
 * put makes an object of its own, under a key that begins with the SHA-256 of its octets.
 */
export class S3BlobStore implements BlobStore, Disposable {
  readonly staging: BlobStaging;
  readonly #store: S3Store;
  readonly #staging: S3BlobStaging;

  private constructor(store: S3Store) {
    this.#store = store;
    this.#staging = new S3BlobStaging(store);
    this.staging = this.#staging;
  }

  /** Loads the AWS SDK. Sends nothing yet: `check` tells whether the bucket can be used. */
  static async open(options: S3BlobStoreOptions): Promise<S3BlobStore> {
    const settings = settingsFrom(options);
    const bucket = await Bucket.open(settings);
    const names = new Names(settings.prefix);
    return new S3BlobStore({
      bucket,
      names,
      settings,
      exclusive: new Exclusive(bucket, names),
      renewals: new Renewals(),
      crowd: new Crowd(settings.bufferOctets, (settings.partsInFlight + 1) * settings.partOctets),
      uploadsUnderWay: new Set(),
    });
  }

  async put(body: AsyncIterable<Uint8Array>, limitOctets: number, call: Call): Promise<BlobRef> {
    call.signal.throwIfAborted();
    using writer = new BlobWriter(this.#store, call);
    try {
      let sizeOctets = 0;
      for await (const chunk of abortableBody(body, AbortSignal.any([call.signal, writer.failed]))) {
        sizeOctets += chunk.byteLength;
        if (sizeOctets > limitOctets) {
          throw new GatewayError('too-large', `more than ${limitOctets} octets are not accepted`);
        }
        await writer.add(chunk);
      }
      return await writer.finish();
    } catch (error) {
      await writer.discard();
      throw error;
    }
  }

  async get(key: string, range: OctetRange | undefined, call: Call): Promise<Readable> {
    call.signal.throwIfAborted();
    const blob = this.#store.names.parseKey(key);
    if (blob === undefined) throw new GatewayError('not-found', 'there is no such blob');
    return ObjectReader.open(this.#store.bucket, blob.dataName, range, call);
  }

  /** Also finds a blob by the SHA-256 of its octets, which is no key of this store: the youngest one that has them. */
  async head(key: string, call: Call): Promise<BlobRef | undefined> {
    call.signal.throwIfAborted();
    const { names, bucket } = this.#store;
    const blob = isSha256(key) ? await this.#youngest(key, call.signal) : names.parseKey(key);
    if (blob === undefined) return undefined;
    const found = await bucket.head(blob.dataName, call.signal);
    return found === undefined ? undefined : { key: blob.key, sizeOctets: found.sizeOctets, sha256: blob.sha256 };
  }

  async delete(key: string, call: Call): Promise<void> {
    call.signal.throwIfAborted();
    const blob = this.#store.names.parseKey(key);
    if (blob === undefined) return;
    // In this order, so that octets are listed as long as they are there.
    if (blob.isLarge) await this.#store.bucket.delete(blob.dataName, call.signal);
    await this.#store.bucket.delete(this.#store.names.entry(blob.key), call.signal);
  }

  sweep(
    olderThanMs: number,
    isReferenced: (keys: readonly string[]) => Promise<ReadonlySet<string>>,
    call: Call,
  ): Promise<{ readonly blobs: number; readonly temporary: number }> {
    const olderThan = this.#store.settings.clock.nowMs() - olderThanMs;
    const isInUse = (id: string): boolean => this.#staging.isInUse(id);
    return sweep(this.#store, olderThan, { isReferenced, isInUse }, call);
  }

  /** Writes an object of no octets, always the same one. */
  async check(call: Call): Promise<void> {
    try {
      await this.#store.bucket.put(this.#store.names.check, new Uint8Array(0), {}, call.signal);
    } catch (error) {
      call.signal.throwIfAborted();
      throw new GatewayError('unavailable', 'the object storage does not take a write', { cause: error });
    }
  }

  /** Closes the connections. */
  [Symbol.dispose](): void {
    this.#store.bucket[Symbol.dispose]();
  }

  async #youngest(sha256: string, signal: AbortSignal): Promise<BlobKey | undefined> {
    const { names, bucket } = this.#store;
    // Keys count time down, so the youngest is listed first.
    for await (const [first] of bucket.list(`${names.blobs}${sha256}.`, signal, 1)) {
      return first === undefined ? undefined : names.keyOfEntry(first.name);
    }
    return undefined;
  }
}
