/** Prepared statements of one connection, and the queries that use them. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { SchemaTransaction, SqlParameter, SqlQueries } from '../sql/engine.ts';
import { SqlList } from '../sql/list.ts';
import { fromSqliteError } from './errors.ts';

interface Prepared {
  readonly statement: StatementSync;
  readonly columns: readonly string[];
}

/**
 * Each template is prepared once, or once for each combination of list sizes; the templates of the program are finite and so
 * is this cache. Rows come as arrays and are named here, which takes half the time of the objects that node:sqlite makes.
 */
export class StatementCache {
  readonly #db: DatabaseSync;
  readonly #byTemplate = new Map<TemplateStringsArray, Map<string, Prepared>>();
  #size = 0;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** How many statements are prepared. */
  get size(): number {
    return this.#size;
  }

  get(strings: TemplateStringsArray, values: readonly SqlParameter[]): Prepared {
    let forms = this.#byTemplate.get(strings);
    if (forms === undefined) this.#byTemplate.set(strings, (forms = new Map()));
    const key = listSizes(values);
    let prepared = forms.get(key);
    if (prepared === undefined) {
      prepared = this.#prepare(sqlText(strings, values));
      forms.set(key, prepared);
      this.#size += 1;
    }
    return prepared;
  }

  #prepare(sql: string): Prepared {
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays(true);
    return { statement, columns: statement.columns().map((column) => column.name) };
  }
}

function listSizes(values: readonly SqlParameter[]): string {
  let key = '';
  for (const value of values) if (value instanceof SqlList) key += `${value.values.length},`;
  return key;
}

/** The text that is prepared: a placeholder for each value, and one for each value of a list. */
export function sqlText(strings: TemplateStringsArray, values: readonly SqlParameter[]): string {
  return strings.reduce((text, part, index) => text + placeholders(values[index - 1]) + part);
}

function placeholders(value: SqlParameter | undefined): string {
  return value instanceof SqlList ? `(${value.values.map(() => '?').join(', ')})` : '?';
}

function bindings(values: readonly SqlParameter[]): SQLInputValue[] {
  const bound: SQLInputValue[] = [];
  for (const value of values) {
    if (value instanceof SqlList) bound.push(...value.values);
    else bound.push(value);
  }
  return bound;
}

function toRow(columns: readonly string[], values: readonly SQLOutputValue[]): object {
  const row: Record<string, SQLOutputValue | undefined> = {};
  for (let index = 0; index < columns.length; index += 1) row[columns[index] as string] = values[index];
  return row;
}

/** Queries on one connection. Everything happens before the promise is returned; errors are the gateway's. */
export class SqliteQueries implements SqlQueries {
  protected readonly statements: StatementCache;

  constructor(statements: StatementCache) {
    this.statements = statements;
  }

  async get<Row extends object>(
    strings: TemplateStringsArray,
    ...values: readonly SqlParameter[]
  ): Promise<Row | undefined> {
    try {
      const { statement, columns } = this.statements.get(strings, values);
      const found = statement.get(...bindings(values)) as unknown as SQLOutputValue[] | undefined;
      return found === undefined ? undefined : (toRow(columns, found) as Row);
    } catch (error) {
      throw fromSqliteError(error);
    }
  }

  async all<Row extends object>(strings: TemplateStringsArray, ...values: readonly SqlParameter[]): Promise<Row[]> {
    try {
      const { statement, columns } = this.statements.get(strings, values);
      const found = statement.all(...bindings(values)) as unknown as SQLOutputValue[][];
      return found.map((row) => toRow(columns, row) as Row);
    } catch (error) {
      throw fromSqliteError(error);
    }
  }
}

export class SqliteTransaction extends SqliteQueries implements SchemaTransaction {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync, statements: StatementCache = new StatementCache(db)) {
    super(statements);
    this.#db = db;
  }

  async run(strings: TemplateStringsArray, ...values: readonly SqlParameter[]): Promise<number> {
    try {
      return Number(this.statements.get(strings, values).statement.run(...bindings(values)).changes);
    } catch (error) {
      throw fromSqliteError(error);
    }
  }

  async execute(statement: string): Promise<void> {
    try {
      this.#db.exec(statement);
    } catch (error) {
      throw fromSqliteError(error);
    }
  }
}
