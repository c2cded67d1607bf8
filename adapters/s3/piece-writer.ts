import { GatewayError } from '../../gateway/ports/errors.ts';
import { newNonce } from './names.ts';
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
export class PieceWriter {
  readonly #store: S3Store;
  readonly #upload: StagedUpload;
  readonly #stored: string[] = [];
  readonly #failure = new AbortController();
  #buffer = new PartBuffer();
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
      const pieceOctets = partOctetsAt(this.#offset, this.#store.settings);
      const capacity = pieceOctets + minPartOctets;
      if (this.#buffer.sizeOctets === capacity) await this.#storeFirst(pieceOctets);
      taken += this.#buffer.fill(chunk.subarray(taken), capacity);
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

  /** Begins to store the first octets of the buffer once the piece before is stored. */
  async #storeFirst(sizeOctets: number): Promise<void> {
    await this.#storing;
    this.failed.throwIfAborted();
    const { octets } = this.#buffer;
    const rest = octets.subarray(sizeOctets);
    this.#buffer = new PartBuffer();
    if (rest.byteLength > 0) this.#buffer.fill(rest, rest.byteLength);
    const offset = this.#offset;
    this.#offset += sizeOctets;
    this.#storing = this.#storePiece(offset, octets.subarray(0, sizeOctets)).catch((error: unknown) => {
      this.#failure.abort(error);
    });
  }

  /** Not ended by the call's signal: what has arrived is kept. The client's time-outs and retries end it. */
  async #storePiece(offset: number, octets: Uint8Array): Promise<void> {
    const { exclusive } = this.#store;
    const { id, generation } = this.#upload;
    const signal = new AbortController().signal;
    const hasOwnName = (await exclusive.mode()) === 'none';
    const name = this.#store.names.piece(id, generation, offset, hasOwnName ? newNonce() : undefined);
    if (!(await exclusive.make(name, octets, {}, signal))) throw taken(offset);
    if (hasOwnName) await this.#requireAlone(name, offset, signal);
    this.#stored.push(name);
    this.#storedEnd = offset + octets.byteLength;
  }

  /**
   * Where the server cannot refuse a second piece at one offset: whoever finds another one there takes his own back. So never
   * more than one stays; of two that come at the same moment none may.
   */
  async #requireAlone(name: string, offset: number, signal: AbortSignal): Promise<void> {
    const { bucket, names } = this.#store;
    for await (const page of bucket.list(names.piece(this.#upload.id, this.#upload.generation, offset), signal)) {
      if (page.every((object) => object.name === name)) continue;
      await bucket.delete(name, signal);
      throw taken(offset);
    }
  }
}

function taken(offset: number): GatewayError {
  return new GatewayError('precondition-failed', `another part of this upload arrived at octet ${offset}`);
}
