import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Call } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import type { ConnectionInfo } from '../ports/connection.ts';
import type { Directory, PasswordCredentials, Principal } from '../ports/directory.ts';
import { GatewayError } from '../ports/errors.ts';
import type { ThrottleStore } from '../ports/throttle.ts';
import { foldName } from '../wire/address/account-address.ts';
import { maxPasswordOctets } from '../wire/sasl/prepare.ts';
import { AttemptThrottle, type AdmittedAttempt } from './attempt-throttle.ts';
import { auditSignIn, type SignInTrace } from './audit.ts';
import type { Authenticator, SignInAttempt } from './authenticator.ts';
import { BoundedMap } from './bounded-map.ts';
import { CredentialCache } from './credential-cache.ts';
import { networkOf } from './network.ts';
import { defaultAuthOptions, type AuthOptions } from './options.ts';
import { SharedWork } from './shared-work.ts';

/** Where a login belongs; wiring makes it from the domains. */
export interface DirectoryRoutes {
  /**
   * The directory that decides, and the login with its canonical domain (`user@domain`).
   * @param login as typed: a bare name gets the domain of the host that the connection asked for, an alias of a domain becomes
   *   the domain
   * @returns undefined when the domain is none of ours; which domains there are is no secret
   */
  directoryFor(login: string, connection: ConnectionInfo): RoutedLogin | undefined;
}

export interface RoutedLogin {
  readonly directory: Directory;
  readonly login: string;
}

export interface PasswordAuthenticatorParts {
  readonly directories: DirectoryRoutes;
  readonly throttle: ThrottleStore;
  readonly clock: Clock;
  readonly options?: Partial<AuthOptions>;
  readonly random?: (octets: number) => Uint8Array;
  /** Holds a refusal back. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

interface Check extends RoutedLogin {
  readonly credentials: PasswordCredentials;
  /** Canonical: what caches and counters know the login by. */
  readonly name: string;
  readonly network: string;
  readonly digest: string;
}

interface Checked {
  readonly principal: Principal;
  readonly cached: boolean;
  /** The directory's version of the principal before the password was looked at. */
  readonly version: string | undefined;
}

/** A login of more than this is nobody's: RFC 5321 §4.5.3.1 allows 64 and 255 octets. */
const maxLoginLength = 320;
/** How long a shared throttle store may take to put a count right. */
const putRightMs = 5_000;

/**
 * The life of a sign-in: encryption → directory → throttle → cache, checked against the directory's version → the directory →
 * cache and known network → audit. See `Authenticator` for what it throws.
 */
export class PasswordAuthenticator implements Authenticator {
  readonly #directories: DirectoryRoutes;
  readonly #options: AuthOptions;
  readonly #clock: Clock;
  readonly #throttle: AttemptThrottle;
  readonly #cache: CredentialCache;
  readonly #wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly #checks = new SharedWork<Checked>();
  /** Connections on which a name signed in and nobody has tried a wrong password for it since. */
  readonly #trusted: BoundedMap<string, true>;

  constructor(parts: PasswordAuthenticatorParts) {
    this.#directories = parts.directories;
    this.#clock = parts.clock;
    this.#options = { ...defaultAuthOptions, ...parts.options };
    this.#wait = parts.wait ?? ((ms, signal) => setTimeout(ms, undefined, { signal }));
    this.#throttle = new AttemptThrottle(parts.throttle, parts.clock, this.#options);
    this.#cache = new CredentialCache((parts.random ?? randomBytes)(32), parts.clock, {
      lifeMs: this.#options.credentialLifeMs,
      count: this.#options.credentialCount,
    });
    this.#trusted = new BoundedMap(this.#options.connectionCount);
  }

  async password(credentials: PasswordCredentials, attempt: SignInAttempt, call: Call): Promise<Principal> {
    const startedMs = this.#clock.nowMs();
    const trace: SignInTrace = {};
    try {
      const principal = await this.#signIn(credentials, attempt, trace, call);
      auditSignIn(attempt, trace, undefined, call);
      return principal;
    } catch (error) {
      auditSignIn(attempt, trace, error, call);
      const refused = error instanceof GatewayError && error.code === 'authentication-failed';
      if (refused) await this.#holdBack(startedMs, call);
      throw error;
    }
  }

  async #signIn(
    credentials: PasswordCredentials,
    attempt: SignInAttempt,
    trace: SignInTrace,
    call: Call,
  ): Promise<Principal> {
    const { connection } = attempt;
    if (!connection.secure) {
      throw new GatewayError('encryption-required', 'a password is taken over an encrypted connection only');
    }
    const check = this.#prepare(credentials, connection);
    const trustKey = `${connection.id} ${check.name}`;
    try {
      const checked = this.#trusted.get(trustKey) === undefined ? undefined : await this.#recall(check, trace, call);
      const { principal, cached } = checked ?? (await this.#checkShared(check, trace, call));
      trace.principal = principal;
      trace.cached = cached;
      this.#trusted.set(trustKey, true);
      return principal;
    } catch (error) {
      this.#trusted.delete(trustKey);
      throw error;
    }
  }

  #prepare(credentials: PasswordCredentials, connection: ConnectionInfo): Check {
    const { login, password } = credentials;
    const typed = password.reveal();
    // An empty password is a successful anonymous bind to some directories (RFC 4513 §5.1.2): it goes no further.
    if (typed === '' || typed.length > maxPasswordOctets || login.length > maxLoginLength) throw refusal();
    const route = this.#directories.directoryFor(login, connection);
    if (route === undefined) throw refusal();
    const name = foldName(route.login);
    return {
      ...route,
      credentials: { login: route.login, password },
      name,
      network: networkOf(connection.remoteAddress, this.#options.networkPrefixes),
      digest: this.#cache.digest(name, password),
    };
  }

  /**
   * The same login and password from the same network, several times at once, are one check and one try. Who joined one that
   * had begun before the account changed is checked anew: the answer must be true of the time after the question.
   */
  async #checkShared(check: Check, trace: SignInTrace, call: Call): Promise<Checked> {
    const key = `${check.digest} ${check.network}`;
    const found = await check.directory.lookup(check.login, call);
    trace.principal = found;
    const checked = await this.#checks.run(
      key,
      (signal) => this.#checkThrottled(check, found, { signal, log: call.log }),
      call.signal,
    );
    const version = await check.directory.version?.(checked.principal.id, call);
    return version === checked.version ? checked : this.#checkThrottled(check, found, call);
  }

  async #checkThrottled(check: Check, found: Principal | undefined, call: Call): Promise<Checked> {
    const { name: login, network, digest } = check;
    const admitted = await this.#throttle.admit({ principalId: found?.id, login, network, digest }, call);
    let checked: Checked;
    try {
      checked = (await this.#recall(check, {}, call)) ?? (await this.#authenticate(check, found, call));
    } catch (error) {
      await this.#countFailure(error, admitted, call);
      throw error;
    }
    await admitted.forgive(true, call);
    return checked;
  }

  async #countFailure(error: unknown, admitted: AdmittedAttempt, call: Call): Promise<void> {
    if (error instanceof GatewayError && error.code === 'authentication-failed') admitted.blame();
    // Nobody may be waiting any more, and the count must still be put right.
    else await admitted.forgive(false, { ...call, signal: AbortSignal.timeout(putRightMs) });
  }

  /** What the cache knows, if the directory says that nothing has changed since. */
  async #recall(check: Check, trace: SignInTrace, call: Call): Promise<Checked | undefined> {
    const cached = this.#cache.get(check.digest);
    if (cached === undefined) return undefined;
    trace.principal = cached.principal;
    const version = await check.directory.version?.(cached.principal.id, call);
    if (version === cached.version) return { ...cached, cached: true };
    this.#cache.delete(check.digest);
    return undefined;
  }

  async #authenticate(check: Check, found: Principal | undefined, call: Call): Promise<Checked> {
    const { directory, credentials, digest } = check;
    // Asked for names that do not exist too: the same look-ups for all. The version is taken before the password is looked
    // at, because a password that is changed while the old one is being checked must not be cached under the new version.
    const before = await directory.version?.(found?.id ?? '-', call);
    const principal = await directory.authenticate(credentials, call);
    if (principal.state !== 'active') throw refusal();
    const after = await directory.version?.(principal.id, call);
    const unchanged = before === after && (directory.version === undefined || after !== undefined);
    if (unchanged && principal.id === found?.id) this.#cache.set(digest, { principal, version: after });
    return { principal, cached: false, version: before };
  }

  /**
   * Gives refusals at multiples of the floor: a hash that costs more or less than another, or a name that has none, is not
   * seen from outside.
   */
  async #holdBack(startedMs: number, call: Call): Promise<void> {
    const floorMs = this.#options.refusalFloorMs;
    if (floorMs === 0) return;
    const elapsedMs = Math.max(0, this.#clock.nowMs() - startedMs);
    await this.#wait(floorMs - (elapsedMs % floorMs), call.signal);
  }
}

function refusal(): GatewayError {
  return new GatewayError('authentication-failed', 'the name or the password is wrong');
}
