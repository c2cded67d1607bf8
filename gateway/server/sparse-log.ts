/** Lines that strangers can cause at will: one in a while is written, the others are counted. */
import type { Clock } from '../ports/clock.ts';
import type { Log, LogFields } from '../ports/log.ts';

const defaultIntervalMs = 10_000;

export class SparseLog {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #state = new Map<string, { lastMs: number; suppressed: number }>();

  constructor(log: Log, clock: Clock, intervalMs = defaultIntervalMs) {
    this.#log = log;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** @param kind from a closed list: each kind is written once in an interval, with the number of those left out since */
  warn(kind: string, event: string, fields: LogFields): void {
    const nowMs = this.#clock.nowMs();
    const state = this.#state.get(kind);
    if (state !== undefined && nowMs - state.lastMs < this.#intervalMs) {
      state.suppressed += 1;
      return;
    }
    this.#log.warn(event, { ...fields, suppressed: state?.suppressed ?? 0 });
    this.#state.set(kind, { lastMs: nowMs, suppressed: 0 });
  }
}
