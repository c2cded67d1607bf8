import type { BlobRef } from '../../gateway/ports/blob-store.ts';
import type { Call } from '../../gateway/ports/call.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { Lanes } from './lanes.ts';
import type { MultipartUpload } from './multipart-upload.ts';
import { newNonce } from './names.ts';
import type { BlobKey } from './names.ts';
import { clearingUp } from './store.ts';
import type { S3Store } from './store.ts';

/** Copies that the server makes at once for one blob. No octets of them come by. */
const copiesInFlight = 16;

/**
 * A blob that comes in parts. Its octets go to an object of their own, whose name must be chosen before their hash is known; the
 * empty object that lists the blob, by a name that tells the hash, is written before the parts are completed. So there are
 * never octets that no listing leads to, and no blob before its octets are complete.
 */
export class LargeBlob {
  readonly #store: S3Store;
  readonly #upload: MultipartUpload;
  readonly #lanes: Lanes;
  readonly #copies = new Lanes(copiesInFlight);
  readonly #nonce: string;
  readonly #call: Call;
  readonly #abandon = new AbortController();
  #parts = 0;
  #listed: BlobKey | undefined;

  private constructor(store: S3Store, upload: MultipartUpload, nonce: string, call: Call) {
    this.#store = store;
    this.#upload = upload;
    this.#nonce = nonce;
    this.#call = call;
    this.#lanes = new Lanes(store.settings.partsInFlight);
  }

  static async start(store: S3Store, call: Call): Promise<LargeBlob> {
    const nonce = newNonce();
    const upload = await store.bucket.startUpload(store.names.large(nonce), call.signal);
    store.uploadsUnderWay.add(upload.uploadId);
    return new LargeBlob(store, upload, nonce, call);
  }

  /** Aborted when a part that was sent could not be stored. */
  get failed(): AbortSignal {
    return this.#lanes.failed;
  }

  /** Resolves when no part is on its way. */
  sent(): Promise<void> {
    return this.#lanes.idle();
  }

  /** Sends the next part; resolves when it is on its way. @param sent told when its octets are not needed any more */
  addOctets(octets: Uint8Array, sent: () => void): Promise<void> {
    const number = (this.#parts += 1);
    return this.#lanes.add(async () => {
      await this.#upload.put(number, octets, this.#signal);
      sent();
    });
  }

  /** Takes an object as the next part; resolves when that is under way. */
  addCopy(name: string): Promise<void> {
    const number = (this.#parts += 1);
    return this.#copies.add(() => this.#upload.copy(number, name, this.#signal));
  }

  /** Makes the parts a blob. */
  async finish(sha256: string, sizeOctets: number): Promise<BlobRef> {
    const { bucket, names, settings } = this.#store;
    await this.#lanes.done();
    await this.#copies.done();
    const blob = names.newKey(sha256, settings.clock.nowMs(), 'l', this.#nonce);
    this.#listed = blob;
    await bucket.put(names.entry(blob.key), new Uint8Array(0), {}, this.#call.signal);
    await this.#complete(blob, sizeOctets);
    this.#store.uploadsUnderWay.delete(this.#upload.uploadId);
    return { key: blob.key, sizeOctets, sha256 };
  }

  /**
   * A try whose answer was lost may have done it, and a server may answer with success to what it did otherwise; so what counts
   * is what is there.
   */
  async #complete(blob: BlobKey, sizeOctets: number): Promise<void> {
    const failure = await this.#upload.complete(this.#call.signal).then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    this.#call.signal.throwIfAborted();
    const there = await this.#store.bucket.head(blob.dataName, this.#call.signal);
    if (there?.sizeOctets === sizeOctets) return;
    if (failure !== undefined) throw failure;
    throw new GatewayError('unavailable', 'the object storage made another object of the parts');
  }

  /** Gives it up and removes what is there of it. */
  async discard(): Promise<void> {
    const { bucket, names } = this.#store;
    this.#abandon.abort(new GatewayError('unavailable', 'the blob was given up'));
    await this.#lanes.idle();
    await this.#copies.idle();
    try {
      await this.#upload.abort(clearingUp());
      if (this.#listed === undefined) return;
      // In this order, so that what is not reached is still listed.
      await bucket.delete(this.#listed.dataName, clearingUp());
      await bucket.delete(names.entry(this.#listed.key), clearingUp());
    } catch (error) {
      this.#call.log.warn('blob.temporary-left', { result: 'failed', error });
    } finally {
      this.#store.uploadsUnderWay.delete(this.#upload.uploadId);
    }
  }

  get #signal(): AbortSignal {
    return AbortSignal.any([this.#call.signal, this.#abandon.signal]);
  }
}
