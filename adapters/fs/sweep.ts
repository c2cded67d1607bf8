/** Removes what nobody refers to, while others put, read and sweep. */
import { link, opendir, rename, stat, unlink } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { basename, join } from 'node:path';
import type { Call } from '../../gateway/ports/call.ts';
import { errnoOf, onDevice, unlessAbsent } from './errors.ts';
import { tryFileLock } from './file-lock.ts';
import { isBlobFolder, isKey, isStagingId, syncFolder } from './layout.ts';
import type { Layout } from './layout.ts';

/** Keys in one question, so that memory stays flat however many blobs there are. */
const batchSize = 512;

export interface SweepQuestions {
  isReferenced(keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** Whether a put of this process is writing to the temporary file. */
  isInUse(path: string): boolean;
}

interface Candidate {
  readonly key: string;
  readonly seen: Stats;
}

/**
 * One sweep. A second one beside it, in this process or in another, does nothing and answers with zeros.
 *
 * A blob is never judged by its name alone: every put makes a new file and renames it to the name. So the sweep moves a
 * candidate to the trash, looks at what it has really moved, and gives it back when that is another file than the one it
 * had judged. Readers look into the trash, so that a blob is never missed meanwhile.
 * @param olderThan milliseconds since the epoch
 */
export async function sweep(
  layout: Layout,
  olderThan: number,
  questions: SweepQuestions,
  call: Call,
): Promise<{ readonly blobs: number; readonly temporary: number }> {
  call.signal.throwIfAborted();
  using lock = await tryFileLock(layout.sweepLock);
  if (lock === undefined) return { blobs: 0, temporary: 0 };
  using renewals = layout.renewals.watch();
  await emptyTrash(layout, call.signal);
  let blobs = 0;
  for await (const batch of candidates(layout, olderThan, call.signal)) {
    blobs += await removeUnreferenced(layout, batch, renewals, questions, call);
  }
  const temporary =
    (await sweepTemporary(layout, olderThan, questions, call.signal)) +
    (await sweepStaging(layout, olderThan, call.signal));
  return { blobs, temporary };
}

/** Gives back what a sweep that died had in its hands: it may be wanted by now. What is not is judged again when it is old. */
async function emptyTrash(layout: Layout, signal: AbortSignal): Promise<void> {
  for await (const key of names(layout.trash, signal)) {
    if (!isKey(key)) continue;
    await giveBack(layout, key);
    await unlessAbsent(unlink(layout.trashPath(key)));
  }
}

/** Blobs whose file is old enough, in batches. */
async function* candidates(
  layout: Layout,
  olderThan: number,
  signal: AbortSignal,
): AsyncGenerator<readonly Candidate[]> {
  let batch: Candidate[] = [];
  for await (const upper of names(layout.blobs, signal)) {
    if (!isBlobFolder(upper)) continue;
    for await (const lower of names(join(layout.blobs, upper), signal)) {
      if (!isBlobFolder(lower)) continue;
      for await (const key of names(join(layout.blobs, upper, lower), signal)) {
        const seen = isKey(key) ? await unlessAbsent(stat(layout.blobPath(key))) : undefined;
        if (seen === undefined || changedMs(seen) >= olderThan) continue;
        batch.push({ key, seen });
        if (batch.length < batchSize) continue;
        yield batch;
        batch = [];
      }
    }
  }
  if (batch.length > 0) yield batch;
}

async function removeUnreferenced(
  layout: Layout,
  batch: readonly Candidate[],
  renewals: { has(key: string): boolean },
  questions: SweepQuestions,
  call: Call,
): Promise<number> {
  const referenced = await questions.isReferenced(batch.map(({ key }) => key));
  const taken: Candidate[] = [];
  for (const candidate of batch) {
    call.signal.throwIfAborted();
    if (referenced.has(candidate.key) || renewals.has(candidate.key)) continue;
    if (await takeAway(layout, candidate)) taken.push(candidate);
  }
  if (taken.length === 0) return 0;
  // Asked again now that no new reference can come but from a put, which makes its own file.
  const wanted = await questions.isReferenced(taken.map(({ key }) => key));
  let removed = 0;
  for (const { key } of taken) {
    if (wanted.has(key) || renewals.has(key)) await giveBack(layout, key);
    else removed += 1;
    await unlessAbsent(unlink(layout.trashPath(key)));
  }
  return removed;
}

/** Moves a candidate to the trash. @returns false when it was gone, or renewed by a put and given back */
async function takeAway(layout: Layout, { key, seen }: Candidate): Promise<boolean> {
  const trashPath = layout.trashPath(key);
  const before = await unlessAbsent(stat(layout.blobPath(key)));
  if (before === undefined || !isSameFile(before, seen)) return false;
  if ((await unlessAbsent(rename(layout.blobPath(key), trashPath).then(() => true))) === undefined) return false;
  const moved = await unlessAbsent(stat(trashPath));
  if (moved === undefined) return false;
  if (isSameFile(moved, seen)) return true;
  await giveBack(layout, key);
  await unlessAbsent(unlink(trashPath));
  return false;
}

/** Links a blob from the trash to its name again, unless a put has taken the name meanwhile. */
async function giveBack(layout: Layout, key: string): Promise<void> {
  try {
    await link(layout.trashPath(key), layout.blobPath(key));
    await syncFolder(join(layout.blobPath(key), '..'));
  } catch (error) {
    const name = errnoOf(error);
    if (name !== 'EEXIST' && name !== 'ENOENT') await onDevice(Promise.reject(error as Error));
  }
}

async function sweepTemporary(
  layout: Layout,
  olderThan: number,
  questions: SweepQuestions,
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  for await (const name of names(layout.temporary, signal)) {
    const path = join(layout.temporary, name);
    const seen = questions.isInUse(path) ? undefined : await unlessAbsent(stat(path));
    if (seen === undefined || changedMs(seen) >= olderThan) continue;
    await unlessAbsent(unlink(path));
    removed += 1;
  }
  return removed;
}

/** Staged uploads that nobody has written to for long, and locks whose upload is gone. */
async function sweepStaging(layout: Layout, olderThan: number, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for await (const name of names(layout.staging, signal)) {
    const id = basename(name, '.lock');
    if (!isStagingId(id) || !(await isOld(join(layout.staging, name), olderThan))) continue;
    using lock = await tryFileLock(layout.stagingLockPath(id));
    if (lock === undefined) continue;
    const upload = await unlessAbsent(stat(layout.stagingPath(id)));
    if (upload !== undefined && changedMs(upload) >= olderThan) continue;
    if ((await unlessAbsent(unlink(layout.stagingPath(id)).then(() => true))) !== undefined) removed += 1;
    await unlessAbsent(unlink(layout.stagingLockPath(id)));
  }
  return removed;
}

async function isOld(path: string, olderThan: number): Promise<boolean> {
  const seen = await unlessAbsent(stat(path));
  return seen !== undefined && changedMs(seen) < olderThan;
}

/** When a file came to be what it is: its octets (mtime) and its name (ctime, which a rename sets). */
function changedMs(seen: Stats): number {
  return Math.max(seen.mtimeMs, seen.ctimeMs);
}

/** The rename to the trash sets ctime, so it is not compared; an inode number is used again, so it does not suffice. */
function isSameFile(one: Stats, other: Stats): boolean {
  return one.ino === other.ino && one.mtimeMs === other.mtimeMs && one.size === other.size;
}

/** Names in a folder, empty when it is gone. */
async function* names(folder: string, signal: AbortSignal): AsyncGenerator<string> {
  const opened = await unlessAbsent(opendir(folder));
  if (opened === undefined) return;
  for await (const entry of opened) {
    signal.throwIfAborted();
    yield entry.name;
  }
}
