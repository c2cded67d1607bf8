/** Translates what SQLite answers into the gateway's codes. Result codes: sqlite.org/rescode.html. */
import type { ErrorCode } from '../../gateway/ports/errors.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';

interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

const busy: Refusal = { code: 'unavailable', message: 'the store is busy; try again' };
const failing: Refusal = { code: 'unavailable', message: 'the store cannot be read or written' };
const damaged: Refusal = { code: 'unavailable', message: 'the store is damaged' };

/** By primary result code. */
const refusals: ReadonlyMap<number, Refusal> = new Map([
  [3, failing], // SQLITE_PERM
  [5, busy], // SQLITE_BUSY
  [6, busy], // SQLITE_LOCKED
  [7, failing], // SQLITE_NOMEM
  [8, failing], // SQLITE_READONLY
  [10, failing], // SQLITE_IOERR
  [11, damaged], // SQLITE_CORRUPT
  [13, { code: 'over-quota', message: 'the device that holds the store is full' }], // SQLITE_FULL
  [14, failing], // SQLITE_CANTOPEN
  [15, busy], // SQLITE_PROTOCOL: the locks of the write-ahead log were contended too long
  [18, { code: 'too-large', message: 'a value is larger than the store can keep' }], // SQLITE_TOOBIG
  [26, damaged], // SQLITE_NOTADB
]);

/** The primary result code of an error that node:sqlite threw; undefined when it is something else. */
export function sqliteResultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

export function isBusy(error: unknown): boolean {
  const code = sqliteResultCode(error);
  return code === 5 || code === 6 || code === 15;
}

/** A GatewayError stays what it is; anything else that is not SQLite's becomes `internal`. */
export function fromSqliteError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  const code = sqliteResultCode(error);
  const refusal = code === undefined ? undefined : refusals.get(code);
  if (refusal !== undefined) return new GatewayError(refusal.code, refusal.message, { cause: error });
  return new GatewayError('internal', 'an internal error occurred', { cause: error });
}
