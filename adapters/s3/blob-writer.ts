import { createHash } from 'node:crypto';
import type { BlobRef } from '../../gateway/ports/blob-store.ts';
import type { Call } from '../../gateway/ports/call.ts';
import { LargeBlob } from './large-blob.ts';
import { newNonce } from './names.ts';
import { PartBuffer } from './part-buffer.ts';
import { clearingUp, partOctetsAt } from './store.ts';
import type { S3Store } from './store.ts';

/**
 * Takes octets and makes a blob of them: in one request when they fit in one part, else in parts that are sent while the next
 * one is collected. It holds as many parts as are in flight and one more.
 */
export class BlobWriter implements Disposable {
  readonly #store: S3Store;
  readonly #call: Call;
  readonly #hash = createHash('sha256');
  readonly #failure = new AbortController();
  /** Buffers of parts that are stored, to be filled again. */
  readonly #spare: PartBuffer[] = [];
  #buffer = new PartBuffer();
  #large: LargeBlob | undefined;
  #putName: string | undefined;
  #place: Disposable | undefined;
  #sizeOctets = 0;

  constructor(store: S3Store, call: Call) {
    this.#store = store;
    this.#call = call;
  }

  /** Aborted when a part could not be stored: then no more octets are wanted. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  /** Resolves when there is room for more. @throws GatewayError `over-quota`, `unavailable` */
  async add(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk);
    for (let taken = 0; taken < chunk.byteLength;) {
      const capacity = partOctetsAt(this.#sizeOctets - this.#buffer.sizeOctets, this.#store.settings);
      // A part is sent when it is known that more follows: what fits in one part is put in one request.
      if (this.#buffer.sizeOctets === capacity) await this.#send();
      const count = this.#buffer.fill(chunk.subarray(taken), capacity);
      taken += count;
      this.#sizeOctets += count;
    }
  }

  /** Makes what was added a blob. @throws GatewayError `over-quota`, `unavailable` */
  async finish(): Promise<BlobRef> {
    const sha256 = this.#hash.digest('hex');
    return this.#store.renewals.during(sha256, async () => {
      if (this.#large === undefined) return this.#putAtOnce(sha256);
      await this.#send();
      return this.#large.finish(sha256, this.#sizeOctets);
    });
  }

  /** Gives up and removes what was stored. What a server that does not answer may still hold is left to a sweep. */
  async discard(): Promise<void> {
    await this.#large?.discard();
    if (this.#putName === undefined || !this.#call.signal.aborted) return;
    try {
      await this.#store.bucket.delete(this.#putName, clearingUp());
    } catch (error) {
      this.#call.log.warn('blob.temporary-left', { result: 'failed', error });
    }
  }

  /** Lets go of the memory. */
  [Symbol.dispose](): void {
    this.#place?.[Symbol.dispose]();
  }

  async #putAtOnce(sha256: string): Promise<BlobRef> {
    const { bucket, names, settings } = this.#store;
    const { octets } = this.#buffer;
    const { key } = names.newKey(sha256, settings.clock.nowMs(), 's', newNonce());
    this.#putName = names.entry(key);
    await bucket.put(this.#putName, octets, { sha256 }, this.#call.signal);
    return { key, sizeOctets: octets.byteLength, sha256 };
  }

  async #send(): Promise<void> {
    const large = (this.#large ??= await this.#startLarge());
    const part = this.#buffer;
    await large.addOctets(part.octets, () => {
      part.clear();
      this.#spare.push(part);
    });
    if (this.#store.crowd.isDense) await large.sent();
    this.#buffer = this.#spare.pop() ?? new PartBuffer(this.#store.settings.partOctets);
  }

  async #startLarge(): Promise<LargeBlob> {
    const large = await LargeBlob.start(this.#store, this.#call);
    this.#place = this.#store.crowd.join();
    large.failed.addEventListener('abort', () => this.#failure.abort(large.failed.reason), { once: true });
    return large;
  }
}
