/** Copies the visible blobs of a folder store (`adapters/fs`). They never change, so what is there already is not copied again. */
import { constants } from 'node:fs';
import { copyFile, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isKey, Layout } from '../../../adapters/fs/layout.ts';
import type { CopiedBlobs } from '../adapters/built-adapter.ts';

/**
 * A file that a sweep takes away while this runs is no error: nothing referred to it.
 * @param from folder of the store
 * @param to folder of the copy, laid out in the same way; made when it is not there
 */
export async function copyBlobs(from: string, to: string, signal: AbortSignal): Promise<CopiedBlobs> {
  const source = new Layout(from);
  const target = new Layout(to);
  await mkdir(target.blobs, { recursive: true, mode: 0o700 });
  let copied = 0;
  let kept = 0;
  for await (const key of keysIn(source, signal)) {
    if (await isThere(target.blobPath(key))) kept += 1;
    else if (await copyOne(source.blobPath(key), target.blobPath(key))) copied += 1;
  }
  return { copied, kept };
}

async function* keysIn(layout: Layout, signal: AbortSignal): AsyncGenerator<string> {
  const entries = await opendir(layout.blobs, { recursive: true });
  for await (const entry of entries) {
    signal.throwIfAborted();
    if (entry.isFile() && isKey(entry.name)) yield entry.name;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Under a temporary name first: a copy that was interrupted must not pass for a blob at the next one. */
async function copyOne(from: string, to: string): Promise<boolean> {
  const temporary = `${to}.part`;
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  try {
    // Where the file system can share the blocks it does. A hard link would do too, but it renews the blob's change time,
    // by which a sweep knows how old a blob is.
    await copyFile(from, temporary, constants.COPYFILE_FICLONE);
    const file = await open(temporary, 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, to);
    return true;
  } catch (error) {
    await rm(temporary, { force: true });
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
