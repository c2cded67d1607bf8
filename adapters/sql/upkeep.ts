/** What a store does for itself when it has the time: every step is a transaction of a few milliseconds. */
import type { Call } from '../../gateway/ports/call.ts';
import { toGatewayError } from '../../gateway/ports/errors.ts';
import type { SqlEngine } from './engine.ts';

/** Takes removed collections apart until none is left. Without any it is one look-up. */
export async function reclaim(engine: SqlEngine, call: Call): Promise<void> {
  const waiting = await engine.read.get`select node_id from reclaim limit 1`;
  if (waiting === undefined) return;
  await repeat(call, async () => (await engine.write('reclaim', null, call)).more);
}

/**
 * Several may run at once, in one process or in many: each step takes what is there when it runs.
 * @returns ids of uploads whose time is over, when nothing is left to do
 */
export async function upkeep(
  engine: SqlEngine,
  nowMs: number,
  tombstonesOlderThanMs: number,
  call: Call,
): Promise<{ readonly expiredUploads: readonly string[] }> {
  const expiredUploads: string[] = [];
  await reclaim(engine, call);
  const removedBeforeMs = nowMs - tombstonesOlderThanMs;
  await repeat(call, async () => (await engine.write('pruneTombstones', { removedBeforeMs }, call)).more);
  // Last, so that nothing that fails can lose the ids.
  await repeat(call, async () => {
    const { uploads, more } = await engine.write('dropExpired', { nowMs }, call);
    expiredUploads.push(...uploads);
    return more;
  });
  return { expiredUploads };
}

async function repeat(call: Call, step: () => Promise<boolean>): Promise<void> {
  for (let more = true; more;) {
    if (call.signal.aborted) throw toGatewayError(call.signal.reason);
    more = await step();
  }
}
