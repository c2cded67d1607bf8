import { randomBytes } from 'node:crypto';

/** A name for one life of a store, new for each store and for each copy of one. */
export function newEpoch(): string {
  return randomBytes(12).toString('base64url');
}
