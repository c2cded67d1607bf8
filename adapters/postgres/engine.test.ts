import test from 'ava';
import { Client } from 'pg';
import { systemClock } from '../../gateway/ports/clock.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import { Secret } from '../../gateway/ports/secret.ts';
import { postgresTest, sharedCluster } from '../../protocol-tests/support/postgres.ts';
import type { PostgresCluster } from '../../protocol-tests/support/postgres.ts';
import { until } from '../../protocol-tests/support/wait.ts';
import { CollectionFixture, expecting, HandClock, putOf } from '../contract/collection-fixture.ts';
import { callOf, throwsCode } from '../contract/support.ts';
import { migrations } from '../sql/migrations/index.ts';
import { openPostgresEngine } from './engine.ts';
import { newStore, openTestStore } from './test-store.ts';

const server = sharedCluster(test);
const onServer = postgresTest(test);

onServer('engine: ten that start at once on an empty database make one store', async (t) => {
  const cluster = await server();
  const options = { ...newStore(cluster), readConnections: 2, writeConnections: 2 };
  const engines = await Promise.all(Array.from({ length: 10 }, () => openPostgresEngine(options, silentLog)));
  try {
    const epochs = await Promise.all(
      engines.map((engine) => engine.read.get<{ value: string }>`select value from store_info where key = 'epoch'`),
    );
    t.is(new Set(epochs.map((row) => row?.value)).size, 1);
    const [first] = engines;
    if (first === undefined) throw new Error('there is no engine');
    const steps = await first.read.all<{ version: number }>`select version from schema_migration order by version`;
    t.deepEqual(
      steps.map(({ version }) => version),
      migrations.map(({ version }) => version),
    );
  } finally {
    await Promise.all(engines.map((engine) => engine[Symbol.asyncDispose]()));
  }
});

onServer('engine: a schema that is newer than the program is refused', async (t) => {
  const cluster = await server();
  await using opened = await openTestStore(cluster, systemClock);
  const { schema } = opened.options;
  await cluster.sql(`insert into "${schema}".schema_migration (version, name, applied_ms) values (9999, 'later', 1)`);
  const error = await throwsCode(t, openPostgresEngine(opened.options, silentLog), 'unavailable');
  t.regex(error?.message ?? '', /9999/);
});

onServer('engine: two stores in schemas of one database know nothing of each other', async (t) => {
  await using one = await openTestStore(await server(), new HandClock());
  await using other = await openTestStore(await server(), new HandClock());
  const at = new CollectionFixture(one.store, one.clock);
  await at.put((await at.tree()).id, 'x', 'text');
  t.is(await new CollectionFixture(other.store, other.clock).at('alice', 'x'), undefined);
  t.not(one.store.epoch, other.store.epoch);
});

onServer('engine: writes to one tree that are asked for together share commits', async (t) => {
  await using opened = await openTestStore(await server(), systemClock);
  const { store, engine } = opened;
  const root = await store.ensureTree({ space: 'files', owner: 'alice' }, callOf());
  await store.put(putOf(root.id, 'first', 'text'), callOf());
  const before = engine.statistics;
  await Promise.all(Array.from({ length: 100 }, (_, n) => store.put(putOf(root.id, `n${n}`, 'text'), callOf())));
  t.is(engine.statistics.operations - before.operations, 100);
  // 32 at most, and the first ones may have begun alone.
  t.true(engine.statistics.batches - before.batches <= 5);
});

onServer('engine: a write that fails takes nothing else of its commit along, and leaves nothing itself', async (t) => {
  await using opened = await openTestStore(await server(), systemClock);
  const { store, engine } = opened;
  const root = await store.ensureTree({ space: 'files', owner: 'alice' }, callOf());
  await store.put(putOf(root.id, 'first', 'text'), callOf());
  const before = engine.statistics;
  const refused = { ...putOf(root.id, 'refused', 'text'), quotaOctets: 3 };
  const guard = expecting({ parentId: root.id, name: 'changed', node: { id: 77 } });
  const impossible = putOf(root.id, 'nul \0', 'text');
  const puts = [
    putOf(root.id, 'a', 'text'),
    refused,
    putOf(root.id, 'b', 'text'),
    { ...putOf(root.id, 'changed', 'text'), guard },
    impossible,
    putOf(root.id, 'c', 'text'),
  ];
  const results = await Promise.allSettled(puts.map((put) => store.put(put, callOf())));
  t.true(engine.statistics.batches - before.batches < puts.length);
  t.deepEqual(
    results.map((result) => (result.status === 'rejected' ? (result.reason as { code: string }).code : 'ok')),
    ['ok', 'over-quota', 'ok', 'precondition-failed', 'syntax', 'ok'],
  );
  const at = new CollectionFixture(store, new HandClock());
  t.deepEqual(await at.names(root.id), ['a', 'b', 'c', 'first']);
  t.is(await at.used(), 16);
  t.is((await at.tree()).membersModSeq, 4);
});

onServer('engine: a read right after an acknowledged write sees it, also through another engine', async (t) => {
  await using opened = await openTestStore(await server(), systemClock);
  await using other = await openPostgresEngine(opened.options, silentLog);
  const root = await opened.store.ensureTree({ space: 'files', owner: 'alice' }, callOf());
  for (let n = 0; n < 50; n += 1) {
    const { node } = await opened.store.put(putOf(root.id, 'x', `text ${n}`), callOf());
    const { links } = await opened.store.resolve({ space: 'files', owner: 'alice' }, ['x'], callOf());
    t.is(links[1]?.node.modSeq, node.modSeq);
    const row = await other.read.get<{ mod_seq: number }>`select mod_seq from node where id = ${node.id}`;
    t.is(row?.mod_seq, node.modSeq);
  }
});

onServer('engine: a closed store has finished what was asked of it, and takes no more', async (t) => {
  await using opened = await openTestStore(await server(), systemClock);
  const { store, engine } = opened;
  const root = await store.ensureTree({ space: 'files', owner: 'alice' }, callOf());
  const puts = Array.from({ length: 50 }, (_, n) => store.put(putOf(root.id, `n${n}`, 'text'), callOf()));
  const closed = engine[Symbol.asyncDispose]();
  await throwsCode(t, store.put(putOf(root.id, 'late', 'text'), callOf()), 'unavailable');
  t.is((await Promise.all(puts)).length, 50);
  await closed;
  await throwsCode(t, store.resolve({ space: 'files', owner: 'alice' }, [], callOf()), 'unavailable');
  const again = await opened.reopen();
  t.is((await again.ensureTree({ space: 'files', owner: 'alice' }, callOf())).membersModSeq, 50);
});

onServer(
  'engine: reads beyond the limit of those that wait are refused at once, the others are answered',
  async (t) => {
    await using opened = await openTestStore(await server(), systemClock, { readConnections: 2, waitLimit: 3 });
    const { read } = opened.engine;
    const reads = Array.from({ length: 8 }, () => read.get`select count(pg_sleep(0.3)) as slept`);
    const results = await Promise.allSettled(reads);
    const refused = results.filter((result) => result.status === 'rejected');
    t.is(refused.length, 3);
    t.true(refused.every(({ reason }) => (reason as { code: string }).code === 'unavailable'));
    t.is(opened.engine.statistics.readConnections, 2);
    t.is(opened.engine.statistics.readsWaiting, 0);
  },
);

onServer('engine: writes beyond the limit of those that wait are refused, the others happen', async (t) => {
  await using opened = await openTestStore(await server(), systemClock, { queueLimit: 10 });
  const { store } = opened;
  const root = await store.ensureTree({ space: 'files', owner: 'alice' }, callOf());
  await store.put(putOf(root.id, 'first', 'text'), callOf());
  const puts = Array.from({ length: 60 }, (_, n) => store.put(putOf(root.id, `n${n}`, 'text'), callOf()));
  const results = await Promise.allSettled(puts);
  const done = results.filter((result) => result.status === 'fulfilled').length;
  t.true(done >= 10 && done < 60, String(done));
  t.is((await new CollectionFixture(store, new HandClock()).names(root.id)).length, done + 1);
});

onServer('engine: a write that waits and is given up does not happen', async (t) => {
  const cluster = await server();
  await using opened = await openTestStore(cluster, systemClock);
  const { store, engine } = opened;
  const root = await store.ensureTree({ space: 'files', owner: 'alice' }, callOf());
  await store.put(putOf(root.id, 'first', 'text'), callOf());
  await using holder = await holdRow(cluster, opened.options.schema, root.id);
  const blocked = store.put(putOf(root.id, 'goes', 'text'), callOf());
  await until('the first is under way', () => engine.statistics.lanes === 1 && engine.statistics.waiting === 0);
  const controller = new AbortController();
  const given = store.put(putOf(root.id, 'given-up', 'text'), callOf(controller.signal));
  await until('the second waits', () => engine.statistics.waiting === 1);
  controller.abort();
  await throwsCode(t, given, 'unavailable');
  await holder.release();
  await blocked;
  t.deepEqual(await new CollectionFixture(store, new HandClock()).names(root.id), ['first', 'goes']);
});

onServer('engine: what takes longer than it may is unavailable, with a time to try again', async (t) => {
  await using opened = await openTestStore(await server(), systemClock, { statementTimeoutMs: 100 });
  const error = await throwsCode(t, opened.engine.read.get`select count(pg_sleep(20)) as slept`, 'unavailable');
  t.is(error?.detail.retryAfterSeconds, 1);
});

onServer('engine: a write that waits too long for another is unavailable, and happens later', async (t) => {
  const cluster = await server();
  await using opened = await openTestStore(cluster, systemClock, { lockTimeoutMs: 100 });
  const root = await opened.store.ensureTree({ space: 'files', owner: 'alice' }, callOf());
  await using holder = await holdRow(cluster, opened.options.schema, root.id);
  const error = await throwsCode(t, opened.store.put(putOf(root.id, 'x', 'text'), callOf()), 'unavailable');
  t.is(error?.detail.retryAfterSeconds, 1);
  await holder.release();
  await t.notThrowsAsync(opened.store.put(putOf(root.id, 'x', 'text'), callOf()));
});

/** Somebody else's transaction that changed a node and does not end. */
async function holdRow(cluster: PostgresCluster, schema: string | undefined, id: number) {
  const client = new Client({ ...cluster.address(), host: cluster.socketFolder });
  await client.connect();
  await client.query(`begin; update "${schema}".node set used = used where id = ${id}`);
  return {
    release: () => client.query('rollback'),
    [Symbol.asyncDispose]: () => client.end(),
  };
}

onServer(
  'engine: a wrong password and a database that is not there are unavailable, without names in the message',
  async (t) => {
    const options = newStore(await server());
    for (const wrong of [{ password: new Secret('wrong') }, { database: 'nowhere' }]) {
      const error = await throwsCode(t, openPostgresEngine({ ...options, ...wrong }, silentLog), 'unavailable');
      t.is(error?.message, 'the store does not let the gateway in');
    }
    const error = await throwsCode(t, openPostgresEngine({ ...options, port: 1 }, silentLog), 'unavailable');
    t.is(error?.message, 'the store does not answer; try again');
  },
);

onServer('engine: over the socket no password is asked for', async (t) => {
  const cluster = await server();
  const { password: _password, ...options } = newStore(cluster);
  await using engine = await openPostgresEngine({ ...options, host: cluster.socketFolder }, silentLog);
  await t.notThrowsAsync(engine.check(callOf()));
});
