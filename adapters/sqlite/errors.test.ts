import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import type { ErrorCode } from '../../gateway/ports/errors.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { fromSqliteError, isBusy } from './errors.ts';
import { fromSentError, toSentError } from './messages.ts';

function sqliteError(errcode: number): Error {
  return Object.assign(new Error('driver text'), { code: 'ERR_SQLITE_ERROR', errcode });
}

const cases: readonly [name: string, errcode: number, code: ErrorCode][] = [
  ['SQLITE_BUSY', 5, 'unavailable'],
  ['SQLITE_BUSY_SNAPSHOT', 517, 'unavailable'],
  ['SQLITE_LOCKED', 6, 'unavailable'],
  ['SQLITE_READONLY', 8, 'unavailable'],
  ['SQLITE_IOERR_FSYNC', 1034, 'unavailable'],
  ['SQLITE_CORRUPT', 11, 'unavailable'],
  ['SQLITE_FULL', 13, 'over-quota'],
  ['SQLITE_CANTOPEN', 14, 'unavailable'],
  ['SQLITE_TOOBIG', 18, 'too-large'],
  ['SQLITE_CONSTRAINT_UNIQUE', 2067, 'internal'],
  ['SQLITE_NOTADB', 26, 'unavailable'],
  ['SQLITE_ERROR', 1, 'internal'],
];

for (const [name, errcode, code] of cases) {
  test(`engine: ${name} becomes ${code}, without the driver's words`, (t) => {
    const error = fromSqliteError(sqliteError(errcode));
    t.is(error.code, code);
    t.false(error.message.includes('driver text'));
  });
}

test('engine: a full database is over-quota as it really comes from SQLite', (t) => {
  using db = new DatabaseSync(':memory:');
  db.exec('pragma page_size = 4096; create table t (b blob); pragma max_page_count = 10');
  const error = t.throws(() => db.prepare('insert into t values (zeroblob(100000))').run());
  t.is(fromSqliteError(error).code, 'over-quota');
});

test('engine: busy and locked are waited for, all else is not', (t) => {
  t.deepEqual(
    [5, 261, 517, 6, 15, 1, 13].map((errcode) => isBusy(sqliteError(errcode))),
    [true, true, true, true, true, false, false],
  );
  t.false(isBusy(new Error('x')));
});

test('port: an error keeps code, message and detail across threads, and its cause as text', (t) => {
  const error = new GatewayError('in-use', 'it is locked', {
    detail: { condition: 'lock-token-submitted', subjects: ['/a', '/b'] },
    cause: new Error('why'),
  });
  const received = fromSentError(structuredClone(toSentError(error)));
  t.is(received.code, 'in-use');
  t.is(received.message, 'it is locked');
  t.deepEqual(received.detail, error.detail);
  t.true(String(received.cause).includes('why'));
  t.is(fromSentError(toSentError(new GatewayError('internal', 'x'))).cause, undefined);
});
