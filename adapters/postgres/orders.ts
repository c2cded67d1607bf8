/** Begin, savepoints, locks and commit on one connection: sent without waiting for answers, which say nothing unless they are errors. */
import type { ClientBase } from 'pg';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { fromPostgresError, PostgresFailure } from './errors.ts';
import { lockStatement } from './locks.ts';

export interface NotCommitted {
  /** The connection broke before the server said whether it had committed. */
  readonly isInDoubt: boolean;
  readonly error: GatewayError;
}

export class Orders {
  readonly #client: ClientBase;
  #failure: GatewayError | undefined;
  #isBroken = false;

  /** @param client in pipeline mode */
  constructor(client: ClientBase) {
    this.#client = client;
  }

  /** The first order that failed: all statements after it failed because of it. */
  get failure(): GatewayError | undefined {
    return this.#failure;
  }

  /** The connection, or the state that it is in, is of no more use. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  send(order: string): void {
    this.#keep(this.#client.query(order));
  }

  /** Takes these locks until the transaction's end. */
  lock(keys: readonly bigint[]): void {
    if (keys.length > 0) this.#keep(this.#client.query(lockStatement(keys)));
  }

  /** @param cause why; after a lost connection there is nothing to roll back */
  async rollBack(cause: unknown): Promise<void> {
    this.#isBroken = cause instanceof PostgresFailure && cause.isLost;
    if (this.#isBroken) return;
    try {
      await this.#client.query('rollback');
    } catch {
      // What the caller answers with is why it rolled back; a connection that cannot even do that is closed, which does it.
      this.#isBroken = true;
    }
  }

  /** @returns true when the server has said that everything is committed, and why not otherwise */
  async commit(): Promise<true | NotCommitted> {
    try {
      const { command } = await this.#client.query('commit');
      if (command === 'COMMIT') return true;
      // The server answers ROLLBACK to the commit of a transaction in which a statement had failed.
      return { isInDoubt: false, error: this.#failure ?? new GatewayError('internal', 'an internal error occurred') };
    } catch (error) {
      const failure = fromPostgresError(error);
      this.#isBroken = true;
      const isInDoubt = failure instanceof PostgresFailure && failure.isLost;
      return { isInDoubt, error: isInDoubt ? inDoubt(failure) : failure };
    }
  }

  #keep(answer: Promise<unknown>): void {
    answer.catch((error: unknown) => {
      this.#failure ??= fromPostgresError(error);
    });
  }
}

function inDoubt(cause: GatewayError): GatewayError {
  const message = 'the store went away while it was writing: look whether the change was made, and try again if not';
  return new GatewayError('unavailable', message, { cause, detail: { retryAfterSeconds: 2 } });
}
