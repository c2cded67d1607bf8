import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import test from 'ava';
import { systemClock } from '../../gateway/ports/clock.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import { anyone, CollectionFixture, expecting, HandClock, putOf } from '../contract/collection-fixture.ts';
import { callOf, throwsCode } from '../contract/support.ts';
import { openSqliteEngine } from './engine.ts';
import { openTestStore } from './test-store.ts';

test('engine: writes that are asked for together share a commit', async (t) => {
  await using opened = await openTestStore(systemClock);
  const { store, engine } = opened;
  const root = await store.ensureTree({ space: 'files', owner: 'alice' }, callOf());
  const before = engine.statistics;
  await Promise.all(Array.from({ length: 100 }, (_, n) => store.put(putOf(root.id, `n${n}`, 'text'), callOf())));
  t.is(engine.statistics.operations - before.operations, 100);
  t.is(engine.statistics.batches - before.batches, 1);
});

test('engine: a write that fails takes nothing else of its commit along, and leaves nothing itself', async (t) => {
  await using opened = await openTestStore(systemClock);
  const { store, engine } = opened;
  const root = await store.ensureTree({ space: 'files', owner: 'alice' }, callOf());
  const before = engine.statistics;
  const refused = { ...putOf(root.id, 'refused', 'text'), quotaOctets: 3 };
  const changed = {
    ...putOf(root.id, 'changed', 'text'),
    guard: expecting({ parentId: root.id, name: 'changed', node: { id: 77 } }),
  };
  const results = await Promise.allSettled(
    [putOf(root.id, 'a', 'text'), refused, putOf(root.id, 'b', 'text'), changed, putOf(root.id, 'c', 'text')].map(
      (put) => store.put(put, callOf()),
    ),
  );
  t.is(engine.statistics.batches - before.batches, 1);
  t.deepEqual(
    results.map((result) => (result.status === 'rejected' ? result.reason.code : 'ok')),
    ['ok', 'over-quota', 'ok', 'precondition-failed', 'ok'],
  );
  const at = new CollectionFixture(store, new HandClock());
  t.deepEqual(await at.names(root.id), ['a', 'b', 'c']);
  t.is(await at.used(), 12);
  t.is((await at.tree()).membersModSeq, 3);
});

test('engine: a read right after an acknowledged write sees it, also through another engine', async (t) => {
  await using opened = await openTestStore(systemClock);
  await using other = await openSqliteEngine({ path: opened.path }, silentLog);
  const root = await opened.store.ensureTree({ space: 'files', owner: 'alice' }, callOf());
  for (let n = 0; n < 100; n += 1) {
    const { node } = await opened.store.put(putOf(root.id, 'x', `text ${n}`), callOf());
    const { links } = await opened.store.resolve({ space: 'files', owner: 'alice' }, ['x'], callOf());
    t.is(links[1]?.node.modSeq, node.modSeq);
    const row = await other.read.get<{ mod_seq: number }>`select mod_seq from node where id = ${node.id}`;
    t.is(row?.mod_seq, node.modSeq);
  }
});

test('engine: the reading connection refuses to write', async (t) => {
  await using opened = await openTestStore(systemClock);
  await throwsCode(t, opened.engine.read.get`delete from node`, 'unavailable');
});

test('engine: a closed store has finished what was asked of it, and takes no more', async (t) => {
  await using opened = await openTestStore(systemClock);
  const { store, engine } = opened;
  const root = await store.ensureTree({ space: 'files', owner: 'alice' }, callOf());
  const puts = Array.from({ length: 50 }, (_, n) => store.put(putOf(root.id, `n${n}`, 'text'), callOf()));
  const closed = engine[Symbol.asyncDispose]();
  await throwsCode(t, store.put(putOf(root.id, 'late', 'text'), callOf()), 'unavailable');
  t.is((await Promise.all(puts)).length, 50);
  await closed;
  // The log was moved into the file and removed.
  await t.throwsAsync(stat(`${opened.path}-wal`), { code: 'ENOENT' });
  const again = await opened.reopen();
  t.is((await again.ensureTree({ space: 'files', owner: 'alice' }, callOf())).membersModSeq, 50);
});

test('engine: files are readable by their owner only', async (t) => {
  await using opened = await openTestStore(systemClock);
  const root = await opened.store.ensureTree({ space: 'files', owner: 'alice' }, callOf());
  await opened.store.put({ ...putOf(root.id, 'x', 'text'), guard: anyone }, callOf());
  for (const path of [opened.path, `${opened.path}-wal`, `${opened.path}-shm`]) {
    t.is((await stat(path)).mode & 0o777, 0o600, path);
  }
});

test('engine: a path that cannot be a store is unavailable', async (t) => {
  await using opened = await openTestStore(systemClock);
  await throwsCode(t, openSqliteEngine({ path: dirname(opened.path) }, silentLog), 'unavailable');
  await throwsCode(t, openSqliteEngine({ path: import.meta.filename }, silentLog), 'unavailable');
});
