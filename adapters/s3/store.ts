/** What the parts of one S3 store share. */
import type { Bucket } from './bucket.ts';
import type { Crowd } from './crowd.ts';
import type { Exclusive } from './exclusive.ts';
import type { Names } from './names.ts';
import type { S3Settings } from './options.ts';
import type { Renewals } from '../shared/renewals.ts';

export interface S3Store {
  readonly bucket: Bucket;
  readonly names: Names;
  readonly settings: S3Settings;
  readonly exclusive: Exclusive;
  /** SHA-256 of the blobs that this process is putting. */
  readonly renewals: Renewals;
  /** Who sends large bodies. */
  readonly crowd: Crowd;
  /** Ids of the multipart uploads of this process: a sweep leaves them alone however long they take. */
  readonly uploadsUnderWay: Set<string>;
}

/** Milliseconds for clearing up after a call that was given up or has failed. */
const clearingUpMs = 20_000;

/** A signal for clearing up: the call's own is aborted by then. */
export function clearingUp(): AbortSignal {
  return AbortSignal.timeout(clearingUpMs);
}

/** Octets of the part that begins here: all parts of the largest objects together must not be more than 10,000. */
export function partOctetsAt(offset: number, settings: S3Settings): number {
  return Math.max(settings.partOctets, Math.ceil(offset / 1000));
}
