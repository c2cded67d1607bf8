/** Opens connections to the database file, and takes its write lock. */
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { fromSqliteError, isBusy } from './errors.ts';
import { syncPath } from './sync-path.ts';

export interface ConnectionOptions {
  readonly path: string;
  readonly busyTimeoutMs: number;
  readonly cacheKiB: number;
}

/** Makes the file and its folder, for the owner's eyes only: what SQLite makes beside it takes the file's mode. */
export async function ensureFile(path: string): Promise<void> {
  try {
    const folder = dirname(path);
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(path, 'a', 0o600);
    await file.close();
    // The names must be as durable as what is committed into the file.
    await syncPath(folder);
    if (made !== undefined) await syncPath(dirname(made));
  } catch (error) {
    throw new GatewayError('unavailable', 'the file of the store cannot be opened', { cause: error });
  }
}

/**
 * A connection that does not wait for others by itself: SQLite's own waiting blocks the thread.
 * @throws GatewayError `unavailable` when the file cannot be opened or is no store
 */
export async function openConnection(options: ConnectionOptions): Promise<DatabaseSync> {
  const db = openFile(options.path);
  try {
    await retryWhileBusy(options.busyTimeoutMs, () => configure(db, options.cacheKiB));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function openFile(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, {
      timeout: 0,
      enableForeignKeyConstraints: false,
      enableDoubleQuotedStringLiterals: false,
      allowExtension: false,
    });
  } catch (error) {
    throw fromSqliteError(error);
  }
}

function configure(db: DatabaseSync, cacheKiB: number): void {
  const row = db.prepare('pragma journal_mode = wal').get();
  if (row?.['journal_mode'] !== 'wal') {
    throw new GatewayError('unavailable', 'the file system of the store does not support a write-ahead log');
  }
  // FULL: a commit returns after its octets are on the device (sqlite.org/pragma.html#pragma_synchronous).
  db.exec('pragma synchronous = full');
  // No memory mapping: listings gained a tenth by it, and an I/O error would then end the process (sqlite.org/mmap.html).
  db.exec(`pragma cache_size = -${cacheKiB}`);
  db.exec('pragma temp_store = memory');
  // Pages before a checkpoint: fewer, larger ones cost a steady writer less; the log then stays near 16 MiB.
  db.exec('pragma wal_autocheckpoint = 4000');
  db.exec('pragma journal_size_limit = 67108864');
}

/**
 * Takes the write lock. The waiting is done here and not by SQLite's own busy handler, whose pauses grow to 100 ms and would
 * let a process that writes without a pause starve the others.
 */
export async function beginImmediate(db: DatabaseSync, busyTimeoutMs: number): Promise<void> {
  await retryWhileBusy(busyTimeoutMs, () => db.exec('begin immediate'));
}

async function retryWhileBusy(timeoutMs: number, attempt: () => void): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      attempt();
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw fromSqliteError(error);
    }
    // Unequal pauses, so that waiting processes do not keep missing the same gap.
    await delay(1 + Math.random() * 3);
  }
}
