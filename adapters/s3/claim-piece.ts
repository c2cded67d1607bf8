/** The one place where it is decided whose piece stands at an offset of a staged upload. */
import { randomInt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { newNonce } from './names.ts';
import type { StagedUpload } from './staged-upload.ts';
import type { S3Store } from './store.ts';

/** Tries of writers that keep coming at the same moment. */
const maxTries = 6;

/** Milliseconds that two writers who met wait, at random, before one of them tries again; more with every try. */
const maxWaitMs = 100;

/**
 * Stores a piece, unless another writer's piece is at its offset.
 *
 * Where the server refuses a second object of one name, a piece's name is its offset. Elsewhere every writer takes a name of
 * its own, and looks afterwards whether it is alone. Two who find each other both take their pieces back, wait, and whoever
 * then finds nobody tries again. So two pieces at one offset never both stay, as long as a listing shows what was stored before
 * it. (Where it lags they may: then the upload ends with `in-use` and must be begun anew, and no octets get mixed.)
 * @returns its name; undefined when another one is there
 */
export async function claimPiece(
  store: S3Store,
  { id, generation }: StagedUpload,
  offset: number,
  octets: Uint8Array,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { bucket, names, exclusive } = store;
  const place = names.piece(id, generation, offset);
  if (await exclusive.isSupported()) {
    return (await exclusive.make(place, octets, {}, signal)) ? place : undefined;
  }
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const name = names.piece(id, generation, offset, newNonce());
    await bucket.put(name, octets, {}, signal);
    if ((await namesAt(store, place, signal)).every((other) => other === name)) return name;
    await bucket.delete(name, signal);
    await setTimeout(randomInt(maxWaitMs * tries), undefined, { signal });
    if ((await namesAt(store, place, signal)).length > 0) return undefined;
  }
  return undefined;
}

async function namesAt({ bucket }: S3Store, place: string, signal: AbortSignal): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const page of bucket.list(place, signal)) found.push(...page.map(({ name }) => name));
  return found;
}
