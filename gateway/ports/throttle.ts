/**
 * The port `ThrottleStore`: token buckets that count tries, and marks of what succeeded lately. In one process it is memory;
 * several gateways on one database share it, so that an attacker does not get a fresh allowance at each of them.
 */
import type { Call } from './call.ts';

/** A bucket starts full with `burst` tokens and gets one back every `refillMs` until it is full again. */
export interface BucketRule {
  readonly burst: number;
  readonly refillMs: number;
}

export interface BucketCharge {
  /** `kind:rest`; the kinds do not share room, so that a flood of one does not push out another. At most 400 characters. */
  readonly key: string;
  readonly rule: BucketRule;
}

export type TakeOutcome = { readonly taken: true } | { readonly taken: false; readonly retryAfterMs: number };

export interface ThrottleStore {
  /** Takes one token from each bucket if every one has one, otherwise from none. Atomic. @throws GatewayError `unavailable` */
  take(charges: readonly BucketCharge[], call: Call): Promise<TakeOutcome>;

  /** Puts back what `take` took: the try was not a wrong one. @throws GatewayError `unavailable` */
  giveBack(charges: readonly BucketCharge[], call: Call): Promise<void>;

  /** Sets a mark for so long, anew if it is there. @throws GatewayError `unavailable` */
  mark(key: string, lifeMs: number, call: Call): Promise<void>;

  /** Whether the mark is set. @throws GatewayError `unavailable` */
  isMarked(key: string, call: Call): Promise<boolean>;
}
