/**
 * What a SQL engine gives. Schema, migrations, statements and operations are written once, above this interface;
 * `adapters/sqlite` and `adapters/postgres` implement it and hold nothing else.
 *
 * Statements are tagged templates. An engine prepares each template once (a template's strings array is the same object
 * at every call) and binds the values; nothing is ever spliced into SQL text but the placeholders of a `SqlList`.
 */
import type { Call } from '../../gateway/ports/call.ts';
import type { OperationArgs, OperationName, OperationResult } from './operations/index.ts';
import type { SqlList } from './list.ts';

export type SqlValue = string | number | null | Uint8Array;
export type SqlParameter = SqlValue | SqlList;

export interface SqlQueries {
  /** The first row, undefined when there is none. */
  get<Row extends object>(strings: TemplateStringsArray, ...values: readonly SqlParameter[]): Promise<Row | undefined>;
  all<Row extends object>(strings: TemplateStringsArray, ...values: readonly SqlParameter[]): Promise<Row[]>;
}

export interface SqlTransaction extends SqlQueries {
  /** @returns how many rows the statement changed */
  run(strings: TemplateStringsArray, ...values: readonly SqlParameter[]): Promise<number>;
}

/**
 * A write: one file in `operations/`, named after what it does. It awaits nothing but `tx`, because engines run many in
 * one transaction; its arguments and result are structured-cloneable, because it may run in another thread. What it throws
 * rolls back all it did and nothing else.
 */
export type Operation<Args, Result> = (tx: SqlTransaction, args: Args) => Promise<Result>;

/** The transaction that brings the schema up to date; engines let no other process's run beside it. */
export interface SchemaTransaction extends SqlTransaction {
  /** Runs one statement of the schema language as it is. */
  execute(statement: string): Promise<void>;
}

export interface SqlEngine extends AsyncDisposable {
  /** Reads outside any write transaction; each sees every commit that was acknowledged before it. */
  readonly read: SqlQueries;
  /** Runs an operation in a transaction and resolves after its commit is durable. */
  write<Name extends OperationName>(name: Name, args: OperationArgs<Name>, call: Call): Promise<OperationResult<Name>>;
  /** Writes a consistent copy of the whole store while it runs; absent where the engine's own tools do that. */
  backup?(path: string, progress: (doneFraction: number) => void, call: Call): Promise<void>;
  check(call: Call): Promise<void>;
}

/** What differs between the engines' schema language. Column types and identity; statements are the same text. */
export interface SqlDialect {
  /** Column definition of an integer primary key that the engine assigns. */
  readonly id: string;
  /** 64-bit integer. */
  readonly integer: string;
  /** Text compared octet by octet in UTF-8. */
  readonly text: string;
  readonly bytes: string;
  /** Behind the closing parenthesis of a table. */
  readonly tableOptions: string;
  /** The same for a table whose primary key is not the engine's id. */
  readonly keyedTableOptions: string;
}

/** One step of the schema. Numbers run without a gap; a step that was released never changes. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  up(dialect: SqlDialect): readonly string[];
}
