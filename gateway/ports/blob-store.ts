/**
 * The port `BlobStore`: bytes by key. A blob is visible only when it is complete and durable, and never changes.
 *
 * Who refers to a blob is the collection store's knowledge; the blob store only keeps bytes, and gives back those that
 * nobody refers to any more when it is asked to sweep.
 */
import type { Readable } from 'node:stream';
import type { Call } from './call.ts';

export interface BlobRef {
  /** Opaque; `[A-Za-z0-9._-]`, at most 128 characters. */
  readonly key: string;
  readonly sizeOctets: number;
  /** SHA-256 of the bytes, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** Both ends inclusive, as in RFC 9110 §14.1.2; the caller has resolved suffixes and clipped to the size. */
export interface OctetRange {
  readonly first: number;
  readonly last: number;
}

/** A blob that is open for reading into buffers of the reader's own, used again and again. */
export interface BlobReader extends AsyncDisposable {
  readonly sizeOctets: number;
  /** Fills `buffer` from `position` of the blob on; resolves with the octets that were read, 0 at the end. */
  read(buffer: Uint8Array, position: number): Promise<number>;
}

export interface BlobStore {
  /**
   * Stores what the stream gives. Resolves after the bytes are durable; if the stream fails or the signal aborts, nothing
   * remains and the promise rejects with that reason.
   * @param limitOctets more than this many octets is refused with `too-large`
   * @throws GatewayError `too-large`, `over-quota` (the device is full), `unavailable`
   */
  put(body: AsyncIterable<Uint8Array>, limitOctets: number, call: Call): Promise<BlobRef>;

  /** A stream of the blob or of a range of it. @throws GatewayError `not-found`, `unavailable` */
  get(key: string, range: OctetRange | undefined, call: Call): Promise<Readable>;

  /**
   * Present where reading into given buffers is cheaper than a stream of new ones. The caller disposes of the reader when no
   * read is under way. @throws GatewayError `not-found`, `unavailable`
   */
  open?(key: string, call: Call): Promise<BlobReader>;

  /** @throws GatewayError `unavailable` */
  head(key: string, call: Call): Promise<BlobRef | undefined>;

  /** Removes a blob; it is not an error if there is none. */
  delete(key: string, call: Call): Promise<void>;

  /**
   * Removes leavings: temporary files, staged uploads and blobs older than `olderThanMs` for which `isReferenced` says no.
   * A blob that a `put` gave back after the sweep began is never removed.
   * @param isReferenced asked in batches; answers with the keys that are referred to
   * @returns how many of each were removed
   */
  sweep(
    olderThanMs: number,
    isReferenced: (keys: readonly string[]) => Promise<ReadonlySet<string>>,
    call: Call,
  ): Promise<{ readonly blobs: number; readonly temporary: number }>;

  /** Resolves when the store can take a write now. @throws GatewayError `unavailable` */
  check(call: Call): Promise<void>;

  /** Present where an upload may be staged in several pieces and survive a restart between them. */
  readonly staging?: BlobStaging;
}

export interface BlobStaging {
  /** Begins a staged upload under an id that the caller chose (`[A-Za-z0-9_-]`, 16 to 64 characters). */
  begin(id: string, call: Call): Promise<void>;
  /** The octets that are durable so far. @throws GatewayError `not-found` */
  offset(id: string, call: Call): Promise<number>;
  /**
   * Appends at `offset`; resolves with the new offset after the bytes are durable. If the stream fails half way, what had
   * arrived is kept and durable, and `offset()` tells how much.
   * @throws GatewayError `not-found`, `precondition-failed` (offset is not the current one), `too-large`, `in-use` (another
   *   append is under way)
   */
  append(id: string, offset: number, body: AsyncIterable<Uint8Array>, limitOctets: number, call: Call): Promise<number>;
  /** Reads staged octets back, for checksums. @throws GatewayError `not-found` */
  read(id: string, call: Call): Promise<Readable>;
  /** Makes the staged bytes a blob and forgets the upload. @throws GatewayError `not-found` */
  complete(id: string, call: Call): Promise<BlobRef>;
  /** Forgets an upload; it is not an error if there is none. */
  abort(id: string, call: Call): Promise<void>;
}
