/**
 * The PostgreSQL engine: reads on a pool of connections, writes in transactions on another one. Any number of processes on any
 * number of machines may have the same store open.
 */
import { escapeIdentifier } from 'pg';
import type { Pool } from 'pg';
import type { Call } from '../../gateway/ports/call.ts';
import type { Log } from '../../gateway/ports/log.ts';
import type { SqlEngine, SqlQueries } from '../sql/engine.ts';
import { newEpoch } from '../sql/epoch.ts';
import { migrate } from '../sql/migrate.ts';
import { operations } from '../sql/operations/index.ts';
import type { OperationArgs, OperationName, OperationResult } from '../sql/operations/index.ts';
import { scopeOf } from '../sql/operations/scopes.ts';
import { BatchRunner } from './batch.ts';
import { postgresDialect } from './dialect.ts';
import { lockKey, lockStatement } from './locks.ts';
import type { PostgresOptions, ResolvedOptions } from './options.ts';
import { resolveOptions } from './options.ts';
import { createPool, takeConnection } from './pool.ts';
import { PooledQueries } from './reads.ts';
import { RootHints } from './root-hints.ts';
import { StatementNames } from './statements.ts';
import { TableStatistics } from './table-statistics.ts';
import { PostgresTransaction } from './transaction.ts';
import { PostgresWriter } from './writer.ts';
import type { WriterStatistics } from './writer.ts';

/** How long a start waits for another one that brings the schema up to date. */
const migrationWaitMs = 120_000;

/**
 * Opens the store, making its tables when there are none, and brings its schema up to date.
 * @throws GatewayError `unavailable`: the server does not answer or does not let us in, or the schema is newer than this program
 */
export async function openPostgresEngine(options: PostgresOptions, log: Log): Promise<PostgresEngine> {
  const resolved = resolveOptions(options);
  const names = new StatementNames();
  const reading = createPool(resolved, { connections: resolved.readConnections, pipeline: false }, log);
  try {
    await bringUpToDate(reading, names, resolved, log);
    const read = new PooledQueries(reading, names, resolved);
    // The epoch is the store's own name, whatever database and schema it is in.
    const row = await read.get<{ value: string }>`select value from store_info where key = 'epoch'`;
    const writing = createPool(resolved, { connections: resolved.writeConnections, pipeline: true }, log);
    const hints = new RootHints();
    const runner = new BatchRunner({ pool: writing, names, operations, hints, store: row?.value ?? '' });
    const tables = new TableStatistics(reading, log);
    const writer = new PostgresWriter({ runner, hints, tables, read }, resolved, log);
    return new PostgresEngine({ reading, writing, names, read, writer });
  } catch (error) {
    await reading.end();
    throw error;
  }
}

async function bringUpToDate(
  pool: Pool,
  names: StatementNames,
  { schema, database }: ResolvedOptions,
  log: Log,
): Promise<void> {
  const client = await takeConnection(pool);
  const tx = new PostgresTransaction(client, names);
  let isDone = false;
  try {
    await tx.execute(
      `begin; set local lock_timeout to ${migrationWaitMs}; set local statement_timeout to ${migrationWaitMs}`,
    );
    await client.query(lockStatement([lockKey(`${database} ${schema}`, 'schema')]));
    const existing = await tx.get`select oid from pg_catalog.pg_namespace where nspname = ${schema}`;
    if (existing === undefined) await tx.execute(`create schema ${escapeIdentifier(schema)}`);
    const applied = await migrate(tx, { dialect: postgresDialect, nowMs: Date.now(), newEpoch: newEpoch() });
    await tx.execute('commit');
    isDone = true;
    if (applied.length > 0) log.info('postgres.migrate', { result: 'ok', versions: applied.map(String) });
  } finally {
    // A connection that is closed in the middle of a transaction takes it back.
    client.release(!isDone);
  }
}

interface EngineParts {
  readonly reading: Pool;
  readonly writing: Pool;
  readonly names: StatementNames;
  readonly read: SqlQueries;
  readonly writer: PostgresWriter;
}

export interface PostgresStatistics extends WriterStatistics {
  /** Different statements so far: each connection prepares at most so many. */
  readonly statements: number;
  /** Connections that are open, and reads that wait for one. */
  readonly readConnections: number;
  readonly writeConnections: number;
  readonly readsWaiting: number;
}

export class PostgresEngine implements SqlEngine {
  readonly read: SqlQueries;
  readonly #parts: EngineParts;
  #closed: Promise<void> | undefined;

  constructor(parts: EngineParts) {
    this.read = parts.read;
    this.#parts = parts;
  }

  /** For metrics and tests. */
  get statistics(): PostgresStatistics {
    const { reading, writing, names, writer } = this.#parts;
    return {
      ...writer.statistics,
      statements: names.size,
      readConnections: reading.totalCount,
      writeConnections: writing.totalCount,
      readsWaiting: reading.waitingCount,
    };
  }

  async write<Name extends OperationName>(
    name: Name,
    args: OperationArgs<Name>,
    call: Call,
  ): Promise<OperationResult<Name>> {
    const work = { name, args, scope: scopeOf(name, args), found: new Set<number>() };
    return (await this.#parts.writer.run(work, call.signal)) as OperationResult<Name>;
  }

  /** @throws GatewayError `unavailable` */
  async check(call: Call): Promise<void> {
    await this.read.get`select key from store_info where key = 'epoch'`;
    await this.write('checkStore', null, call);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { reading, writing, writer } = this.#parts;
    this.#closed ??= writer.close().then(async () => {
      await Promise.all([reading.end(), writing.end()]);
    });
    await this.#closed;
  }
}
