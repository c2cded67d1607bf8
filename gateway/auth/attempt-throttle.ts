import type { Call } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import { GatewayError } from '../ports/errors.ts';
import type { BucketCharge, ThrottleStore } from '../ports/throttle.ts';
import { BoundedMap } from './bounded-map.ts';
import type { AuthOptions } from './options.ts';

/** Who tries, as far as it is known before the password is looked at. */
export interface Attempt {
  /** The principal's id; undefined: there is no such name here. */
  readonly principalId: string | undefined;
  /** Canonical login. */
  readonly login: string;
  /** `networkOf` the client's address. */
  readonly network: string;
  /** `CredentialCache.digest` of login and password. */
  readonly digest: string;
}

/** A try that was let through. One of its two ends must be told. */
export interface AdmittedAttempt {
  /** The password was right, or it was not found out: the try does not count. */
  forgive(right: boolean, call: Call): Promise<void>;
  /** The password was wrong: what was taken stays taken. */
  blame(): void;
}

/**
 * Counts wrong tries: per account first, per network second. A token is taken before the password is looked at, so that many
 * tries at once cannot slip through, and put back when it was right.
 *
 * A network that an account has signed in from lately is known to it: tries from there count in a bucket of their own and in
 * no other, so that neither wrong passwords from the rest of the world nor those of neighbours against other accounts keep
 * the right person out.
 */
export class AttemptThrottle {
  readonly #store: ThrottleStore;
  readonly #clock: Clock;
  readonly #options: AuthOptions;
  /** Until when a wrong password is remembered. A device that repeats an old password is no attack on the account. */
  readonly #wrong: BoundedMap<string, number>;

  constructor(store: ThrottleStore, clock: Clock, options: AuthOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#options = options;
    this.#wrong = new BoundedMap(options.wrongCount);
  }

  /** @throws GatewayError `limit-exceeded` with `retryAfterSeconds`; `unavailable` */
  async admit(attempt: Attempt, call: Call): Promise<AdmittedAttempt> {
    const account = accountKey(attempt);
    const mark = `known:${account}/${attempt.network}`;
    const known = await this.#store.isMarked(mark, call);
    const charges = this.#charges(attempt, account, known);
    const outcome = await this.#store.take(charges, call);
    if (!outcome.taken) {
      throw new GatewayError('limit-exceeded', 'too many wrong passwords; try again later', {
        detail: { retryAfterSeconds: Math.ceil(outcome.retryAfterMs / 1000) },
      });
    }
    return {
      forgive: async (right, endCall) => {
        await this.#store.giveBack(charges, endCall);
        if (right && !known) await this.#store.mark(mark, this.#options.knownNetworkLifeMs, endCall);
      },
      blame: () => this.#wrong.set(attempt.digest, this.#clock.nowMs() + this.#options.wrongLifeMs),
    };
  }

  #charges(attempt: Attempt, account: string, known: boolean): readonly BucketCharge[] {
    const { perAccount, perNetwork, perKnownNetwork } = this.#options;
    const ofNetwork: BucketCharge = { key: `network:${attempt.network}`, rule: perNetwork };
    if ((this.#wrong.get(attempt.digest) ?? 0) > this.#clock.nowMs()) return [ofNetwork];
    if (known) return [{ key: `pair:${account}/${attempt.network}`, rule: perKnownNetwork }];
    return [{ key: account, rule: perAccount }, ofNetwork];
  }
}

/** Accounts and names without one are counted apart: a flood of invented names cannot push out the count of an account. */
function accountKey({ principalId, login }: Attempt): string {
  return principalId === undefined ? `name:${login}` : `account:${principalId}`;
}
