/** Group commit: many operations in one transaction, a savepoint each. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { Operation, SqlTransaction } from '../sql/engine.ts';
import { beginImmediate } from './connection.ts';
import { fromSqliteError } from './errors.ts';
import type { Outcome, Work } from './messages.ts';
import { toSentError } from './messages.ts';
import { SqliteTransaction } from './statements.ts';

export type Operations = Readonly<Record<string, Operation<never, unknown>>>;

/** Runs batches on one connection, one at a time. */
export class BatchRunner {
  readonly #db: DatabaseSync;
  readonly #tx: SqlTransaction;
  readonly #operations: Operations;
  readonly #busyTimeoutMs: number;
  readonly #savepoint: StatementSync;
  readonly #release: StatementSync;
  readonly #undo: StatementSync;

  constructor(db: DatabaseSync, operations: Operations, busyTimeoutMs: number) {
    this.#db = db;
    this.#tx = new SqliteTransaction(db);
    this.#operations = operations;
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#savepoint = db.prepare('savepoint operation');
    this.#release = db.prepare('release operation');
    this.#undo = db.prepare('rollback to operation');
  }

  /**
   * Runs all the work and commits it once. An operation that throws undoes its own changes and no other's. When the
   * transaction as a whole is lost (it could not begin or commit, or SQLite rolled it back: disk full, I/O error), every one
   * of them failed.
   * @returns an outcome for each, in order; never throws
   */
  async run(work: readonly Work[]): Promise<readonly Outcome[]> {
    try {
      await beginImmediate(this.#db, this.#busyTimeoutMs);
      const outcomes: Outcome[] = [];
      for (const item of work) outcomes.push(await this.#runOne(item));
      this.#db.exec('commit');
      return outcomes;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('rollback');
      const outcome: Outcome = { ok: false, error: toSentError(fromSqliteError(error)) };
      return work.map(() => outcome);
    }
  }

  async #runOne({ name, args }: Work): Promise<Outcome> {
    this.#savepoint.run();
    try {
      const operation = this.#operations[name];
      if (operation === undefined) throw new GatewayError('internal', `there is no operation ${name}`);
      const result = await operation(this.#tx, args as never);
      this.#release.run();
      return { ok: true, result };
    } catch (error) {
      // Some errors end the whole transaction (sqlite.org/lang_transaction.html §3): then nothing before this was kept.
      if (!this.#db.isTransaction) throw error;
      this.#undo.run();
      this.#release.run();
      return { ok: false, error: toSentError(fromSqliteError(error)) };
    }
  }
}
