/** A consistent copy of the whole database while it is written to. */
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import type { Call } from '../../gateway/ports/call.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { ConnectionOptions } from './connection.ts';
import { openConnection } from './connection.ts';
import { fromSqliteError } from './errors.ts';
import { syncPath } from './sync-path.ts';
import { newEpoch } from '../sql/epoch.ts';

/** Pages a step: 4 MiB, between two looks at the signal. */
const pagesPerStep = 1024;

/**
 * The copy is made under a temporary name beside the target and takes its name when it is complete and durable.
 * @param progress told the fraction done, 0 to 1, after each step
 * @throws GatewayError `unavailable` (aborted, or the target cannot be written), `over-quota` (the device is full)
 */
export async function backupTo(
  source: ConnectionOptions,
  target: string,
  progress: (doneFraction: number) => void,
  call: Call,
): Promise<void> {
  const temporary = `${target}.part-${process.pid}`;
  try {
    await copy(source, temporary, progress, call.signal);
    renewEpoch(temporary);
    await syncPath(temporary);
    await rename(temporary, target);
    await syncPath(dirname(target));
  } catch (error) {
    await rm(temporary, { force: true });
    throw fromSqliteError(error);
  }
}

async function copy(
  source: ConnectionOptions,
  target: string,
  progress: (doneFraction: number) => void,
  signal: AbortSignal,
): Promise<void> {
  await rm(target, { force: true });
  const file = await open(target, 'wx', 0o600);
  await file.close();
  const db = await openConnection(source);
  try {
    // A read transaction of its own holds one state of the store still: without it every commit of another connection
    // would make the copy begin again (sqlite.org/backup.html).
    db.exec('begin');
    db.prepare('select count(*) from schema_migration').get();
    await backup(db, target, {
      rate: pagesPerStep,
      progress: ({ totalPages, remainingPages }) => {
        if (signal.aborted) throw aborted(signal);
        progress(totalPages === 0 ? 1 : (totalPages - remainingPages) / totalPages);
      },
    });
    if (signal.aborted) throw aborted(signal);
    progress(1);
  } finally {
    db.close();
  }
}

/**
 * A store that is restored goes on from an older state: what clients learned after it is unknown to it. With an epoch of its own
 * it refuses their sync tokens (RFC 6578 §3.2), instead of taking them for its own once its sequences have caught up.
 */
function renewEpoch(path: string): void {
  const db = new DatabaseSync(path);
  try {
    db.prepare(`update store_info set value = ? where key = 'epoch'`).run(newEpoch());
  } finally {
    db.close();
  }
}

function aborted(signal: AbortSignal): GatewayError {
  return new GatewayError('unavailable', 'the backup was aborted', { cause: signal.reason });
}
