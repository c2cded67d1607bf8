/**
 * What the crash test kills: lanes of writers on the database of the first argument. The second is how many steps each lane
 * has done already, as JSON. Says on standard output `<lane> <steps done>`, a line each, after each step's commit.
 */
import { systemClock } from '../../gateway/ports/clock.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import { CollectionFixture, HandClock } from '../contract/collection-fixture.ts';
import { SqlCollectionStore } from '../sql/collection-store.ts';
import type { LaneFolder } from './crash-model.ts';
import { laneName, stateAfter, stepAt } from './crash-model.ts';
import { openSqliteEngine } from './engine.ts';
import { RecordingFeed } from './test-store.ts';

const [path = '', stepsDone = '[]'] = process.argv.slice(2);
const engine = await openSqliteEngine({ path }, silentLog);
const store = await SqlCollectionStore.open(engine, new RecordingFeed(), systemClock);
const at = new CollectionFixture(store, new HandClock());

async function write(lane: number, done: number): Promise<void> {
  const folder = await laneFolder(lane);
  let state = stateAfter(lane, done);
  for (let step = done; ; step += 1) {
    const next = stepAt(state, lane, step);
    await next.perform(at, folder);
    state = next.after;
    process.stdout.write(`${lane} ${step + 1}\n`);
  }
}

async function laneFolder(lane: number): Promise<LaneFolder> {
  const { id } = await at.collectionAt('alice', laneName(lane));
  return { id, workId: (await at.collectionAt('alice', laneName(lane), 'work')).id };
}

/** Finishes removals beside the writers, so that kills find it half way too. */
async function reclaimWithoutEnd(): Promise<never> {
  const call = { signal: new AbortController().signal, log: silentLog };
  for (;;) {
    await store.reclaim(call);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

await Promise.all([...(JSON.parse(stepsDone) as number[]).map((done, lane) => write(lane, done)), reclaimWithoutEnd()]);
