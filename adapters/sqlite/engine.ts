/**
 * The SQLite engine: prepared reads on the calling thread, writes in a writer thread with group commit. Several engines, in
 * one process or in many, may have the same file open.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Call } from '../../gateway/ports/call.ts';
import type { Log } from '../../gateway/ports/log.ts';
import type { SqlEngine, SqlQueries } from '../sql/engine.ts';
import { migrate } from '../sql/migrate.ts';
import type { OperationArgs, OperationName, OperationResult } from '../sql/operations/index.ts';
import { backupTo } from './backup.ts';
import { beginImmediate, ensureFile, openConnection } from './connection.ts';
import { sqliteDialect } from './dialect.ts';
import type { ResolvedOptions, SqliteOptions } from './options.ts';
import { resolveOptions } from './options.ts';
import { SqliteQueries, SqliteTransaction, StatementCache } from './statements.ts';
import type { WriterStatistics } from './writer-client.ts';
import { WriterClient } from './writer-client.ts';
import { newEpoch } from '../sql/epoch.ts';

/**
 * Opens the store, making it when there is none, and brings its schema up to date.
 * @throws GatewayError `unavailable`: the file cannot be used, another process holds it, or its schema is newer than this
 *   program
 */
export async function openSqliteEngine(options: SqliteOptions, log: Log): Promise<SqliteEngine> {
  const resolved = resolveOptions(options);
  await ensureFile(resolved.path);
  const db = await openConnection(resolved);
  try {
    await bringUpToDate(db, resolved, log);
    db.exec('pragma query_only = on');
    // A reader waits only while another process recovers the log after a crash, or removes it as the last to leave.
    db.exec(`pragma busy_timeout = ${resolved.busyTimeoutMs}`);
    const writer = new WriterClient(writerEntry(), resolved, log);
    await writer.start();
    return new SqliteEngine(db, writer, resolved);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The thread's file is beside this one, with this one's extension: `.ts` in the repository, `.js` when it was compiled. */
function writerEntry(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './writer.ts' : './writer.js', import.meta.url);
}

async function bringUpToDate(db: DatabaseSync, options: ResolvedOptions, log: Log): Promise<void> {
  await beginImmediate(db, options.busyTimeoutMs);
  try {
    const applied = await migrate(new SqliteTransaction(db), {
      dialect: sqliteDialect,
      nowMs: Date.now(),
      newEpoch: newEpoch(),
    });
    db.exec('commit');
    if (applied.length > 0) log.info('sqlite.migrate', { result: 'ok', versions: applied.map(String) });
  } catch (error) {
    if (db.isTransaction) db.exec('rollback');
    throw error;
  }
}

export class SqliteEngine implements SqlEngine {
  readonly read: SqlQueries;
  readonly #db: DatabaseSync;
  readonly #statements: StatementCache;
  readonly #writer: WriterClient;
  readonly #options: ResolvedOptions;

  constructor(db: DatabaseSync, writer: WriterClient, options: ResolvedOptions) {
    this.#db = db;
    this.#statements = new StatementCache(db);
    this.#writer = writer;
    this.#options = options;
    this.read = new SqliteQueries(this.#statements);
  }

  /** For metrics and tests. */
  get statistics(): WriterStatistics & { readonly preparedStatements: number } {
    return { ...this.#writer.statistics, preparedStatements: this.#statements.size };
  }

  async write<Name extends OperationName>(
    name: Name,
    args: OperationArgs<Name>,
    call: Call,
  ): Promise<OperationResult<Name>> {
    return (await this.#writer.run({ name, args }, call.signal)) as OperationResult<Name>;
  }

  async backup(path: string, progress: (doneFraction: number) => void, call: Call): Promise<void> {
    await backupTo(this.#options, path, progress, call);
  }

  /** @throws GatewayError `unavailable` */
  async check(call: Call): Promise<void> {
    await this.read.get`select key from store_info where key = 'epoch'`;
    await this.write('checkStore', null, call);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    if (this.#db.isOpen) this.#db.close();
  }
}
