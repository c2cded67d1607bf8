import type { Clock } from '../ports/clock.ts';
import type { BucketCharge, TakeOutcome, ThrottleStore } from '../ports/throttle.ts';
import { BoundedMap } from './bounded-map.ts';

export interface MemoryThrottleOptions {
  /** Buckets of one kind that are kept; beyond it the one that was used longest ago is forgotten. About 200 octets each. */
  readonly bucketsPerKind: number;
  readonly marks: number;
}

export const defaultMemoryThrottleOptions: MemoryThrottleOptions = { bucketsPerKind: 50_000, marks: 200_000 };

interface Bucket {
  readonly tokens: number;
  /** When `tokens` was true. */
  readonly atMs: number;
}

/** `ThrottleStore` in the memory of one process. A bucket that is full again is as good as absent. */
export class MemoryThrottleStore implements ThrottleStore {
  readonly #clock: Clock;
  readonly #options: MemoryThrottleOptions;
  /** By kind, then by key. Kinds are few: they are named in code. */
  readonly #kinds = new Map<string, BoundedMap<string, Bucket>>();
  /** Until when, by key. */
  readonly #marks: BoundedMap<string, number>;

  constructor(clock: Clock, options: Partial<MemoryThrottleOptions> = {}) {
    this.#clock = clock;
    this.#options = { ...defaultMemoryThrottleOptions, ...options };
    this.#marks = new BoundedMap(this.#options.marks);
  }

  take(charges: readonly BucketCharge[]): Promise<TakeOutcome> {
    const waits = charges.map((charge) => Math.ceil((1 - this.#tokens(charge)) * charge.rule.refillMs));
    const retryAfterMs = Math.max(0, ...waits);
    if (retryAfterMs > 0) return Promise.resolve({ taken: false, retryAfterMs });
    for (const charge of charges) this.#put(charge, this.#tokens(charge) - 1);
    return Promise.resolve({ taken: true });
  }

  giveBack(charges: readonly BucketCharge[]): Promise<void> {
    for (const charge of charges) this.#put(charge, this.#tokens(charge) + 1);
    return Promise.resolve();
  }

  mark(key: string, lifeMs: number): Promise<void> {
    this.#marks.set(key, this.#clock.nowMs() + lifeMs);
    return Promise.resolve();
  }

  isMarked(key: string): Promise<boolean> {
    const untilMs = this.#marks.get(key);
    if (untilMs === undefined) return Promise.resolve(false);
    if (untilMs > this.#clock.nowMs()) return Promise.resolve(true);
    this.#marks.delete(key);
    return Promise.resolve(false);
  }

  #kind(key: string): BoundedMap<string, Bucket> {
    const kind = key.slice(0, key.indexOf(':'));
    const known = this.#kinds.get(kind);
    if (known !== undefined) return known;
    const buckets = new BoundedMap<string, Bucket>(this.#options.bucketsPerKind);
    this.#kinds.set(kind, buckets);
    return buckets;
  }

  #tokens({ key, rule }: BucketCharge): number {
    const bucket = this.#kind(key).get(key);
    if (bucket === undefined) return rule.burst;
    const elapsedMs = Math.max(0, this.#clock.nowMs() - bucket.atMs);
    return Math.min(rule.burst, bucket.tokens + elapsedMs / rule.refillMs);
  }

  #put({ key, rule }: BucketCharge, tokens: number): void {
    const buckets = this.#kind(key);
    if (tokens >= rule.burst) buckets.delete(key);
    else buckets.set(key, { tokens, atMs: this.#clock.nowMs() });
  }
}
