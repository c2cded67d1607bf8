/** Everything that is done with passwords where they are kept: hashing, checking, imported hashes, SCRAM keys. */
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { Call } from '../../../gateway/ports/call.ts';
import { GatewayError } from '../../../gateway/ports/errors.ts';
import type { Secret } from '../../../gateway/ports/secret.ts';
import { maxPasswordOctets, preparePassword } from '../../../gateway/wire/sasl/prepare.ts';
import { formatArgon2, hashArgon2, isWeaker, verifyArgon2, type Argon2Cost, type Argon2Hash } from './argon2.ts';
import { Limiter } from './limiter.ts';
import { deriveScramKeys, type ScramKeys } from './scram-keys.ts';
import { verifySaltedDigest } from './salted-digest.ts';
import { SlowPool } from './slow-pool.ts';
import { parseStoredHash, type StoredHash } from './stored-hash.ts';

export interface PasswordOptions {
  readonly argon2: Argon2Cost;
  /** PBKDF2 rounds of the SCRAM keys; 0 keeps no such keys. */
  readonly scramIterations: number;
  /** How many argon2 computations may run at once; each holds `memoryKiB` and one thread of libuv's pool. */
  readonly concurrency: number;
  /** How many more sign-ins may wait for one. */
  readonly queueLength: number;
  /** What the next one after them is told to wait. */
  readonly retryAfterSeconds: number;
  /** Threads for imported bcrypt and sha-crypt hashes. */
  readonly slowHashThreads: number;
}

/**
 * argon2id with 19 MiB, two passes, one lane: about 50 ms of one core. SCRAM keys are what an attacker with a stolen table
 * would try first, so they get as many rounds as clients bear: Cyrus SASL's client refuses more than 65,536 (`0x10000`).
 * libuv's pool has four threads; one at least stays free for files.
 */
export const defaultPasswordOptions: PasswordOptions = {
  argon2: { memoryKiB: 19_456, passes: 2, parallelism: 1 },
  scramIterations: 60_000,
  concurrency: Math.min(3, availableParallelism()),
  queueLength: 256,
  retryAfterSeconds: 5,
  slowHashThreads: 1,
};

/** What is stored for a password. */
export interface PasswordRecord {
  /** A PHC string of argon2id. */
  readonly hash: string;
  /** For SCRAM-SHA-256; undefined when no keys are kept. */
  readonly scram: ScramKeys | undefined;
}

/** What is known of a stored password when one is checked against it. */
export interface KnownPassword {
  /** Any text that `parseStoredHash` takes; another never matches. */
  readonly hash: string;
  readonly scramIterations: number | undefined;
}

export interface PasswordVerdict {
  readonly matches: boolean;
  /** It matches, and what is stored should be replaced by `hash()` of the same password. */
  readonly outdated: boolean;
}

const wrong: PasswordVerdict = { matches: false, outdated: false };

export class Passwords implements AsyncDisposable {
  readonly #options: PasswordOptions;
  readonly #limiter: Limiter;
  readonly #slow: SlowPool;
  readonly #random: (octets: number) => Uint8Array;
  /** Nothing matches it: its hash is random. What unknown names are checked against. */
  readonly #dummy: Argon2Hash;

  constructor(options: Partial<PasswordOptions> = {}, random: (octets: number) => Uint8Array = randomBytes) {
    this.#options = { ...defaultPasswordOptions, ...options };
    const { concurrency, queueLength, retryAfterSeconds, slowHashThreads, argon2 } = this.#options;
    this.#limiter = new Limiter({ concurrency, queueLength, retryAfterSeconds });
    this.#slow = new SlowPool({ concurrency: slowHashThreads, queueLength, retryAfterSeconds });
    this.#random = random;
    this.#dummy = { ...argon2, algorithm: 'argon2id', salt: random(16), hash: random(32) };
  }

  /** @throws GatewayError `syntax` (empty, NUL or another control character, more than 1024 octets) */
  check(password: Secret): void {
    this.#prepared(password);
  }

  /** The hash as it is to be stored. @throws GatewayError `syntax` (unknown scheme, or too expensive to be computed) */
  checkImported(hash: Secret): string {
    const text = hash.reveal().trim();
    if (parseStoredHash(text) !== undefined) return text;
    throw new GatewayError('syntax', 'the hash is of no scheme that can be imported, or too expensive to be computed');
  }

  /** @throws GatewayError `syntax` as `check`, `unavailable` (too many at once) */
  async hash(password: Secret, call: Call): Promise<PasswordRecord> {
    const prepared = this.#prepared(password);
    const { argon2, scramIterations } = this.#options;
    return this.#limiter.run(
      async () => ({
        hash: formatArgon2(await hashArgon2(prepared, this.#random(16), argon2)),
        scram: scramIterations === 0 ? undefined : await deriveScramKeys(prepared, this.#random(16), scramIterations),
      }),
      call.signal,
    );
  }

  /**
   * Checks a password against what is stored; undefined (no such account, or one without a password) takes the time of a
   * wrong password.
   * @throws GatewayError `unavailable` (too many at once)
   */
  async verify(password: Secret, known: KnownPassword | undefined, call: Call): Promise<PasswordVerdict> {
    const stored = known === undefined ? undefined : parseStoredHash(known.hash);
    const candidates = candidatesOf(password);
    if (known === undefined || stored === undefined || candidates.length === 0) return this.#pretend(call);
    for (const candidate of candidates) {
      if (await this.#matches(candidate, stored, call))
        return { matches: true, outdated: this.#isOutdated(known, stored) };
    }
    // A digest is computed in no time: without this a wrong password would tell which accounts still have one.
    return stored.scheme === 'digest' ? this.#pretend(call) : wrong;
  }

  async #matches(candidate: string, stored: StoredHash, call: Call): Promise<boolean> {
    if (stored.scheme === 'argon2') {
      return this.#limiter.run(() => verifyArgon2(candidate, stored.value), call.signal);
    }
    if (stored.scheme === 'digest') return verifySaltedDigest(candidate, stored.value);
    return this.#slow.verify({ scheme: stored.scheme, password: candidate, text: stored.text }, call.signal);
  }

  #isOutdated(known: KnownPassword, stored: StoredHash): boolean {
    const { argon2, scramIterations } = this.#options;
    if (stored.scheme !== 'argon2' || isWeaker(stored.value, argon2)) return true;
    return scramIterations > (known.scramIterations ?? 0);
  }

  async #pretend(call: Call): Promise<PasswordVerdict> {
    await this.#limiter.run(() => verifyArgon2('', this.#dummy), call.signal);
    return wrong;
  }

  #prepared(password: Secret): string {
    const prepared = preparePassword(password.reveal());
    if (!prepared.ok) throw new GatewayError('syntax', prepared.reason);
    return prepared.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#slow[Symbol.asyncDispose]();
  }
}

/**
 * What to try: the prepared password, and where that differs the octets as they came, because a hash that was imported was
 * made from those. Empty: no such password can have been set.
 */
function candidatesOf(password: Secret): readonly string[] {
  const typed = password.reveal();
  if (typed === '' || typed.includes('\0') || Buffer.byteLength(typed) > maxPasswordOctets) return [];
  const prepared = preparePassword(typed);
  return prepared.ok && prepared.value !== typed ? [prepared.value, typed] : [typed];
}
