/** Group commit: many operations in one transaction, a savepoint each. */
import type { DatabaseSync } from 'node:sqlite';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { Operation, SqlTransaction } from '../sql/engine.ts';
import { beginImmediate } from './connection.ts';
import { fromSqliteError } from './errors.ts';
import type { Outcome, Work } from './messages.ts';
import { toSentError } from './messages.ts';

export type Operations = Readonly<Record<string, Operation<never, unknown>>>;

export interface BatchContext {
  readonly db: DatabaseSync;
  readonly tx: SqlTransaction;
  readonly operations: Operations;
  readonly busyTimeoutMs: number;
}

/**
 * Runs all the work and commits it once. An operation that throws undoes its own changes and no other's. When the transaction
 * as a whole is lost (it could not begin or commit, or SQLite rolled it back: disk full, I/O error), every one of them failed.
 * @returns an outcome for each, in order; never throws
 */
export async function runBatch(context: BatchContext, work: readonly Work[]): Promise<readonly Outcome[]> {
  const { db } = context;
  try {
    await beginImmediate(db, context.busyTimeoutMs);
    const outcomes: Outcome[] = [];
    for (const item of work) outcomes.push(await runOne(context, item));
    db.exec('commit');
    return outcomes;
  } catch (error) {
    if (db.isTransaction) db.exec('rollback');
    const outcome: Outcome = { ok: false, error: toSentError(fromSqliteError(error)) };
    return work.map(() => outcome);
  }
}

async function runOne({ db, tx, operations }: BatchContext, { name, args }: Work): Promise<Outcome> {
  db.exec('savepoint operation');
  try {
    const operation = operations[name];
    if (operation === undefined) throw new GatewayError('internal', `there is no operation ${name}`);
    const result = await operation(tx, args as never);
    db.exec('release operation');
    return { ok: true, result };
  } catch (error) {
    // Some errors end the whole transaction (sqlite.org/lang_transaction.html §3): then nothing before this was kept either.
    if (!db.isTransaction) throw error;
    db.exec('rollback to operation');
    db.exec('release operation');
    return { ok: false, error: toSentError(fromSqliteError(error)) };
  }
}
