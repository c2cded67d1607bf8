import type { Readable } from 'node:stream';
import type { BlobRef, BlobStaging } from '../../gateway/ports/blob-store.ts';
import type { Call } from '../../gateway/ports/call.ts';
import type { Clock } from '../../gateway/ports/clock.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { abortableBody } from '../shared/abortable-body.ts';
import { streamOf } from './stream-of.ts';

interface Upload {
  chunks: Uint8Array[];
  sizeOctets: number;
  changedMs: number;
  appending: boolean;
}

/** Staged uploads in memory, for tests. */
export class MemoryBlobStaging implements BlobStaging {
  readonly #uploads = new Map<string, Upload>();
  readonly #clock: Clock;
  readonly #keep: (octets: Uint8Array) => BlobRef;

  /** @param keep makes octets a blob */
  constructor(clock: Clock, keep: (octets: Uint8Array) => BlobRef) {
    this.#clock = clock;
    this.#keep = keep;
  }

  async begin(id: string, call: Call): Promise<void> {
    call.signal.throwIfAborted();
    if (!/^[A-Za-z0-9_-]{16,64}$/.test(id)) {
      throw new GatewayError('syntax', 'this cannot be the id of a staged upload');
    }
    if (this.#uploads.has(id)) throw new GatewayError('already-exists', 'there is a staged upload with this id');
    this.#uploads.set(id, { chunks: [], sizeOctets: 0, changedMs: this.#clock.nowMs(), appending: false });
  }

  async offset(id: string, call: Call): Promise<number> {
    return this.#find(id, call).sizeOctets;
  }

  async append(
    id: string,
    offset: number,
    body: AsyncIterable<Uint8Array>,
    limitOctets: number,
    call: Call,
  ): Promise<number> {
    const upload = this.#find(id, call);
    if (upload.appending) throw new GatewayError('in-use', 'another part of this upload is arriving');
    if (upload.sizeOctets !== offset) {
      throw new GatewayError(
        'precondition-failed',
        `the upload continues at octet ${upload.sizeOctets}, not at ${offset}`,
      );
    }
    upload.appending = true;
    try {
      for await (const chunk of abortableBody(body, call.signal)) {
        if (upload.sizeOctets - offset + chunk.byteLength > limitOctets) {
          throw new GatewayError('too-large', `more than ${limitOctets} octets are not accepted here`);
        }
        upload.chunks.push(chunk);
        upload.sizeOctets += chunk.byteLength;
      }
    } finally {
      upload.appending = false;
      upload.changedMs = this.#clock.nowMs();
    }
    if (this.#uploads.get(id) !== upload) throw notFound();
    return upload.sizeOctets;
  }

  async read(id: string, call: Call): Promise<Readable> {
    return streamOf(Buffer.concat(this.#find(id, call).chunks), call.signal);
  }

  async complete(id: string, call: Call): Promise<BlobRef> {
    const upload = this.#find(id, call);
    if (upload.appending) throw new GatewayError('in-use', 'a part of this upload is arriving');
    this.#uploads.delete(id);
    return this.#keep(Buffer.concat(upload.chunks));
  }

  async abort(id: string, call: Call): Promise<void> {
    call.signal.throwIfAborted();
    this.#uploads.delete(id);
  }

  /** @returns how many uploads were removed */
  sweep(olderThanMs: number): number {
    let removed = 0;
    for (const [id, upload] of this.#uploads) {
      if (upload.appending || upload.changedMs >= olderThanMs) continue;
      this.#uploads.delete(id);
      removed += 1;
    }
    return removed;
  }

  #find(id: string, call: Call): Upload {
    call.signal.throwIfAborted();
    const upload = this.#uploads.get(id);
    if (upload === undefined) throw notFound();
    return upload;
  }
}

function notFound(): GatewayError {
  return new GatewayError('not-found', 'there is no such staged upload');
}
