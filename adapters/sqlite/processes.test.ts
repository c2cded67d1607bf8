/** Several processes with one file: as with `workers: N`, and with the command line beside a running server. */
import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import test from 'ava';
import { systemClock } from '../../gateway/ports/clock.ts';
import type { CollectionStore } from '../../gateway/ports/collection-store.ts';
import { callOf } from '../contract/support.ts';
import { openTestStore } from './test-store.ts';

const childPath = join(import.meta.dirname, 'writing-child.ts');

type Child = ChildProcessByStdio<null, Readable, null>;

function startChild(path: string, label: string, count: number): Child {
  const args = [childPath, path, label, String(count)];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The names that the child was told are written; calls back after each. */
async function acknowledged(child: Child, each: (count: number) => void = () => undefined): Promise<readonly string[]> {
  const closed = once(child, 'close');
  const names: string[] = [];
  for await (const name of createInterface({ input: child.stdout })) {
    names.push(name);
    each(names.length);
  }
  await closed;
  return names;
}

async function storedNames(store: CollectionStore): Promise<ReadonlySet<string>> {
  const root = await store.ensureTree({ space: 'files', owner: 'shared' }, callOf());
  const names = new Set<string>();
  for await (const batch of store.members(root.id, undefined, callOf())) for (const node of batch) names.add(node.name);
  return names;
}

test('port: processes that write to one file at once lose nothing and share one sequence', async (t) => {
  await using opened = await openTestStore(systemClock);
  const children = ['a', 'b', 'c'].map((label) => startChild(opened.path, label, 300));
  const names = (await Promise.all(children.map((child) => acknowledged(child)))).flat();
  t.is(names.length, 900);
  t.deepEqual([...(await storedNames(opened.store))].sort(), [...names].sort());
  const root = await opened.store.ensureTree({ space: 'files', owner: 'shared' }, callOf());
  t.is(root.membersModSeq, 900);
  const { changed } = await opened.store.changes(root.id, 0, 1000, callOf());
  t.deepEqual(
    changed.map((node) => node.modSeq),
    Array.from({ length: 900 }, (_, index) => index + 1),
  );
});

test('port: what a killed process had acknowledged is there, whole, and the store goes on', async (t) => {
  await using opened = await openTestStore(systemClock);
  for (let round = 0; round < 5; round += 1) {
    const child = startChild(opened.path, `round${round}`, 100_000);
    const names = await acknowledged(child, (count) => {
      if (count === 50 + round * 37) child.kill('SIGKILL');
    });
    t.is(child.signalCode, 'SIGKILL');
    const store = await opened.reopen();
    const stored = await storedNames(store);
    t.deepEqual(
      names.filter((name) => !stored.has(name)),
      [],
    );
    for (const name of stored) {
      const { links } = await store.resolve({ space: 'files', owner: 'shared' }, [name], callOf());
      const node = links.at(-1)?.node;
      if (node?.type !== 'resource') throw new Error(`${name} is no resource`);
      const octets = await store.content(node.id, node.etag, callOf());
      if (Buffer.from(octets).toString() !== name.repeat(50)) t.fail(`${name} is not whole`);
    }
  }
});

test('port: processes that start at once on a store that does not exist yet make one', async (t) => {
  await using opened = await openTestStore(systemClock);
  const path = `${opened.path}-new`;
  const children = ['a', 'b', 'c', 'd'].map((label) => startChild(path, label, 1));
  t.deepEqual((await Promise.all(children.map((child) => acknowledged(child)))).flat().sort(), [
    'a-0',
    'b-0',
    'c-0',
    'd-0',
  ]);
});
