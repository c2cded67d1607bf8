/** A collection store on a database file of its own, for tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Change, ChangeFeed } from '../../gateway/ports/change-feed.ts';
import type { Clock } from '../../gateway/ports/clock.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import { SqlCollectionStore } from '../sql/collection-store.ts';
import type { SqliteEngine } from './engine.ts';
import { openSqliteEngine } from './engine.ts';

/** A feed that keeps what is published. */
export class RecordingFeed implements ChangeFeed {
  readonly published: Change[] = [];

  publish(changes: readonly Change[]): void {
    this.published.push(...changes);
  }

  subscribe(): Disposable {
    return { [Symbol.dispose]: () => undefined };
  }
}

export interface TestStore<C extends Clock> extends AsyncDisposable {
  readonly store: SqlCollectionStore;
  readonly engine: SqliteEngine;
  readonly feed: RecordingFeed;
  readonly clock: C;
  readonly path: string;
  /** Closes the store and opens the same file again. */
  reopen(): Promise<SqlCollectionStore>;
}

export async function openTestStore<C extends Clock>(clock: C): Promise<TestStore<C>> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-sqlite-'));
  const path = join(folder, 'store.sqlite');
  const feed = new RecordingFeed();
  let engine = await openSqliteEngine({ path }, silentLog);
  return {
    store: await SqlCollectionStore.open(engine, feed, clock),
    engine,
    feed,
    clock,
    path,
    reopen: async () => {
      await engine[Symbol.asyncDispose]();
      engine = await openSqliteEngine({ path }, silentLog);
      return SqlCollectionStore.open(engine, feed, clock);
    },
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
