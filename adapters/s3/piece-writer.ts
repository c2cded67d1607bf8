import { GatewayError } from '../../gateway/ports/errors.ts';
import { claimPiece } from './claim-piece.ts';
import { minPartOctets } from './options.ts';
import { PartBuffer } from './part-buffer.ts';
import type { StagedUpload } from './staged-upload.ts';
import { clearingUp, partOctetsAt } from './store.ts';
import type { S3Store } from './store.ts';

/**
 * Stores what arrives for a staged upload as pieces, one object each, named by their first octet. A piece is begun when the one
 * before is this writer's for certain; so of two writers at one offset one stops before it has stored anything.
 *
 * No piece of a body of 5 MiB or more is smaller than that: such pieces can be copied into a multipart upload by the server.
 * For this at least so much is held back until more comes.
 */
export class PieceWriter implements Disposable {
  readonly #store: S3Store;
  readonly #upload: StagedUpload;
  readonly #stored: string[] = [];
  readonly #failure = new AbortController();
  #buffer = new PartBuffer();
  #spare: PartBuffer | undefined;
  #place: Disposable | undefined;
  #storing: Promise<void> = Promise.resolve();
  /** Where the next piece begins. */
  #offset: number;
  #storedEnd: number;

  constructor(store: S3Store, upload: StagedUpload) {
    this.#store = store;
    this.#upload = upload;
    this.#offset = upload.sizeOctets;
    this.#storedEnd = upload.sizeOctets;
  }

  /** Aborted when a piece could not be stored: then no more octets are wanted. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  /** The offset that durable pieces reach. */
  get storedEnd(): number {
    return this.#storedEnd;
  }

  /** Resolves when there is room for more. @throws GatewayError `precondition-failed`, `over-quota`, `unavailable` */
  async add(chunk: Uint8Array): Promise<void> {
    for (let taken = 0; taken < chunk.byteLength;) {
      if (this.#buffer.sizeOctets === this.#capacity(this.#offset)) {
        await this.#storeFirst(partOctetsAt(this.#offset, this.#store.settings));
      }
      taken += this.#buffer.fill(chunk.subarray(taken), this.#capacity(this.#offset));
    }
  }

  /** Stores what is left. @throws GatewayError `precondition-failed`, `over-quota`, `unavailable` */
  async finish(): Promise<void> {
    await this.#storing;
    this.failed.throwIfAborted();
    if (this.#buffer.sizeOctets > 0) await this.#storeFirst(this.#buffer.sizeOctets);
    await this.#storing;
    this.failed.throwIfAborted();
  }

  /** Takes back what this writer has stored. */
  async remove(): Promise<void> {
    await this.#storing;
    await this.#store.bucket.deleteAll(this.#stored, clearingUp());
  }

  /** Lets go of the memory. */
  [Symbol.dispose](): void {
    this.#place?.[Symbol.dispose]();
  }

  /** Begins to store the first octets of the buffer once the piece before is stored. */
  async #storeFirst(sizeOctets: number): Promise<void> {
    await this.#storing;
    this.failed.throwIfAborted();
    const full = this.#buffer;
    const rest = full.octets.subarray(sizeOctets);
    // Stored by now is the piece before, whose buffer is filled again.
    this.#buffer = this.#spare ?? new PartBuffer();
    this.#spare = full;
    this.#buffer.clear();
    this.#buffer.fill(rest, this.#capacity(this.#offset + sizeOctets));
    const offset = this.#offset;
    this.#offset += sizeOctets;
    this.#storing = this.#storePiece(offset, full.octets.subarray(0, sizeOctets)).catch((error: unknown) => {
      this.#failure.abort(error);
    });
    this.#place ??= this.#store.crowd.join();
    if (this.#store.crowd.isDense) await this.#storing;
  }

  #capacity(offset: number): number {
    return partOctetsAt(offset, this.#store.settings) + minPartOctets;
  }

  /** Not ended by the call's signal: what has arrived is kept. The client's time-outs and retries end it. */
  async #storePiece(offset: number, octets: Uint8Array): Promise<void> {
    const name = await claimPiece(this.#store, this.#upload, offset, octets, new AbortController().signal);
    if (name === undefined) {
      throw new GatewayError('precondition-failed', `another part of this upload arrived at octet ${offset}`);
    }
    this.#stored.push(name);
    this.#storedEnd = offset + octets.byteLength;
  }
}
