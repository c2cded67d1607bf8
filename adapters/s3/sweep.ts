/** Removes what nobody refers to, while this process and others put, read and sweep. */
import type { Call } from '../../gateway/ports/call.ts';
import type { ListedObject } from './bucket.ts';
import { hasCode } from './errors.ts';
import type { BlobKey } from './names.ts';
import type { S3Store } from './store.ts';

export interface SweepQuestions {
  isReferenced(keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** Whether this process is writing to a staged upload. */
  isInUse(id: string): boolean;
}

/**
 * One sweep. Several at once, also on several machines, do no harm: each asks and removes by itself.
 *
 * A key is given out once, by the put that made its object. So a blob that is old and not referred to is wanted by nobody, and
 * no put that goes on beside the sweep can give its key back. What a put of this process stored since the sweep began is
 * left alone even when it counts as old.
 * @param olderThan milliseconds since the epoch
 */
export async function sweep(
  store: S3Store,
  olderThan: number,
  questions: SweepQuestions,
  call: Call,
): Promise<{ readonly blobs: number; readonly temporary: number }> {
  call.signal.throwIfAborted();
  using renewals = store.renewals.watch();
  let blobs = 0;
  for await (const page of store.bucket.list(store.names.blobs, call.signal)) {
    const candidates = page
      .filter(({ modifiedMs }) => modifiedMs < olderThan)
      .map(({ name }) => store.names.keyOfEntry(name))
      .filter((blob) => blob !== undefined);
    blobs += await removeUnreferenced(store, candidates, renewals, questions, call);
  }
  let temporary = await sweepStaging(store, olderThan, questions, call);
  for (const folder of [store.names.data, store.names.staging]) {
    temporary += await sweepUploads(store, folder, olderThan, call);
  }
  return { blobs, temporary };
}

async function removeUnreferenced(
  store: S3Store,
  candidates: readonly BlobKey[],
  renewals: { has(sha256: string): boolean },
  questions: SweepQuestions,
  call: Call,
): Promise<number> {
  if (candidates.length === 0) return 0;
  const referenced = await questions.isReferenced(candidates.map(({ key }) => key));
  call.signal.throwIfAborted();
  const removable = candidates.filter(({ key, sha256 }) => !referenced.has(key) && !renewals.has(sha256));
  // In this order, so that a sweep that is broken off leaves nothing that is not listed.
  const large = removable.filter(({ isLarge }) => isLarge);
  await store.bucket.deleteAll(
    large.map(({ dataName }) => dataName),
    call.signal,
  );
  await store.bucket.deleteAll(
    removable.map(({ key }) => store.names.entry(key)),
    call.signal,
  );
  return removable.length;
}

/** Staged uploads whose last piece is old, and what is left of those that were forgotten. */
async function sweepStaging(store: S3Store, olderThan: number, questions: SweepQuestions, call: Call): Promise<number> {
  let removed = 0;
  for await (const { id, objects } of stagedUploads(store, call.signal)) {
    if (questions.isInUse(id) || objects.some(({ modifiedMs }) => modifiedMs >= olderThan)) continue;
    // The upload first: without it the pieces are none.
    await store.bucket.delete(store.names.session(id), call.signal);
    await store.bucket.deleteAll(
      objects.map(({ name }) => name),
      call.signal,
    );
    removed += 1;
  }
  return removed;
}

/** A listing is in the order of names, so the objects of an upload follow one another. */
async function* stagedUploads(
  store: S3Store,
  signal: AbortSignal,
): AsyncGenerator<{ readonly id: string; readonly objects: readonly ListedObject[] }> {
  let id: string | undefined;
  let objects: ListedObject[] = [];
  for await (const page of store.bucket.list(store.names.staging, signal)) {
    for (const object of page) {
      const next = store.names.idOfStaged(object.name);
      if (next === undefined) continue;
      if (id !== undefined && next !== id) {
        yield { id, objects };
        objects = [];
      }
      id = next;
      objects.push(object);
    }
  }
  if (id !== undefined) yield { id, objects };
}

/** Multipart uploads that nobody completed. */
async function sweepUploads(store: S3Store, folder: string, olderThan: number, call: Call): Promise<number> {
  let removed = 0;
  for await (const listed of store.bucket.listUploads(folder, call.signal)) {
    if (store.uploadsUnderWay.has(listed.uploadId) || listed.initiatedMs >= olderThan) continue;
    const upload = store.bucket.foundUpload(listed);
    try {
      // One that has been under way for long goes on as long as parts come.
      if (((await upload.lastPartMs(call.signal)) ?? listed.initiatedMs) >= olderThan) continue;
      await upload.abort(call.signal);
      removed += 1;
    } catch (error) {
      if (!hasCode(error, 'not-found')) throw error;
    }
  }
  return removed;
}
