/** The work that stores need from time to time: one round after the other, never two at once. */
import { setTimeout } from 'node:timers/promises';
import type { Call } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { UpkeepConfig } from './config/upkeep.ts';
import type { Stores } from './stores.ts';

export interface UpkeepDependencies {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly log: Log;
  /** Asked at every round, so that a reload of the configuration takes effect. */
  readonly config: () => UpkeepConfig;
}

/** Runs rounds until it is disposed of; that waits for the round that is under way to stop. */
export function startUpkeep(dependencies: UpkeepDependencies): AsyncDisposable {
  const stop = new AbortController();
  const running = runRounds(dependencies, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

async function runRounds({ stores, clock, log, config }: UpkeepDependencies, signal: AbortSignal): Promise<void> {
  const call: Call = { signal, log };
  // The first sweep comes an interval after the start, so that restarts do not each look through the whole store.
  let sweptMs = clock.nowMs();
  while (!signal.aborted) {
    try {
      await setTimeout(config().interval, undefined, { signal, ref: false });
      await clearAway(stores, config(), call);
      if (clock.nowMs() - sweptMs >= config().sweepInterval) {
        sweptMs = clock.nowMs();
        await sweepBlobs(stores, config(), call);
      }
    } catch (error) {
      if (signal.aborted) return;
      log.error('upkeep.round', { result: 'failed', error });
    }
  }
}

/** Finishes removals, drops what has expired, and aborts uploads that nobody continued. */
export async function clearAway(stores: Stores, config: UpkeepConfig, call: Call): Promise<void> {
  for (const collections of new Set(stores.domains.all.map((domain) => domain.collections))) {
    const { expiredUploads } = await collections.upkeep(config.tombstones, call);
    if (expiredUploads.length === 0) continue;
    // An upload lies in the blob store of one of the domains that share this store; to abort what is not there is no error.
    const users = [...stores.blobUsers].filter(([, stored]) => stored.includes(collections));
    for (const [blobs] of users) for (const id of expiredUploads) await blobs.staging?.abort(id, call);
    call.log.info('upkeep.uploads', { result: 'ok', aborted: expiredUploads.length });
  }
}

/** Removes bytes that no collection store refers to. */
export async function sweepBlobs(stores: Stores, config: UpkeepConfig, call: Call): Promise<void> {
  for (const [blobs, users] of stores.blobUsers) {
    const isReferenced = async (keys: readonly string[]): Promise<ReadonlySet<string>> => {
      const found = await Promise.all(users.map((collections) => collections.referencedBlobs(keys, call)));
      return new Set(found.flatMap((some) => [...some]));
    };
    const removed = await blobs.sweep(config.blobGrace, isReferenced, call);
    call.log.info('upkeep.sweep', { result: 'ok', blobs: removed.blobs, temporary: removed.temporary });
  }
}
