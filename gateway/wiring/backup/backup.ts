/**
 * A consistent copy of every store, made while gateways run on them.
 *
 * Order: blobs, databases, blobs again. A blob that a database refers to when it is copied was there at the first pass, or came
 * after it and is too young for any sweep to take it away before the second (`upkeep.blobGrace`, an hour at least).
 */
import { mkdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Call } from '../../ports/call.ts';
import { GatewayError } from '../../ports/errors.ts';
import type { AdapterBackup, BuiltAdapter } from '../adapters/built-adapter.ts';

export interface BackupReport {
  /** Paths in the copy. */
  readonly databases: readonly string[];
  readonly blobsCopied: number;
  readonly blobsKept: number;
}

export interface BackupProgress {
  /** @param doneFraction 0 to 1, of this database */
  database(place: string, doneFraction: number): void;
}

/**
 * @param folder made when it is not there; blobs of an earlier copy in it are kept, databases are replaced
 * @throws GatewayError `unavailable`, `over-quota` (the device is full)
 */
export async function backUp(
  adapters: Iterable<BuiltAdapter>,
  folder: string,
  progress: BackupProgress,
  call: Call,
): Promise<BackupReport> {
  const backups = [...adapters].flatMap(({ backup }) => (backup === undefined ? [] : [backup]));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const first = await copyAllBlobs(backups, folder, call);
  const databases: string[] = [];
  for (const backup of backups) {
    if (backup.kind !== 'database') continue;
    const file = placeIn(folder, backup);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await backup.copyTo(file, (doneFraction) => progress.database(backup.place, doneFraction), call);
    databases.push(backup.place);
  }
  const second = await copyAllBlobs(backups, folder, call);
  return { databases, blobsCopied: first.copied + second.copied, blobsKept: first.kept };
}

async function copyAllBlobs(
  backups: readonly AdapterBackup[],
  folder: string,
  call: Call,
): Promise<{ readonly copied: number; readonly kept: number }> {
  let copied = 0;
  let kept = 0;
  for (const backup of backups) {
    if (backup.kind !== 'blobs') continue;
    const result = await backup.copyTo(placeIn(folder, backup), call);
    copied += result.copied;
    kept += result.kept;
  }
  return { copied, kept };
}

/** The same relative path as in the data folder, so that a copy is put back by copying it; an absolute one by its last part. */
function placeIn(folder: string, { place }: AdapterBackup): string {
  return join(folder, isAbsolute(place) || place.startsWith('..') ? basename(place) : place);
}

/** @throws GatewayError `syntax` when a copy would be written into the data that it is a copy of */
export async function refuseDataFolder(folder: string, dataDir: string): Promise<void> {
  const same = await Promise.all([identityOf(folder), identityOf(dataDir)]);
  if (same[0] !== undefined && same[0] === same[1]) {
    throw new GatewayError('syntax', 'the copy must not be written into the data folder itself');
  }
}

async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path);
    return `${dev}:${ino}`;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
