import { DatabaseError } from 'pg';
import test from 'ava';
import type { ErrorCode } from '../../gateway/ports/errors.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { fromPostgresError, PostgresFailure } from './errors.ts';

function databaseError(state: string): DatabaseError {
  return Object.assign(new DatabaseError('driver text', 0, 'error'), { code: state });
}

/** SQLSTATE, the code it becomes, the seconds after which to try again, and whether connection and transaction are lost. */
const cases: readonly [
  name: string,
  state: string,
  code: ErrorCode,
  retry: number | undefined,
  what?: 'lost' | 'conflict',
][] = [
  ['connection_failure', '08006', 'unavailable', 2, 'lost'],
  ['admin_shutdown', '57P01', 'unavailable', 2, 'lost'],
  ['crash_shutdown', '57P02', 'unavailable', 2, 'lost'],
  ['cannot_connect_now', '57P03', 'unavailable', 2, 'lost'],
  ['idle_session_timeout', '57P05', 'unavailable', 2, 'lost'],
  ['idle_in_transaction_session_timeout', '25P03', 'unavailable', 2, 'lost'],
  ['read_only_sql_transaction', '25006', 'unavailable', 2, 'lost'],
  ['query_canceled', '57014', 'unavailable', 1],
  ['too_many_connections', '53300', 'unavailable', 1],
  ['out_of_memory', '53200', 'unavailable', 1],
  ['disk_full', '53100', 'over-quota', undefined],
  ['lock_not_available', '55P03', 'unavailable', 1],
  ['serialization_failure', '40001', 'unavailable', 1, 'conflict'],
  ['deadlock_detected', '40P01', 'unavailable', 1, 'conflict'],
  ['unique_violation', '23505', 'unavailable', 1, 'conflict'],
  ['invalid_password', '28P01', 'unavailable', 30],
  ['invalid_catalog_name', '3D000', 'unavailable', 30],
  ['insufficient_privilege', '42501', 'unavailable', 30],
  ['io_error', '58030', 'unavailable', 10],
  ['data_corrupted', 'XX001', 'unavailable', undefined],
  ['program_limit_exceeded', '54000', 'too-large', undefined],
  ['character_not_in_repertoire', '22021', 'syntax', undefined],
  ['in_failed_sql_transaction', '25P02', 'internal', undefined],
  ['not_null_violation', '23502', 'internal', undefined],
  ['syntax_error', '42601', 'internal', undefined],
  ['internal_error', 'XX000', 'internal', undefined],
];

for (const [name, state, code, retry, what] of cases) {
  test(`engine: ${name} (${state}) becomes ${code}, without the driver's words`, (t) => {
    const error = fromPostgresError(databaseError(state));
    t.true(error instanceof PostgresFailure);
    t.is(error.code, code);
    t.is(error.detail.retryAfterSeconds, retry);
    t.false(error.message.includes('driver text'));
    t.is((error as PostgresFailure).isLost, what === 'lost');
    t.is((error as PostgresFailure).isConflict, what === 'conflict');
  });
}

test('engine: what the driver throws without a word from the server is a lost connection', (t) => {
  for (const error of [
    Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' }),
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
    new Error('Query read timeout'),
  ]) {
    const failure = fromPostgresError(error);
    t.is(failure.code, 'unavailable');
    t.true((failure as PostgresFailure).isLost);
    t.false(failure.message.includes('127.0.0.1'));
    t.is(failure.cause, error);
  }
});

test('engine: a fault of the program is internal, a refusal of an operation stays what it is', (t) => {
  const fault = fromPostgresError(new TypeError('Client was passed a null or undefined query'));
  t.is(fault.code, 'internal');
  t.false((fault as PostgresFailure).isLost);
  const refusal = new GatewayError('precondition-failed', 'changed');
  t.is(fromPostgresError(refusal), refusal);
});
