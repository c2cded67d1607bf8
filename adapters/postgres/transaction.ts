/** Statements on one connection, inside of a transaction that the caller begins and ends. */
import type { ClientBase, QueryResult } from 'pg';
import type { SchemaTransaction, SqlParameter } from '../sql/engine.ts';
import { fromPostgresError } from './errors.ts';
import { bindings } from './statements.ts';
import type { StatementNames } from './statements.ts';

export class PostgresTransaction implements SchemaTransaction {
  readonly #client: ClientBase;
  readonly #names: StatementNames;

  constructor(client: ClientBase, names: StatementNames) {
    this.#client = client;
    this.#names = names;
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

  async run(strings: TemplateStringsArray, ...values: readonly SqlParameter[]): Promise<number> {
    return (await this.#ask(strings, values)).rowCount ?? 0;
  }

  async execute(statement: string): Promise<void> {
    try {
      await this.#client.query(statement);
    } catch (error) {
      throw fromPostgresError(error);
    }
  }

  async #ask(strings: TemplateStringsArray, values: readonly SqlParameter[]): Promise<QueryResult> {
    try {
      return await this.#client.query({ ...this.#names.get(strings, values), values: bindings(values) });
    } catch (error) {
      throw fromPostgresError(error);
    }
  }
}
