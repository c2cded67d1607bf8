import test from 'ava';
import { CollectionFixture, HandClock } from '../contract/collection-fixture.ts';
import { throwsCode } from '../contract/support.ts';
import { openTestStore } from './test-store.ts';

/** Follows the answers from `since` to the end; calls back after each page. */
async function synchronise(
  at: CollectionFixture,
  collectionId: number,
  since: number,
  known: Set<string>,
  eachPage: (page: number) => Promise<void> = async () => undefined,
): Promise<number> {
  let position = since;
  for (let page = 1; ; page += 1) {
    const { changed, removed, modSeq, truncated } = await at.changes(collectionId, position, 3);
    for (const { name } of changed) known.add(name);
    for (const { name } of removed) known.delete(name);
    position = modSeq;
    await eachPage(page);
    if (!truncated) return position;
  }
}

test('rfc6578 3.6: a first synchronisation in pages ends where names were forgotten', async (t) => {
  const clock = new HandClock();
  await using opened = await openTestStore(clock);
  const at = new CollectionFixture(opened.store, clock);
  const root = await at.tree();
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'gone']) await at.put(root.id, name, 'text');
  await at.remove(root.id, 'gone');
  clock.advance(1000);
  await at.upkeep(500);

  const known = new Set<string>();
  const position = await synchronise(at, root.id, 0, known, async (page) => {
    // Changes meanwhile: of what was told already, and of what was not.
    if (page === 1) {
      await at.remove(root.id, 'a');
      await at.remove(root.id, 'h');
      await at.put(root.id, 'i', 'text');
    }
  });
  t.deepEqual([...known].sort(), await at.names(root.id));
  t.is(position, (await at.tree()).membersModSeq);
  // From here on it is a number like any other.
  await at.put(root.id, 'j', 'text');
  t.is(await synchronise(at, root.id, position, known), position + 1);
  t.deepEqual([...known].sort(), await at.names(root.id));
});

test('rfc6578 3.2: a first synchronisation that was left for long is refused when what it missed is forgotten', async (t) => {
  const clock = new HandClock();
  await using opened = await openTestStore(clock);
  const at = new CollectionFixture(opened.store, clock);
  const root = await at.tree();
  for (const name of ['a', 'b', 'c', 'd', 'e', 'gone']) await at.put(root.id, name, 'text');
  await at.remove(root.id, 'gone');
  clock.advance(1000);
  await at.upkeep(500);
  const { modSeq: middle } = await at.changes(root.id, 0, 3);
  t.is((await at.changes(root.id, middle, 3)).changed.length, 2);
  await at.remove(root.id, 'a');
  t.deepEqual(
    (await at.changes(root.id, middle, 3)).removed.map(({ name }) => name),
    ['a'],
  );
  clock.advance(1000);
  await at.upkeep(500);
  await throwsCode(t, at.changes(root.id, middle, 3), 'stale-token');
});

test('rfc6578 3.5.2: a name that was known, went, came and went again is reported', async (t) => {
  const clock = new HandClock();
  await using opened = await openTestStore(clock);
  const at = new CollectionFixture(opened.store, clock);
  const root = await at.tree();
  await at.put(root.id, 'x', 'text');
  const { modSeq } = await at.changes(root.id, 0);
  await at.remove(root.id, 'x');
  await at.put(root.id, 'x', 'text');
  await at.remove(root.id, 'x');
  await at.put(root.id, 'brief', 'text');
  await at.remove(root.id, 'brief');
  const { removed, changed } = await at.changes(root.id, modSeq);
  t.deepEqual(
    removed.map(({ name }) => name),
    ['x'],
  );
  t.deepEqual(changed, []);
});
