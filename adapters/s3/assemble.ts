/** Makes the pieces of a staged upload one blob. */
import { createHash } from 'node:crypto';
import type { BlobRef } from '../../gateway/ports/blob-store.ts';
import type { Call } from '../../gateway/ports/call.ts';
import { BlobWriter } from './blob-writer.ts';
import { hasCode } from './errors.ts';
import { LargeBlob } from './large-blob.ts';
import { ObjectReader } from './object-reader.ts';
import { minPartOctets } from './options.ts';
import { PartBuffer } from './part-buffer.ts';
import { noSuchUpload } from './staged-upload.ts';
import type { Piece, StagedUpload } from './staged-upload.ts';
import type { S3Store } from './store.ts';

/** The S3 API's own limit of parts, less some that are made of the pieces between. */
const maxParts = 9000;

/**
 * Pieces of 5 MiB and more are copied by the server; smaller ones are read and put together first. When the hash is not known
 * every piece is read, once.
 * @param sha256 of all octets, when it is known
 * @throws GatewayError `not-found` (the upload was forgotten meanwhile), `over-quota`, `unavailable`
 */
export async function assemble(
  store: S3Store,
  upload: StagedUpload,
  sha256: string | undefined,
  call: Call,
): Promise<BlobRef> {
  try {
    if (upload.sizeOctets <= store.settings.partOctets) return await putAtOnce(store, upload, call);
    return await new Assembly(store, upload, sha256, call).run();
  } catch (error) {
    if (hasCode(error, 'not-found')) throw noSuchUpload(error);
    throw error;
  }
}

async function putAtOnce(store: S3Store, upload: StagedUpload, call: Call): Promise<BlobRef> {
  using writer = new BlobWriter(store, call);
  try {
    for (const { name } of upload.pieces) {
      for await (const chunk of await ObjectReader.open(store.bucket, name, undefined, call)) {
        await writer.add(chunk as Uint8Array);
      }
    }
    return await writer.finish();
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

class Assembly {
  readonly #store: S3Store;
  readonly #upload: StagedUpload;
  readonly #sha256: string | undefined;
  readonly #call: Call;
  readonly #hash = createHash('sha256');
  readonly #minOctets: number;
  /** What was read of pieces that are too small to be parts by themselves. */
  #pending = new PartBuffer();

  constructor(store: S3Store, upload: StagedUpload, sha256: string | undefined, call: Call) {
    this.#store = store;
    this.#upload = upload;
    this.#sha256 = sha256;
    this.#call = call;
    this.#minOctets = Math.max(minPartOctets, Math.ceil(upload.sizeOctets / maxParts));
  }

  async run(): Promise<BlobRef> {
    const large = await LargeBlob.start(this.#store, this.#call);
    try {
      for (const piece of this.#upload.pieces) await this.#add(large, piece);
      await this.#sendPending(large);
      const sha256 = this.#sha256 ?? this.#hash.digest('hex');
      return await this.#store.renewals.during(sha256, () => large.finish(sha256, this.#upload.sizeOctets));
    } catch (error) {
      await large.discard();
      throw error;
    }
  }

  async #add(large: LargeBlob, piece: Piece): Promise<void> {
    // The last part may have any size.
    const isLast = piece === this.#upload.pieces.at(-1);
    if (this.#pending.sizeOctets === 0 && (isLast || piece.sizeOctets >= this.#minOctets)) {
      if (this.#sha256 === undefined) await this.#read(piece, (chunk) => this.#hash.update(chunk));
      await large.addCopy(piece.name);
      return;
    }
    const capacity = this.#pending.sizeOctets + piece.sizeOctets;
    await this.#read(piece, (chunk) => {
      if (this.#sha256 === undefined) this.#hash.update(chunk);
      this.#pending.fill(chunk, capacity);
    });
    if (this.#pending.sizeOctets >= this.#minOctets) await this.#sendPending(large);
  }

  async #sendPending(large: LargeBlob): Promise<void> {
    if (this.#pending.sizeOctets === 0) return;
    const part = this.#pending;
    this.#pending = new PartBuffer();
    await large.addOctets(part.octets, () => part.clear());
  }

  async #read(piece: Piece, take: (chunk: Uint8Array) => void): Promise<void> {
    for await (const chunk of await ObjectReader.open(this.#store.bucket, piece.name, undefined, this.#call)) {
      take(chunk as Uint8Array);
    }
  }
}
