/** Statements and visited rows, counted: for tests that nothing costs more because a collection is large. */
import { DatabaseSync } from 'node:sqlite';
import type { SqlParameter, SqlQueries, SqlTransaction } from '../sql/engine.ts';
import { SqliteTransaction, sqlText } from './statements.ts';

export interface Cost {
  readonly statements: number;
  readonly rows: number;
  /** Rows of the tables that SQLite looked at; undefined where it was not counted. */
  readonly visited: number | undefined;
}

const countedTables = [
  'node',
  'tombstone',
  'body',
  'lock',
  'ace',
  'dead_property',
  'mount',
  'blob',
  'reclaim',
] as const;

/** Queries on a connection of their own to a database file. */
export class CountingQueries implements SqlTransaction, Disposable {
  readonly #db: DatabaseSync;
  readonly #transaction: SqliteTransaction;
  readonly #plans = new Set<string>();
  readonly #countsVisits: boolean;
  #statements = 0;
  #rows = 0;
  #visited = 0;

  /**
   * @param countsVisits puts a view before each table that counts the rows which pass; such a connection cannot write. The
   *   views melt into the statements, so the indexes serve them as ever
   */
  constructor(path: string, countsVisits: boolean) {
    this.#db = new DatabaseSync(path, { enableDoubleQuotedStringLiterals: false });
    this.#transaction = new SqliteTransaction(this.#db);
    this.#countsVisits = countsVisits;
    if (!countsVisits) return;
    this.#db.function('visit', () => {
      this.#visited += 1;
      return 1;
    });
    for (const table of countedTables) {
      this.#db.exec(`create temp view ${table} as select * from main.${table} where visit()`);
    }
  }

  /** Runs work and tells what it cost. */
  async measure(work: () => Promise<unknown>): Promise<Cost> {
    this.#statements = 0;
    this.#rows = 0;
    this.#visited = 0;
    await work();
    return {
      statements: this.#statements,
      rows: this.#rows,
      visited: this.#countsVisits ? this.#visited : undefined,
    };
  }

  /** The steps of the query plans of all statements so far, each with its statement. */
  get plans(): readonly string[] {
    return [...this.#plans];
  }

  get<Row extends object>(strings: TemplateStringsArray, ...values: readonly SqlParameter[]): Promise<Row | undefined> {
    return this.#count(strings, values, async () => {
      const row = await this.#transaction.get<Row>(strings, ...values);
      this.#rows += row === undefined ? 0 : 1;
      return row;
    });
  }

  all<Row extends object>(strings: TemplateStringsArray, ...values: readonly SqlParameter[]): Promise<Row[]> {
    return this.#count(strings, values, async () => {
      const rows = await this.#transaction.all<Row>(strings, ...values);
      this.#rows += rows.length;
      return rows;
    });
  }

  run(strings: TemplateStringsArray, ...values: readonly SqlParameter[]): Promise<number> {
    return this.#count(strings, values, async () => {
      const changed = await this.#transaction.run(strings, ...values);
      this.#rows += changed;
      return changed;
    });
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  async #count<T>(strings: TemplateStringsArray, values: readonly SqlParameter[], work: () => Promise<T>): Promise<T> {
    this.#statements += 1;
    const sql = sqlText(strings, values);
    const steps = this.#db.prepare(`explain query plan ${sql}`).all() as unknown as { readonly detail: string }[];
    for (const { detail } of steps) this.#plans.add(`${detail} -- ${sql.replaceAll(/\s+/g, ' ')}`);
    return work();
  }
}

/** A view of the connection as an engine has it. */
export function readsOf(queries: CountingQueries): SqlQueries {
  return { get: queries.get.bind(queries), all: queries.all.bind(queries) };
}
