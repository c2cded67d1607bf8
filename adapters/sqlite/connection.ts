/** Opens connections to the database file, and takes its write lock. */
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { fromSqliteError, isBusy } from './errors.ts';

export interface ConnectionOptions {
  readonly path: string;
  readonly busyTimeoutMs: number;
  readonly cacheKiB: number;
}

/** Makes the file and its folder, for the owner's eyes only: what SQLite makes beside it takes the file's mode. */
export async function ensureFile(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, 'a', 0o600);
    await file.close();
  } catch (error) {
    throw new GatewayError('unavailable', 'the file of the store cannot be opened', { cause: error });
  }
}

/** @throws GatewayError `unavailable` when the file cannot be opened or is no store */
export async function openConnection(options: ConnectionOptions): Promise<DatabaseSync> {
  const db = openFile(options);
  try {
    await retryWhileBusy(options.busyTimeoutMs, () => useWriteAheadLog(db));
    // FULL: a commit returns after its octets are on the device (sqlite.org/pragma.html#pragma_synchronous).
    db.exec('pragma synchronous = full');
    db.exec(`pragma cache_size = -${options.cacheKiB}`);
    db.exec('pragma temp_store = memory');
    // Pages before a checkpoint: fewer, larger ones cost a steady writer less; the log then stays near 16 MiB.
    db.exec('pragma wal_autocheckpoint = 4000');
    db.exec('pragma journal_size_limit = 67108864');
    return db;
  } catch (error) {
    db.close();
    throw fromSqliteError(error);
  }
}

function openFile(options: ConnectionOptions): DatabaseSync {
  try {
    return new DatabaseSync(options.path, {
      timeout: options.busyTimeoutMs,
      enableForeignKeyConstraints: false,
      enableDoubleQuotedStringLiterals: false,
      allowExtension: false,
    });
  } catch (error) {
    throw fromSqliteError(error);
  }
}

function useWriteAheadLog(db: DatabaseSync): void {
  const row = db.prepare('pragma journal_mode = wal').get();
  if (row?.['journal_mode'] !== 'wal') {
    throw new GatewayError('unavailable', 'the file system of the store does not support a write-ahead log');
  }
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
