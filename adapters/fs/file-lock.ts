/**
 * A lock on a file that holds against other processes and ends with its holder, however that ends. Node has no flock, and a
 * lock file with a process id in it must be broken by guesswork; an exclusive SQLite transaction is a lock of the kernel.
 */
import { open } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { onDevice, storageError } from './errors.ts';

/** SQLITE_BUSY: somebody else has the lock. */
const busy = 5;

/**
 * Takes the lock at once or not at all.
 * @param path a file that serves as lock and for nothing else; made when it is not there
 * @returns the lock, undefined when somebody else has it
 */
export async function tryFileLock(path: string): Promise<Disposable | undefined> {
  // Made here and not by SQLite, which would let others read it.
  const handle = await onDevice(open(path, 'a', 0o600));
  await onDevice(handle.close());
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec('pragma journal_mode = memory');
    database.exec('begin exclusive');
  } catch (error) {
    database?.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === busy) return undefined;
    throw storageError(error);
  }
  const held = database;
  return { [Symbol.dispose]: () => held.close() };
}
