import { setTimeout } from 'node:timers/promises';

/**
 * Waits, where a rule is about time itself: HTTP dates have a resolution of one second, lock timeouts are counted in
 * seconds.
 */
export async function waitMs(durationMs: number, signal: AbortSignal): Promise<void> {
  await setTimeout(durationMs, undefined, { signal });
}
