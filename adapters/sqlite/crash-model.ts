/**
 * What the crash test writes: a lane is one client that does one step after the other in a folder of its own. What a step
 * does follows from its number, so that the state after any number of steps can be told without having seen them.
 */
import type { CollectionFixture } from '../contract/collection-fixture.ts';

export const laneCount = 16;

/** Paths below the lane's folder and their texts: `work/n3`, `saved/n3`. A copied folder that is empty is not seen. */
export type LaneState = ReadonlyMap<string, string>;

export interface Step {
  /** The state after this step. */
  readonly after: LaneState;
  /** Does it. Folders: `work` is there from the beginning, `saved` comes and goes. */
  perform(at: CollectionFixture, folder: LaneFolder): Promise<unknown>;
}

export interface LaneFolder {
  readonly id: number;
  readonly workId: number;
}

export function laneName(lane: number): string {
  return `lane ${lane}`;
}

/** Up to 30 kB, so that steps differ in how long they take to be written. */
function textOf(lane: number, step: number): string {
  return `lane ${lane} step ${step} `.repeat((step * 131 + lane * 17) % 1500);
}

function put(before: LaneState, lane: number, step: number): Step {
  const name = `n${(step * 5) % 9}`;
  const text = textOf(lane, step);
  return {
    after: new Map(before).set(`work/${name}`, text),
    perform: (at, { workId }) => at.put(workId, name, text),
  };
}

function remove(before: LaneState, name: string): Step {
  const after = new Map(before);
  after.delete(`work/${name}`);
  return { after, perform: (at, { workId }) => at.remove(workId, name) };
}

function move(before: LaneState, name: string, to: string): Step {
  const after = new Map(before).set(`work/${to}`, before.get(`work/${name}`) ?? '');
  after.delete(`work/${name}`);
  return {
    after,
    perform: (at, { workId }) => at.move({ from: [workId, name], to: [workId, to], overwrite: true }),
  };
}

function save(before: LaneState): Step {
  const work = [...before].filter(([path]) => path.startsWith('work/'));
  const saved = work.map(([path, text]) => [path.replace('work/', 'saved/'), text] as const);
  return {
    after: new Map([...work, ...saved]),
    perform: (at, { id }) => at.copy({ from: [id, 'work'], to: [id, 'saved'], overwrite: true }),
  };
}

/** The step of this number, for a lane in this state. */
export function stepAt(before: LaneState, lane: number, step: number): Step {
  const name = `n${(step * 7) % 9}`;
  const isThere = before.has(`work/${name}`);
  if (step % 10 === 9) return save(before);
  if (step % 5 === 2 && isThere) return remove(before, name);
  if (step % 5 === 3 && isThere) return move(before, name, `n${(step * 7 + 4) % 9}`);
  return put(before, lane, step);
}

/** The state after so many steps. */
export function stateAfter(lane: number, steps: number): LaneState {
  let state: LaneState = new Map();
  for (let step = 0; step < steps; step += 1) state = stepAt(state, lane, step).after;
  return state;
}
