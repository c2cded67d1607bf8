/** What many writers on several nodes may rely on. */
import test from 'ava';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import { postgresTest, sharedCluster } from '../../protocol-tests/support/postgres.ts';
import { CollectionFixture, etagOf, expecting, HandClock, lastLink } from '../contract/collection-fixture.ts';
import { callOf, inParallel } from '../contract/support.ts';
import { RecordingFeed } from '../sqlite/test-store.ts';
import { SqlCollectionStore } from '../sql/collection-store.ts';
import { list } from '../sql/list.ts';
import type { Operations } from './batch.ts';
import { openPostgresEngine } from './engine.ts';
import type { PostgresEngine } from './engine.ts';
import { openTestStore } from './test-store.ts';
import { openTestWriter } from './test-writer.ts';

// Deadlocks are looked for at once, so that the tests do not wait for them.
const server = sharedCluster(test, { settings: { deadlock_timeout: '20ms' } });
const onServer = postgresTest(test);

interface TwoNodes extends AsyncDisposable {
  readonly nodes: readonly [CollectionFixture, CollectionFixture];
  readonly engines: readonly [PostgresEngine, PostgresEngine];
}

/** Two processes' worth of engines on one store. */
async function openTwo(): Promise<TwoNodes> {
  const opened = await openTestStore(await server(), new HandClock());
  const second = await openPostgresEngine(opened.options, silentLog);
  const other = await SqlCollectionStore.open(second, new RecordingFeed(), opened.clock);
  return {
    nodes: [new CollectionFixture(opened.store, opened.clock), new CollectionFixture(other, opened.clock)],
    engines: [opened.engine, second],
    [Symbol.asyncDispose]: async () => {
      await second[Symbol.asyncDispose]();
      await opened[Symbol.asyncDispose]();
    },
  };
}

onServer(
  'rfc9110 13.1.1: of 64 writers with one If-Match through two nodes exactly one wins, each round',
  async (t) => {
    await using two = await openTwo();
    const [first] = two.nodes;
    const root = await first.tree();
    let { node } = await first.put(root.id, 'x', 'text');
    for (let round = 0; round < 20; round += 1) {
      const guard = expecting({ parentId: root.id, name: 'x', node: { id: node.id, etag: node.etag } });
      const attempts = Array.from({ length: 64 }, (_, writer) =>
        two.nodes[writer % 2 === 0 ? 0 : 1].put(root.id, 'x', `round ${round} writer ${writer}`, { guard }),
      );
      const results = await Promise.allSettled(attempts);
      const winners = results.flatMap((result, writer) => (result.status === 'fulfilled' ? [writer] : []));
      t.is(winners.length, 1, `round ${round}`);
      for (const result of results) {
        if (result.status === 'rejected') t.is((result.reason as GatewayError).detail.condition, 'changed');
      }
      node = await first.resourceAt('alice', 'x');
      t.is(node.etag, etagOf(`round ${round} writer ${winners[0]}`));
    }
    t.is((await first.tree()).membersModSeq, 21);
  },
);

onServer('rfc4918 6.1: of 32 who lock one name exclusively through two nodes one gets the lock', async (t) => {
  await using two = await openTwo();
  const root = await two.nodes[0].tree();
  for (let round = 0; round < 5; round += 1) {
    const token = (writer: number): string =>
      `urn:uuid:00000000-0000-4000-${String(round).padStart(4, '0')}-${String(writer).padStart(12, '0')}`;
    const results = await Promise.allSettled(
      Array.from({ length: 32 }, (_, writer) =>
        two.nodes[writer % 2 === 0 ? 0 : 1].lock(root.id, `x${round}`, { token: token(writer) }),
      ),
    );
    t.is(results.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const result of results)
      if (result.status === 'rejected') t.is((result.reason as GatewayError).code, 'in-use');
  }
});

onServer('rfc6578 3.5: sequences have no gaps, and who follows one misses nothing, whichever node wrote', async (t) => {
  await using two = await openTwo();
  const root = await two.nodes[0].tree();
  const seen = new Map<string, number>();
  const done = new AbortController();
  const follow = async (): Promise<number> => {
    let since = 0;
    for (;;) {
      const last = done.signal.aborted;
      const { changed, modSeq, truncated } = await two.nodes[1].changes(root.id, since, 7);
      for (const node of changed) seen.set(node.name, node.modSeq);
      since = modSeq;
      if (last && !truncated) return since;
    }
  };
  const following = follow();
  await inParallel(
    Array.from({ length: 300 }, (_, index) => index),
    32,
    async (index) => {
      await two.nodes[index % 2 === 0 ? 0 : 1].put(root.id, `n${index}`, `text ${index}`);
    },
  );
  done.abort();
  t.is(await following, 300);
  t.deepEqual(
    [...seen.values()].sort((one, other) => one - other),
    Array.from({ length: 300 }, (_, index) => index + 1),
  );
});

onServer('port: a tree that 32 make at once through two nodes is one tree', async (t) => {
  await using two = await openTwo();
  const roots = await Promise.all(
    Array.from({ length: 32 }, (_, index) => two.nodes[index % 2 === 0 ? 0 : 1].tree('new')),
  );
  t.is(new Set(roots.map(({ id }) => id)).size, 1);
});

onServer(
  'port: a folder that moves between trees takes the writes into it along, and every octet counts once',
  async (t) => {
    await using two = await openTwo();
    const [first, second] = two.nodes;
    const trees = { alice: await first.tree('alice'), bob: await first.tree('bob') };
    const folder = await first.mkcol(trees.alice.id, 'folder');
    const moved = new AbortController();
    const writing = inParallel(
      Array.from({ length: 8 }, (_, lane) => lane),
      8,
      async (lane) => {
        for (let round = 0; !moved.signal.aborted; round += 1) {
          await (lane % 2 === 0 ? first : second).put(folder.id, `n${lane}`, 'x'.repeat((round * 7 + lane) % 50));
        }
      },
    );
    for (let round = 0; round < 15; round += 1) {
      const [from, to] = round % 2 === 0 ? [trees.alice, trees.bob] : [trees.bob, trees.alice];
      await second.move({ from: [from.id, 'folder'], to: [to.id, 'folder'] });
    }
    moved.abort();
    await writing;
    const members = await first.members(folder.id);
    const octets = members.reduce((sum, node) => sum + (node.type === 'resource' ? node.sizeOctets : 0), 0);
    t.is(lastLink(await first.resolve('bob', 'folder')).node.id, folder.id);
    t.deepEqual([await first.used('alice'), await first.used('bob')], [0, octets]);
  },
);

onServer('port: upkeep on two nodes while others write counts every octet and blob once', async (t) => {
  await using two = await openTwo();
  const root = await two.nodes[0].tree();
  const keys = Array.from({ length: 10 }, (_, index) => `key-${index}`);
  for (let round = 0; round < 4; round += 1) {
    const folder = await two.nodes[0].mkcol(root.id, `f${round}`);
    await Promise.all(keys.map((key, index) => two.nodes[index % 2 === 0 ? 0 : 1].putBlob(folder.id, key, key, 10)));
  }
  await Promise.all([
    ...Array.from({ length: 4 }, (_, round) => two.nodes[round % 2 === 0 ? 0 : 1].remove(root.id, `f${round}`)),
    ...[0, 1, 0, 1].map((node) => two.nodes[node === 0 ? 0 : 1].upkeep(0)),
    ...keys.map((key) => two.nodes[1].putBlob(root.id, `kept ${key}`, key, 10)),
  ]);
  await two.nodes[0].upkeep(0);
  t.is(await two.nodes[0].used(), 100);
  const rows = await two.engines[0].read.all<{ refs: number }>`select refs from blob where blob_key in ${list(keys)}`;
  t.deepEqual(
    rows.map(({ refs }) => refs),
    keys.map(() => 1),
  );
});

onServer('port: an upload that goes on while upkeep drops the expired ones stays', async (t) => {
  await using two = await openTwo();
  const session = (id: string, expiresMs: number) => ({
    id,
    principalId: 'alice',
    tree: { space: 'files', owner: 'alice' } as const,
    path: ['x'],
    sizeOctets: 1,
    contentType: undefined,
    metadata: '',
    expires: Temporal.Instant.fromEpochMilliseconds(expiresMs),
  });
  const { store, clock } = two.nodes[0];
  const ids = Array.from({ length: 40 }, (_, index) => `upload-${String(index).padStart(10, '0')}`);
  await Promise.all(ids.map((id) => store.saveUpload(session(id, clock.nowMs() - 1), callOf())));
  const later = clock.nowMs() + 3_600_000;
  const [{ expiredUploads }] = await Promise.all([
    two.nodes[0].upkeep(),
    ...ids.map((id) => two.nodes[1].store.saveUpload(session(id, later), callOf())),
  ]);
  t.true(expiredUploads.length <= ids.length);
  // Saved after it was dropped, or kept because it was saved before: all are there.
  for (const id of ids) t.not(await store.upload(id, callOf()), undefined);
});

onServer('engine: who waits for one another in a circle is done one after the other in the end', async (t) => {
  const cluster = await server();
  await using opened = await openTestStore(cluster, new HandClock());
  const at = new CollectionFixture(opened.store, opened.clock);
  const [one, other] = [await at.tree('one'), await at.tree('other')];
  const met = Promise.withResolvers<void>();
  let holding = 0;
  await using writing = openTestWriter(opened.options, {
    crossing: async (tx, [firstId, secondId]: readonly [number, number]) => {
      await tx.run`update node set used = used + 1 where id = ${firstId}`;
      holding += 1;
      if (holding === 2) met.resolve();
      await met.promise;
      await tx.run`update node set used = used + 1 where id = ${secondId}`;
      return null;
    },
  });
  await Promise.all([writing.run('crossing', [one.id, other.id]), writing.run('crossing', [other.id, one.id])]);
  t.deepEqual([await at.used('one'), await at.used('other')], [2, 2]);
  t.is(writing.writer.statistics.repeated, 1);
});

onServer('engine: a serialization failure is tried again, and not for ever', async (t) => {
  await using opened = await openTestStore(await server(), new HandClock());
  let attempts = 0;
  await using writing = openTestWriter(opened.options, {
    failing: async (tx, times: number) => {
      attempts += 1;
      await tx.run`insert into store_info (key, value) values ('attempt', 'x')`;
      if (attempts <= times) await tx.run`do 'begin raise sqlstate ''40001''; end'`;
      return attempts;
    },
  });
  t.is(await writing.run('failing', 3), 4);
  attempts = -1000;
  await opened.engine.read.get`select 1 as one`;
  const error = await t.throwsAsync(writing.run('failing', 1000), { instanceOf: GatewayError });
  t.is(error?.code, 'unavailable');
  t.is(error?.detail.retryAfterSeconds, 1);
  t.true(attempts < -980, String(attempts));
});

onServer('engine: a transaction in which an error was passed over is never said to be committed', async (t) => {
  await using opened = await openTestStore(await server(), new HandClock());
  await using writing = openTestWriter(opened.options, {
    careless: async (tx) => {
      await tx.run`insert into store_info (key, value) values ('careless', 'x')`;
      await tx.run`select nonsense`.catch(() => undefined);
      return 'done';
    },
  });
  const results = await Promise.allSettled([writing.run('careless'), writing.run('careless')]);
  t.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  t.is(await opened.engine.read.get`select value from store_info where key = 'careless'`, undefined);
});

onServer(
  'engine: a part of the store that another node holds too long is unavailable, not an internal error',
  async (t) => {
    await using opened = await openTestStore(await server(), new HandClock());
    const holds = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const operations: Operations = {
      hold: async (tx) => {
        await tx.get`select 1 as one`;
        holds.resolve();
        await release.promise;
        return null;
      },
      touch: async (tx) => (await tx.get<{ one: number }>`select 1 as one`)?.one,
    };
    await using holder = openTestWriter(opened.options, operations);
    await using other = openTestWriter({ ...opened.options, lockTimeoutMs: 50 }, operations);
    const held = holder.run('hold', null, { parts: ['accounts'] });
    await holds.promise;
    const error = await t.throwsAsync(other.run('touch', null, { parts: ['accounts'] }), { instanceOf: GatewayError });
    t.is(error?.code, 'unavailable');
    t.is(error?.detail.retryAfterSeconds, 1);
    // What is held is that part and nothing else.
    t.is(await other.run('touch', null, { parts: ['upkeep'] }), 1);
    release.resolve();
    await held;
    t.is(await other.run('touch', null, { parts: ['accounts'] }), 1);
  },
);
