/** Reads: each is one statement on any free connection, and one round trip. */
import type { Pool, QueryResult } from 'pg';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { SqlParameter, SqlQueries } from '../sql/engine.ts';
import { fromPostgresError, PostgresFailure } from './errors.ts';
import type { ResolvedOptions } from './options.ts';
import { takeConnection } from './pool.ts';
import { bindings } from './statements.ts';
import type { StatementNames } from './statements.ts';

/** As often a read is asked again when its connection breaks under it: several may have been waiting in the pool, dead. */
const attempts = 3;

export class PooledQueries implements SqlQueries {
  readonly #pool: Pool;
  readonly #names: StatementNames;
  readonly #limits: Pick<ResolvedOptions, 'waitLimit' | 'connectTimeoutMs'>;

  constructor(pool: Pool, names: StatementNames, limits: Pick<ResolvedOptions, 'waitLimit' | 'connectTimeoutMs'>) {
    this.#pool = pool;
    this.#names = names;
    this.#limits = limits;
  }

  async get<Row extends object>(
    strings: TemplateStringsArray,
    ...values: readonly SqlParameter[]
  ): Promise<Row | undefined> {
    return (await this.#ask(strings, values)).rows[0] as Row | undefined;
  }

  async all<Row extends object>(strings: TemplateStringsArray, ...values: readonly SqlParameter[]): Promise<Row[]> {
    return (await this.#ask(strings, values)).rows as Row[];
  }

  /** Reads for which no connection is free or may be opened. */
  get #waiting(): number {
    const { waitingCount, idleCount, totalCount, options } = this.#pool;
    return waitingCount - idleCount - (options.max - totalCount);
  }

  async #ask(strings: TemplateStringsArray, values: readonly SqlParameter[]): Promise<QueryResult> {
    const query = { ...this.#names.get(strings, values), values: bindings(values) };
    const startedMs = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      if (this.#waiting >= this.#limits.waitLimit) throw tooMany();
      const client = await takeConnection(this.#pool);
      try {
        const result = await client.query(query);
        client.release();
        return result;
      } catch (error) {
        const failure = fromPostgresError(error);
        const isLost = failure instanceof PostgresFailure && failure.isLost;
        client.release(isLost);
        const isLate = performance.now() - startedMs > this.#limits.connectTimeoutMs;
        if (!isLost || isLate || attempt === attempts) throw failure;
      }
    }
  }
}

function tooMany(): GatewayError {
  return new GatewayError('unavailable', 'too many reads are waiting', { detail: { retryAfterSeconds: 1 } });
}
