/**
 * Has the server count tables that have grown, so that its plans fit them.
 *
 * A plan that was made for ten rows may read all members of a collection where another index gives one, and connections keep their
 * plans until a table is counted anew. The server does that by itself, but looks once a minute only (autovacuum_naptime), in which a
 * first import writes tens of thousands of rows.
 */
import type { Pool } from 'pg';
import { escapeIdentifier } from 'pg';
import type { Log } from '../../gateway/ports/log.ts';
import { fromPostgresError } from './errors.ts';

/** Writes between two looks. */
const writesPerLook = 200;

/** Tables with more changes since they were counted than half of their rows. */
const outgrown = `select relname from pg_catalog.pg_class
  where relnamespace = (select oid from pg_catalog.pg_namespace where nspname = current_schema()) and relkind = 'r'
    and pg_stat_get_mod_since_analyze(oid) > 200 + pg_stat_get_live_tuples(oid) / 2`;

export class TableStatistics {
  readonly #pool: Pool;
  readonly #log: Log;
  #writes = 0;
  #looking: Promise<void> | undefined;

  constructor(pool: Pool, log: Log) {
    this.#pool = pool;
    this.#log = log;
  }

  /** To be told of every write. Never throws and never waits. */
  noteWrites(count: number): void {
    this.#writes += count;
    if (this.#writes < writesPerLook || this.#looking !== undefined) return;
    this.#writes = 0;
    this.#looking = this.#look().finally(() => {
      this.#looking = undefined;
    });
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#looking;
  }

  async #look(): Promise<void> {
    try {
      const { rows } = await this.#pool.query<{ relname: string }>(outgrown);
      for (const { relname } of rows) {
        // Another node, or the server itself, may be counting it just now.
        await this.#pool.query(`analyze (skip_locked) ${escapeIdentifier(relname)}`);
      }
    } catch (error) {
      this.#log.debug('postgres.analyze', { result: 'failed', error: fromPostgresError(error) });
    }
  }
}
