/** What objects are called, and the keys that the gateway knows blobs by. */
import { randomBytes } from 'node:crypto';

const stagingIdPattern = /^[A-Za-z0-9_-]{16,64}$/;
const sha256Pattern = /^[0-9a-f]{64}$/;
const keyPattern = /^([0-9a-f]{64})\.[0-9a-f]{12}([0-9a-f]{20})([sl])$/;
const piecePattern = /^([0-9a-f]{16})(?:\.[0-9a-f]{20})?$/;

/** Milliseconds that fit in twelve hexadecimal digits. */
const endOfTime = 2 ** 48 - 1;

/**
 * A blob's key says where its octets lie and what they are:
 *
 *     <SHA-256> . <time, counted down> <random> s    octets in blobs/<key>
 *     <SHA-256> . <time, counted down> <random> l    octets in large/<random>, and an empty blobs/<key> that lists it
 *
 * Every put has a key of its own. So a sweep can never remove what a put on another machine has just given back, without any
 * lock between them: S3 has no deletion on a condition that one could rely on.
 */
export interface BlobKey {
  readonly key: string;
  readonly sha256: string;
  /** Where the octets are. */
  readonly dataName: string;
  /** Whether `dataName` is an object of its own besides the one that lists the blob. */
  readonly isLarge: boolean;
}

export function isStagingId(id: string): boolean {
  return stagingIdPattern.test(id);
}

export function isSha256(key: string): boolean {
  return sha256Pattern.test(key);
}

/** Twenty hexadecimal digits that nobody else chooses. */
export function newNonce(): string {
  return randomBytes(10).toString('hex');
}

/**
 * The objects of a store.
 *
 *     blobs/<key>                               a blob, or the entry of a large one
 *     large/<random>                            the octets of a large blob
 *     staging/<id>/upload                       a staged upload; its metadata tell the generation
 *     staging/<id>/<generation>/<offset>        a piece of it, by its first octet, in 16 hexadecimal digits
 *     check                                     written by every health check
 */
export class Names {
  readonly #prefix: string;

  /** @param prefix empty, or with a slash at its end */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get blobs(): string {
    return `${this.#prefix}blobs/`;
  }

  get staging(): string {
    return `${this.#prefix}staging/`;
  }

  get check(): string {
    return `${this.#prefix}check`;
  }

  entry(key: string): string {
    return this.blobs + key;
  }

  /** The folder of the octets of large blobs. */
  get data(): string {
    return `${this.#prefix}large/`;
  }

  large(nonce: string): string {
    return this.data + nonce;
  }

  /** A key for octets that were just stored. @param nonce of a large blob: that of its data */
  newKey(sha256: string, nowMs: number, kind: 's' | 'l', nonce: string): BlobKey {
    const countdown = (endOfTime - nowMs).toString(16).padStart(12, '0');
    const key = `${sha256}.${countdown}${nonce}${kind}`;
    return this.parseKey(key) as BlobKey;
  }

  /** undefined for what cannot be a key of this store: only keys become part of a name. */
  parseKey(key: string): BlobKey | undefined {
    const [, sha256, nonce, kind] = keyPattern.exec(key) ?? [];
    if (sha256 === undefined || nonce === undefined) return undefined;
    const isLarge = kind === 'l';
    return { key, sha256, dataName: isLarge ? this.large(nonce) : this.entry(key), isLarge };
  }

  /** The key of an object below `blobs`. */
  keyOfEntry(name: string): BlobKey | undefined {
    return name.startsWith(this.blobs) ? this.parseKey(name.slice(this.blobs.length)) : undefined;
  }

  /** Everything that belongs to a staged upload. */
  upload(id: string): string {
    return `${this.staging}${id}/`;
  }

  session(id: string): string {
    return `${this.upload(id)}upload`;
  }

  /** The id of the staged upload that an object belongs to. */
  idOfStaged(name: string): string | undefined {
    if (!name.startsWith(this.staging)) return undefined;
    const [id = ''] = name.slice(this.staging.length).split('/', 1);
    return isStagingId(id) ? id : undefined;
  }

  pieces(id: string, generation: string): string {
    return `${this.upload(id)}${generation}/`;
  }

  /** @param nonce where the server cannot refuse a second object of one name */
  piece(id: string, generation: string, offset: number, nonce?: string): string {
    const first = offset.toString(16).padStart(16, '0');
    return `${this.pieces(id, generation)}${first}${nonce === undefined ? '' : `.${nonce}`}`;
  }

  /** The offset of a piece below this folder. */
  offsetOfPiece(name: string, folder: string): number | undefined {
    const [, first] = (name.startsWith(folder) ? piecePattern.exec(name.slice(folder.length)) : undefined) ?? [];
    return first === undefined ? undefined : Number.parseInt(first, 16);
  }
}
