/** Nothing costs more as a collection grows than its answer does. Counted, not timed. */
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { anyone, CollectionFixture, contentOf, HandClock, lastLink, putOf } from '../contract/collection-fixture.ts';
import { callOf, inParallel } from '../contract/support.ts';
import { SqlCollectionStore } from '../sql/collection-store.ts';
import type { SqlEngine } from '../sql/engine.ts';
import { operations } from '../sql/operations/index.ts';
import type { Cost } from './counting-queries.ts';
import { CountingQueries, readsOf } from './counting-queries.ts';
import type { TestStore } from './test-store.ts';
import { openTestStore, RecordingFeed } from './test-store.ts';

const small = 100;
const large = 100_000;

async function fill(at: CollectionFixture, collectionId: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => index);
  await inParallel(numbers, 2000, async (index) => {
    await at.put(collectionId, nameOf(index), 'text');
  });
}

function nameOf(index: number): string {
  return `member ${String(index).padStart(6, '0')}`;
}

interface Folders {
  readonly small: number;
  readonly large: number;
}

/** Two folders side by side: one of 100 members, one of 100,000. */
async function makeFolders(at: CollectionFixture): Promise<Folders> {
  const root = await at.tree();
  const folders = { small: (await at.mkcol(root.id, 'small')).id, large: (await at.mkcol(root.id, 'large')).id };
  await fill(at, folders.small, small);
  await fill(at, folders.large, large);
  return folders;
}

async function countingStore(opened: TestStore<HandClock>, queries: CountingQueries): Promise<SqlCollectionStore> {
  const engine: SqlEngine = {
    read: readsOf(queries),
    write: (name, args, call) => opened.engine.write(name, args, call),
    check: (call) => opened.engine.check(call),
    [Symbol.asyncDispose]: async () => undefined,
  };
  return SqlCollectionStore.open(engine, new RecordingFeed(), opened.clock);
}

/** A read by name; `folder` is the name of the collection, `id` its id. */
type Read = (at: CollectionFixture, folder: 'small' | 'large', id: number) => Promise<unknown>;

const reads: Readonly<Record<string, Read>> = {
  'resolve of a member': (at, folder) => at.resolve('alice', folder, nameOf(50)),
  'resolve of what is not there': (at, folder) => at.resolve('alice', folder, 'none', 'none'),
  'changes with no change': async (at, folder, id) =>
    at.changes(id, (await at.collectionAt('alice', folder)).membersModSeq),
  'changes of the last ten': async (at, folder, id) =>
    at.changes(id, (await at.collectionAt('alice', folder)).membersModSeq - 10),
  'the first page of a first sync': (at, _folder, id) => at.changes(id, 0, 20),
  'a page of a first sync': (at, _folder, id) => at.changes(id, 40, 20),
  content: async (at, folder) => at.text(await at.resourceAt('alice', folder, nameOf(50))),
  ancestors: async (at, folder) =>
    at.store.ancestors(lastLink(await at.resolve('alice', folder, nameOf(50))).node.id, callOf()),
  locks: async (at, folder) =>
    at.store.locks([lastLink(await at.resolve('alice', folder, nameOf(50))).node.id], callOf()),
  usage: (at) => at.used(),
};

async function checkReads(t: ExecutionContext, opened: TestStore<HandClock>, folders: Folders): Promise<void> {
  using queries = new CountingQueries(opened.path, true);
  const at = new CollectionFixture(await countingStore(opened, queries), opened.clock);
  for (const [name, read] of Object.entries(reads)) {
    const few = await queries.measure(() => read(at, 'small', folders.small));
    const many = await queries.measure(() => read(at, 'large', folders.large));
    t.deepEqual(many, few, name);
    t.true(few.visited !== undefined && few.visited > 0 && few.visited < 100, `${name}: ${few.visited} rows`);
  }
  t.deepEqual(fullScans(queries.plans), []);
}

/** Steps that go through a whole table. To go through what the statement itself made (`with …`, a list of values) is no such step. */
function fullScans(plans: readonly string[]): readonly string[] {
  return plans.filter((plan) => {
    const [step = '', sql = ''] = plan.split(' -- ');
    const made = new Set([...sql.matchAll(/(\w+) (?:\([^)]*\) )?as (?:materialized )?\(/g)].map((match) => match[1]));
    for (const [, name, alias] of sql.matchAll(/\b(?:from|join) (\w+)(?= (\w+))/g)) if (made.has(name)) made.add(alias);
    const scanned = /^SCAN ([a-z_]+)\b/.exec(step)?.[1];
    return scanned !== undefined && !made.has(scanned);
  });
}

/** A write by name, as its operation. */
const writes: Readonly<Record<string, (tx: CountingQueries, id: number) => Promise<unknown>>> = {
  'put of a new member': (tx, id) => operations.putResource(tx, putArgs(id, 'new')),
  'put on a member': (tx, id) => operations.putResource(tx, putArgs(id, nameOf(50))),
  'remove of a member': (tx, id) =>
    operations.removeMember(tx, { parentId: id, name: nameOf(51), guard: anyone, nowMs: 0 }),
};

function putArgs(parentId: number, name: string): Parameters<typeof operations.putResource>[1] {
  const { modified: _modified, ...put } = putOf(parentId, name, 'text');
  return { ...put, content: contentOf('other text'), modifiedMs: 0, nowMs: 0 };
}

async function checkWrites(t: ExecutionContext, path: string, folders: Folders): Promise<void> {
  using tx = new CountingQueries(path, false);
  for (const [name, write] of Object.entries(writes)) {
    const costs: Cost[] = [];
    for (const id of [folders.small, folders.large]) costs.push(await tx.measure(() => write(tx, id)));
    t.deepEqual(costs[1], costs[0], name);
    t.true((costs[0]?.statements ?? 0) > 2);
  }
  // One row by its key, or a list of what hangs on one node; never all members of a collection.
  const wide = tx.plans.filter((plan) => /^SEARCH (n|node|t|tombstone)\b.*\(parent_id=\?\)/.test(plan));
  t.deepEqual([...fullScans(tx.plans), ...wide], []);
}

test('port: with 100,000 members a read or a write costs what it costs with 100', async (t) => {
  t.timeout(280_000);
  await using opened = await openTestStore(new HandClock());
  const at = new CollectionFixture(opened.store, opened.clock);
  const folders = await makeFolders(at);
  await checkReads(t, opened, folders);

  const { changed, truncated, modSeq } = await at.changes(folders.large, 0, 1000);
  t.is(changed.length, 1000);
  t.true(truncated);
  t.is((await at.changes(folders.large, modSeq, 1000)).changed.length, 1000);
  let listed = 0;
  let previous = '';
  for await (const batch of at.store.members(folders.large, undefined, callOf())) {
    listed += batch.length;
    for (const { name } of batch) {
      if (name <= previous) t.fail(`${name} comes after ${previous}`);
      previous = name;
    }
  }
  t.is(listed, large);
  await checkWrites(t, opened.path, folders);
});
