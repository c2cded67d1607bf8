import { readdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { systemClock } from '../../gateway/ports/clock.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import { putOf } from '../contract/collection-fixture.ts';
import { callOf, throwsCode } from '../contract/support.ts';
import { SqlCollectionStore } from '../sql/collection-store.ts';
import { openSqliteEngine } from './engine.ts';
import { openTestStore, RecordingFeed } from './test-store.ts';

const tree = { space: 'files', owner: 'alice' } as const;
/** Enough of these that a copy takes several steps. */
const text = 'x'.repeat(20_000);

test('engine: a backup that is made while others write is one state of the store', async (t) => {
  await using opened = await openTestStore(systemClock);
  const { store, engine, path } = opened;
  const root = await store.ensureTree(tree, callOf());
  let written = 0;
  const putSome = (count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, () => store.put(putOf(root.id, `n${(written += 1)}`, text), callOf())));
  await putSome(500);

  const target = `${path}.backup`;
  const fractions: number[] = [];
  const enough = new AbortController();
  const writer = (async () => {
    while (!enough.signal.aborted) await putSome(5);
  })();
  await engine.backup(target, (fraction) => fractions.push(fraction), callOf());
  enough.abort();
  await writer;

  t.true(written > 500);
  t.true(fractions.length > 1);
  t.deepEqual(
    fractions,
    [...fractions].sort((a, b) => a - b),
  );
  t.is(fractions.at(-1), 1);
  t.is((await stat(target)).mode & 0o777, 0o600);
  t.deepEqual(
    (await readdir(dirname(target))).filter((name) => name.includes('part')),
    [],
  );

  using db = new DatabaseSync(target, { readOnly: true });
  t.is(db.prepare('pragma integrity_check').get()?.['integrity_check'], 'ok');
  db.close();
  await using copy = await openSqliteEngine({ path: target }, silentLog);
  const copied = await SqlCollectionStore.open(copy, new RecordingFeed(), systemClock);
  t.not(copied.epoch, store.epoch, 'rfc6578 3.2: tokens of the original are refused by a store that went back in time');
  const { membersModSeq } = await copied.ensureTree(tree, callOf());
  t.true(membersModSeq >= 500 && membersModSeq <= written);
  let members = 0;
  for await (const batch of copied.members(root.id, undefined, callOf())) members += batch.length;
  t.is(members, membersModSeq);
  t.is((await copied.usage(tree, callOf())).usedOctets, members * text.length);
});

test('engine: a backup that is given up leaves nothing, and what was there before', async (t) => {
  await using opened = await openTestStore(systemClock);
  const { store, engine, path } = opened;
  const root = await store.ensureTree(tree, callOf());
  await Promise.all(Array.from({ length: 500 }, (_, n) => store.put(putOf(root.id, `n${n}`, text), callOf())));
  const target = `${path}.backup`;
  await writeFile(target, 'the backup of yesterday');
  const controller = new AbortController();
  const backup = engine.backup(target, () => controller.abort(), callOf(controller.signal));
  await throwsCode(t, backup, 'unavailable');
  t.is((await stat(target)).size, 23);
  t.deepEqual(
    (await readdir(dirname(target))).filter((name) => name.includes('part')),
    [],
  );
});
