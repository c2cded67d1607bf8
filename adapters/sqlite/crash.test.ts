/** A process that writes is killed in mid-write, again and again, on one database. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { systemClock } from '../../gateway/ports/clock.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import { CollectionFixture, etagOf, HandClock } from '../contract/collection-fixture.ts';
import { callOf } from '../contract/support.ts';
import { SqlCollectionStore } from '../sql/collection-store.ts';
import { laneCount, laneName, stateAfter } from './crash-model.ts';
import { openSqliteEngine } from './engine.ts';
import { RecordingFeed } from './test-store.ts';

const rounds = 20;
const childPath = join(import.meta.dirname, 'crash-child.ts');

/** Runs the child until it acknowledged so many steps, then kills it without warning. @returns steps done by each lane */
async function killAfter(path: string, stepsDone: readonly number[], acknowledged: number): Promise<number[]> {
  const child = spawn(process.execPath, [childPath, path, JSON.stringify(stepsDone)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const steps = [...stepsDone];
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [lane = 0, done = 0] = line.split(' ').map(Number);
    steps[lane] = done;
    lines += 1;
    if (lines === acknowledged) child.kill('SIGKILL');
  }
  await closed;
  if (child.signalCode !== 'SIGKILL') throw new Error('the child ended by itself');
  return steps;
}

/** Opens the store as after a restart, and closes it when the work is done. */
async function withStore<T>(path: string, work: (at: CollectionFixture) => Promise<T>): Promise<T> {
  await using engine = await openSqliteEngine({ path }, silentLog);
  const store = await SqlCollectionStore.open(engine, new RecordingFeed(), systemClock);
  return await work(new CollectionFixture(store, new HandClock()));
}

async function makeLanes(at: CollectionFixture): Promise<void> {
  const root = await at.tree();
  for (let lane = 0; lane < laneCount; lane += 1) {
    const folder = await at.mkcol(root.id, laneName(lane));
    await at.mkcol(folder.id, 'work');
  }
}

/** What is really there, and whether each resource is whole. */
async function readLane(t: ExecutionContext, at: CollectionFixture, lane: number): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const folder = await at.collectionAt('alice', laneName(lane));
  for (const inner of await at.members(folder.id)) {
    for (const node of await at.members(inner.id)) {
      if (node.type !== 'resource') throw new Error('a lane makes resources only');
      const text = await at.text(node);
      t.is(node.etag, etagOf(text));
      t.is(node.sizeOctets, Buffer.byteLength(text));
      found.set(`${inner.name}/${node.name}`, text);
    }
  }
  return found;
}

function isEqual(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([path, text]) => other.get(path) === text);
}

/** Every acknowledged step is there; of the one that was under way all or nothing. @returns steps done by each lane */
async function verify(t: ExecutionContext, at: CollectionFixture, acknowledged: readonly number[]): Promise<number[]> {
  const done: number[] = [];
  let octets = 0;
  for (const [lane, steps] of acknowledged.entries()) {
    const found = await readLane(t, at, lane);
    for (const text of found.values()) octets += Buffer.byteLength(text);
    const isNext = !isEqual(found, stateAfter(lane, steps));
    t.true(!isNext || isEqual(found, stateAfter(lane, steps + 1)), `lane ${lane} after ${steps} steps`);
    done.push(isNext ? steps + 1 : steps);
  }
  await at.store.reclaim(callOf());
  t.is(await at.used(), octets);
  return done;
}

function integrityOf(path: string): unknown {
  using db = new DatabaseSync(path, { readOnly: true });
  return Object.values(db.prepare('pragma integrity_check').get() ?? {});
}

test('port: after kill -9 in mid-write every acknowledged write is there, and nothing is there by half', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-sqlite-crash-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, 'store.sqlite');
  await withStore(path, makeLanes);
  let done: number[] = Array.from({ length: laneCount }, () => 0);
  let unacknowledged = 0;
  for (let round = 0; round < rounds; round += 1) {
    const acknowledged = await killAfter(path, done, 40 + ((round * 97) % 350));
    done = await withStore(path, (at) => verify(t, at, acknowledged));
    unacknowledged += done.filter((steps, lane) => steps !== acknowledged[lane]).length;
    t.deepEqual(integrityOf(path), ['ok']);
  }
  t.log(`${done.reduce((sum, steps) => sum + steps, 0)} steps, ${unacknowledged} of them done but not acknowledged`);
});
