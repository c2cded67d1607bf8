/** Waiting for a condition in tests: polled, bounded, and with a sentence that says what never came. */
import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** Milliseconds after which the wait fails. Default 30,000. */
  readonly timeoutMs?: number;
  /** Milliseconds between two looks. Default 20. */
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Resolves with the first value of `look` that is neither undefined nor false.
 * @param what what is waited for; named in the failure
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<T, undefined | false>> {
  const { timeoutMs = 30_000, everyMs = 20, signal } = options;
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const value = await look();
    if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
    if (performance.now() >= endMs) throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`);
    await delay(everyMs, undefined, signal === undefined ? {} : { signal });
  }
}
