/** Stores for tests, each in a schema of its own of a server that the tests of a file share. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../gateway/ports/clock.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import { Secret } from '../../gateway/ports/secret.ts';
import type { PostgresCluster } from '../../protocol-tests/support/postgres.ts';
import { RecordingFeed } from '../sqlite/test-store.ts';
import { SqlCollectionStore } from '../sql/collection-store.ts';
import { openPostgresEngine } from './engine.ts';
import type { PostgresEngine } from './engine.ts';
import type { PostgresOptions } from './options.ts';

export interface TestStore<C extends Clock> extends AsyncDisposable {
  readonly store: SqlCollectionStore;
  readonly engine: PostgresEngine;
  readonly options: PostgresOptions;
  readonly feed: RecordingFeed;
  readonly clock: C;
  /** Closes the store and opens the same schema again. */
  reopen(): Promise<SqlCollectionStore>;
}

/** Options of a store that does not exist yet. */
export function newStore(server: PostgresCluster): PostgresOptions {
  const schema = `store ${randomBytes(6).toString('hex')}`;
  const limits = { readConnections: 4, writeConnections: 6 };
  return { ...server.address(), password: new Secret(server.password), schema, ...limits };
}

/** An empty collection store; its schema is dropped when it is disposed of. */
export async function openTestStore<C extends Clock>(
  server: PostgresCluster,
  clock: C,
  more: Partial<PostgresOptions> = {},
): Promise<TestStore<C>> {
  const options = { ...newStore(server), ...more };
  const feed = new RecordingFeed();
  let engine = await openPostgresEngine(options, silentLog);
  return {
    store: await SqlCollectionStore.open(engine, feed, clock),
    engine,
    options,
    feed,
    clock,
    reopen: async () => {
      await engine[Symbol.asyncDispose]();
      engine = await openPostgresEngine(options, silentLog);
      return SqlCollectionStore.open(engine, feed, clock);
    },
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await server.sql(`drop schema "${options.schema}" cascade`);
    },
  };
}
