/** Group commit: writes to the same tree in one transaction, a savepoint each. */
import type { Pool, PoolClient } from 'pg';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { Operation } from '../sql/engine.ts';
import { hasNoTree, rootsOf } from '../sql/operations/scope.ts';
import type { WriteScope } from '../sql/operations/scope.ts';
import { together } from '../sql/operations/together.ts';
import { fromPostgresError, PostgresFailure } from './errors.ts';
import { lockKey } from './locks.ts';
import { Orders } from './orders.ts';
import { takeConnection } from './pool.ts';
import type { RootHints } from './root-hints.ts';
import type { StatementNames } from './statements.ts';
import { PostgresTransaction } from './transaction.ts';

export type Operations = Readonly<Record<string, Operation<never, unknown>>>;

export interface Work {
  /** An operation of `adapters/sql/operations/`. */
  readonly name: string;
  readonly args: unknown;
  readonly scope: WriteScope;
  /** Roots that its trees turned out to have: whatever moves to and fro between them finds both locked in the end. */
  readonly found: Set<number>;
}

/** `again`: it did not happen, and may when it is tried once more. `in-doubt`: nobody knows whether it happened. */
export type Outcome =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'refused' | 'again' | 'in-doubt'; readonly error: GatewayError };

export interface BatchParts {
  readonly pool: Pool;
  readonly names: StatementNames;
  readonly operations: Operations;
  readonly hints: RootHints;
  /** Names the store among others in the database. */
  readonly store: string;
}

/** The trees turned out to be others than those whose locks were taken. */
class ScopeMoved extends Error {}

export class BatchRunner {
  readonly #parts: BatchParts;

  constructor(parts: BatchParts) {
    this.#parts = parts;
  }

  /**
   * Runs all the work in one transaction and commits it. What an operation throws undoes its own changes and no other's.
   * @returns an outcome for each, in order; never throws
   */
  async run(batch: readonly Work[]): Promise<readonly Outcome[]> {
    let client: PoolClient;
    try {
      client = await takeConnection(this.#parts.pool);
    } catch (error) {
      return all(batch, 'refused', fromPostgresError(error));
    }
    const orders = new Orders(client);
    const outcomes = await this.#transact(client, orders, batch);
    client.release(orders.isBroken);
    return outcomes;
  }

  async #transact(client: PoolClient, orders: Orders, batch: readonly Work[]): Promise<readonly Outcome[]> {
    const tx = new PostgresTransaction(client, this.#parts.names);
    let outcomes: readonly Outcome[];
    try {
      const locked = await this.#takeLocks(orders, tx, batch);
      // Sent together: what was written under the wrong locks is taken back.
      [, outcomes] = await together(this.#verify(tx, batch, locked), this.#runAll(orders, tx, batch));
      if (orders.failure !== undefined) throw orders.failure;
    } catch (error) {
      // An order that failed is why the statements behind it did.
      const cause = orders.failure ?? error;
      await orders.rollBack(cause);
      return all(batch, ...verdict(cause));
    }
    if (!outcomes.some(({ kind }) => kind === 'done')) {
      await orders.rollBack(undefined);
      return outcomes;
    }
    return await commit(orders, outcomes);
  }

  /**
   * Begins the transaction and takes the locks of the scopes' trees and parts.
   * @returns the roots of the trees, which were guessed, or looked up before the locks were there
   */
  async #takeLocks(orders: Orders, tx: PostgresTransaction, batch: readonly Work[]): Promise<ReadonlySet<number>> {
    const scopes = batch.map(({ scope }) => scope);
    orders.send('begin');
    const guessed = this.#parts.hints.guess(scopes) ?? (await rootsOf(tx, scopes));
    const locked = new Set([...guessed, ...batch.flatMap(({ found }) => [...found])]);
    const parts = scopes.flatMap((scope) => scope.parts ?? []);
    orders.lock([...parts, ...[...locked].map((id) => `tree ${id}`)].map((what) => this.#key(what)));
    return locked;
  }

  /** Whether the locks are those of the right trees: now that they are held, nobody can move anything out of them. */
  async #verify(tx: PostgresTransaction, batch: readonly Work[], locked: ReadonlySet<number>): Promise<void> {
    const scopes = batch.map(({ scope }) => scope);
    if (scopes.every(hasNoTree)) return;
    const roots = await rootsOf(tx, scopes);
    this.#parts.hints.learn(scopes, roots);
    if (roots.isSubsetOf(locked)) return;
    for (const { found } of batch) for (const root of [...locked, ...roots]) found.add(root);
    throw new ScopeMoved('the trees are others now');
  }

  #key(what: string): bigint {
    return lockKey(this.#parts.store, what);
  }

  async #runAll(orders: Orders, tx: PostgresTransaction, batch: readonly Work[]): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const work of batch) {
      if (batch.length > 1) orders.send('savepoint work');
      const outcome = await this.#runOne(tx, work);
      outcomes.push(outcome);
      if (batch.length === 1) break;
      orders.send(outcome.kind === 'done' ? 'release work' : 'rollback to work; release work');
    }
    return outcomes;
  }

  async #runOne(tx: PostgresTransaction, { name, args }: Work): Promise<Outcome> {
    try {
      const operation = this.#parts.operations[name];
      if (operation === undefined) throw new GatewayError('internal', `there is no operation ${name}`);
      return { kind: 'done', result: await operation(tx, args as never) };
    } catch (error) {
      if (error instanceof PostgresFailure && error.isLost) throw error;
      const [kind, failure] = verdict(error);
      return { kind, error: failure };
    }
  }
}

/** Nothing of the transaction was committed: whether it may be when it is tried again. */
function verdict(error: unknown): ['refused' | 'again', GatewayError] {
  if (error instanceof ScopeMoved) {
    return ['again', new GatewayError('unavailable', 'the store is busy; try again', { cause: error })];
  }
  if (error instanceof PostgresFailure && (error.isLost || error.isConflict)) return ['again', error];
  if (error instanceof GatewayError) return ['refused', error];
  return ['refused', new GatewayError('internal', 'an internal error occurred', { cause: error })];
}

async function commit(orders: Orders, outcomes: readonly Outcome[]): Promise<readonly Outcome[]> {
  const committed = await orders.commit();
  if (committed === true) return outcomes;
  const undone = (outcome: Outcome): Outcome => {
    if (outcome.kind !== 'done') return outcome;
    if (committed.isInDoubt) return { kind: 'in-doubt', error: committed.error };
    const [kind, error] = verdict(committed.error);
    return { kind, error };
  };
  return outcomes.map(undone);
}

function all(batch: readonly Work[], kind: 'refused' | 'again', error: GatewayError): readonly Outcome[] {
  return batch.map(() => ({ kind, error }));
}
