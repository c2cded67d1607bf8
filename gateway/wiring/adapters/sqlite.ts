import { resolve } from 'node:path';
import { SqlCollectionStore } from '../../../adapters/sql/collection-store.ts';
import { openSqliteEngine } from '../../../adapters/sqlite/engine.ts';
import type { SqliteOptions } from '../../../adapters/sqlite/options.ts';
import type { AdapterConfig } from '../config/adapters.ts';
import type { BuildContext, BuiltAdapter } from './built-adapter.ts';

/** Collections in a SQLite file, and the engine for what other adapters keep in it. */
export async function buildSqlite(
  config: Extract<AdapterConfig, { kind: 'sqlite' }>,
  context: BuildContext,
): Promise<BuiltAdapter> {
  const options: SqliteOptions = {
    path: resolve(context.dataDir, config.path),
    queueLimit: config.queueLimit,
    queueOctets: config.queueSize,
    batchLimit: config.batchLimit,
    batchOctets: config.batchSize,
    busyTimeoutMs: config.busyTimeout,
    cacheKiB: Math.floor(config.cacheSize / 1024),
  };
  const engine = await openSqliteEngine(options, context.log);
  try {
    const collections = await SqlCollectionStore.open(engine, context.feed, context.clock);
    return {
      name: context.name,
      ports: { collections },
      engine,
      check: (call) => engine.check(call),
      backup: {
        kind: 'database',
        place: config.path,
        copyTo: (file, progress, call) => engine.backup(file, progress, call),
      },
      [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
    };
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
}
