import type { BucketRule } from '../ports/throttle.ts';

/** Every number of sign-in. All are per process where the throttle store is in memory. */
export interface AuthOptions {
  /** How long a password that was found right is not checked again while its account stays as it is. */
  readonly credentialLifeMs: number;
  /** How many such passwords are remembered (as keyed hashes; about 1 kB each). */
  readonly credentialCount: number;
  /** Wrong tries for one account from networks that it has not signed in from lately. */
  readonly perAccount: BucketRule;
  /** Wrong tries from one network for accounts that have not signed in from there lately. */
  readonly perNetwork: BucketRule;
  /** Wrong tries for one account from a network that it has signed in from lately: only these count then. */
  readonly perKnownNetwork: BucketRule;
  /** What "lately" is. */
  readonly knownNetworkLifeMs: number;
  /** How many leading bits of an address are one network. */
  readonly networkPrefixes: { readonly ipv4: number; readonly ipv6: number };
  /** How many connections on which somebody signed in are remembered; on them that account is not throttled. */
  readonly connectionCount: number;
  /** Wrong passwords that are remembered (as keyed hashes), so that a client that repeats one uses up no account's tries. */
  readonly wrongCount: number;
  readonly wrongLifeMs: number;
  /** A refusal is given no sooner than this after the question, so that the time tells nothing of the account. */
  readonly refusalFloorMs: number;
}

/**
 * An account stands ten wrong passwords at once from elsewhere and one every five minutes (288 a day); from a network where
 * its person has signed in within 30 days it stands 30 and one every 20 seconds, whatever happens elsewhere.
 *
 * A network is one IPv4 address (/32) and one IPv6 subnet (/64). A wider IPv4 prefix would punish neighbours who have nothing
 * in common but a provider, and an attacker rents addresses from many /24s as easily as from one; a /64 is one subnet
 * (RFC 4291 §2.5.1), so that single IPv6 addresses cost an attacker nothing. 100 wrong tries and one every
 * five seconds leave room for an institution behind one address, whose people's successes count nothing.
 */
export const defaultAuthOptions: AuthOptions = {
  credentialLifeMs: 5 * 60_000,
  credentialCount: 10_000,
  perAccount: { burst: 10, refillMs: 5 * 60_000 },
  perNetwork: { burst: 100, refillMs: 5_000 },
  perKnownNetwork: { burst: 30, refillMs: 20_000 },
  knownNetworkLifeMs: 30 * 24 * 3_600_000,
  networkPrefixes: { ipv4: 32, ipv6: 64 },
  connectionCount: 20_000,
  wrongCount: 10_000,
  wrongLifeMs: 24 * 3_600_000,
  refusalFloorMs: 400,
};
