import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { BlobRef, BlobStaging } from '../../gateway/ports/blob-store.ts';
import type { Call } from '../../gateway/ports/call.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { abortableBody } from '../shared/abortable-body.ts';
import { assemble } from './assemble.ts';
import { isStagingId, newNonce } from './names.ts';
import { ObjectReader } from './object-reader.ts';
import { PieceWriter } from './piece-writer.ts';
import { generationField, generationOf, loadUpload, noSuchUpload } from './staged-upload.ts';
import type { StagedUpload } from './staged-upload.ts';
import { clearingUp } from './store.ts';
import type { S3Store } from './store.ts';

/** Uploads whose hash and size are kept in memory; of others the pieces are read again when they are complete. */
const maxKnown = 1024;

/** The octet of the object that stands for an upload. */
const sessionOctets = new Uint8Array([0x75]);

/** What this process knows of an upload since its last append. */
interface Known {
  readonly generation: string;
  /** Stored then. */
  readonly sizeOctets: number;
  /** Of so many octets; undefined when another process has stored some of them. */
  readonly hash: Hash | undefined;
}

/**
 * Uploads in several pieces, each piece an object as soon as it has arrived, so that any process can go on with any upload.
 * Two appends of this process are kept apart at once (`in-use`); of those of several processes at one offset the first one to
 * store a piece there goes on, and the others end with `precondition-failed`.
 */
export class S3BlobStaging implements BlobStaging {
  readonly #store: S3Store;
  readonly #inUse = new Set<string>();
  readonly #known = new Map<string, Known>();

  constructor(store: S3Store) {
    this.#store = store;
  }

  /** Whether this process is writing to an upload: a sweep leaves it. */
  isInUse(id: string): boolean {
    return this.#inUse.has(id);
  }

  async begin(id: string, call: Call): Promise<void> {
    call.signal.throwIfAborted();
    if (!isStagingId(id)) throw new GatewayError('syntax', 'this cannot be the id of a staged upload');
    const { exclusive, bucket, names } = this.#store;
    const name = names.session(id);
    const metadata = { [generationField]: newNonce() };
    let isMade: boolean;
    if (await exclusive.isSupported()) {
      isMade = await exclusive.make(name, sessionOctets, metadata, call.signal);
    } else {
      // Ids are random, so a look before suffices.
      isMade = (await bucket.head(name, call.signal)) === undefined;
      if (isMade) await bucket.put(name, sessionOctets, { metadata }, call.signal);
    }
    if (!isMade) throw new GatewayError('already-exists', 'there is a staged upload with this id');
  }

  async offset(id: string, call: Call): Promise<number> {
    return (await this.#load(id, call)).sizeOctets;
  }

  async append(
    id: string,
    offset: number,
    body: AsyncIterable<Uint8Array>,
    limitOctets: number,
    call: Call,
  ): Promise<number> {
    call.signal.throwIfAborted();
    using _lock = this.#lock(id);
    const upload = await this.#load(id, call);
    if (upload.sizeOctets !== offset) {
      throw new GatewayError(
        'precondition-failed',
        `the upload continues at octet ${upload.sizeOctets}, not at ${offset}`,
      );
    }
    return await this.#append(upload, body, limitOctets, call);
  }

  async #append(
    upload: StagedUpload,
    body: AsyncIterable<Uint8Array>,
    limitOctets: number,
    call: Call,
  ): Promise<number> {
    const hash = this.#takeHash(upload);
    using writer = new PieceWriter(this.#store, upload);
    let received = 0;
    let isRead = false;
    try {
      for await (const chunk of abortableBody(body, AbortSignal.any([call.signal, writer.failed]))) {
        if (received + chunk.byteLength > limitOctets) {
          throw new GatewayError('too-large', `more than ${limitOctets} octets are not accepted here`);
        }
        received += chunk.byteLength;
        hash?.update(chunk);
        await writer.add(chunk);
      }
      isRead = true;
      await writer.finish();
    } catch (error) {
      // What arrived is kept, however the body ended.
      if (!isRead) await writer.finish().catch((failure: unknown) => this.#logLost(failure, error, call));
      this.#keep(upload, hash, received, writer);
      throw error;
    }
    this.#keep(upload, hash, received, writer);
    await this.#requireSame(upload, writer);
    return writer.storedEnd;
  }

  #logLost(failure: unknown, error: unknown, call: Call): void {
    if (failure !== error) call.log.warn('blob.staging-not-kept', { result: 'failed', error: failure });
  }

  /** An upload that was forgotten meanwhile must not be answered as if it went on. */
  async #requireSame(upload: StagedUpload, writer: PieceWriter): Promise<void> {
    const now = await generationOf(this.#store, upload.id, clearingUp()).catch((error: unknown) => {
      if (error instanceof GatewayError && error.code === 'not-found') return undefined;
      throw error;
    });
    if (now === upload.generation) return;
    await writer.remove();
    throw noSuchUpload();
  }

  async read(id: string, call: Call): Promise<Readable> {
    const { pieces } = await this.#load(id, call);
    const { bucket } = this.#store;
    const octets = async function* (): AsyncGenerator<Uint8Array> {
      for (const { name } of pieces) {
        yield* (await ObjectReader.open(bucket, name, undefined, call)) as AsyncIterable<Uint8Array>;
      }
    };
    return Readable.from(octets(), { objectMode: false, signal: call.signal });
  }

  async complete(id: string, call: Call): Promise<BlobRef> {
    call.signal.throwIfAborted();
    using _lock = this.#lock(id);
    const upload = await this.#load(id, call);
    const hash = this.#takeHash(upload);
    const ref = await assemble(this.#store, upload, hash?.digest('hex'), call);
    this.#known.delete(id);
    try {
      await this.#forget(id, clearingUp());
    } catch (error) {
      // The blob is there. What is left of the upload is for a sweep.
      call.log.warn('blob.staging-left', { result: 'failed', error });
    }
    return ref;
  }

  async abort(id: string, call: Call): Promise<void> {
    call.signal.throwIfAborted();
    if (!isStagingId(id)) return;
    this.#known.delete(id);
    await this.#forget(id, call.signal);
  }

  /** The upload first: without it the pieces are none. */
  async #forget(id: string, signal: AbortSignal): Promise<void> {
    const { bucket, names } = this.#store;
    await bucket.delete(names.session(id), signal);
    for await (const page of bucket.list(names.upload(id), signal)) {
      await bucket.deleteAll(
        page.map(({ name }) => name),
        signal,
      );
    }
  }

  #lock(id: string): Disposable {
    if (this.#inUse.has(id)) throw new GatewayError('in-use', 'another part of this upload is arriving');
    this.#inUse.add(id);
    return { [Symbol.dispose]: () => this.#inUse.delete(id) };
  }

  /**
   * COMPAT(OpenStack Swift, all): a listing may lag behind what was stored. What this process has stored must be listed again
   * before it goes on, or an upload would be completed without its end.
   */
  async #load(id: string, call: Call): Promise<StagedUpload> {
    const upload = await loadUpload(this.#store, id, call.signal);
    const known = this.#known.get(id);
    if (known?.generation === upload.generation && upload.sizeOctets < known.sizeOctets) {
      const detail = { retryAfterSeconds: 1 };
      throw new GatewayError('unavailable', 'the object storage does not list everything yet', { detail });
    }
    return upload;
  }

  /** The hash of what was stored, if this process stored all of it; whoever takes it changes it. */
  #takeHash({ id, generation, sizeOctets }: StagedUpload): Hash | undefined {
    if (sizeOctets === 0) return createHash('sha256');
    const known = this.#known.get(id);
    if (known?.generation !== generation) return undefined;
    this.#known.set(id, { ...known, hash: undefined });
    return known.sizeOctets === sizeOctets ? known.hash : undefined;
  }

  /** @param received octets that the hash was told, after those that were there */
  #keep(upload: StagedUpload, hash: Hash | undefined, received: number, writer: PieceWriter): void {
    const { id, generation } = upload;
    const sizeOctets = writer.storedEnd;
    const isHashed = upload.sizeOctets + received === sizeOctets;
    this.#known.delete(id);
    this.#known.set(id, { generation, sizeOctets, hash: isHashed ? hash : undefined });
    const oldest = this.#known.size > maxKnown ? this.#known.keys().next().value : undefined;
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}
