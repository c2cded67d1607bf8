import { createHmac } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { Principal } from '../ports/directory.ts';
import type { Secret } from '../ports/secret.ts';
import { BoundedMap } from './bounded-map.ts';

/** A password that was found right, without the password. */
export interface CachedCredential {
  readonly principal: Principal;
  /** The directory's `version` of the principal before and after the check; undefined where the directory has none. */
  readonly version: string | undefined;
}

export interface CredentialCacheOptions {
  readonly lifeMs: number;
  readonly count: number;
}

interface Entry extends CachedCredential {
  readonly untilMs: number;
}

/**
 * Remembers right passwords under HMAC-SHA-256 with a key that lives and dies with the process: whoever reads the memory or a
 * dump of it cannot test guesses without that key, and nothing that is kept is the password.
 */
export class CredentialCache {
  readonly #key: Uint8Array;
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #entries: BoundedMap<string, Entry>;

  /** @param key 32 random octets */
  constructor(key: Uint8Array, clock: Clock, options: CredentialCacheOptions) {
    this.#key = key;
    this.#clock = clock;
    this.#lifeMs = options.lifeMs;
    this.#entries = new BoundedMap(options.count);
  }

  /** The name under which a login and a password are kept; tells nothing of either. */
  digest(login: string, password: Secret): string {
    // The length keeps `ab` + `c` and `a` + `bc` apart.
    const text = `${login.length}:${login}${password.reveal()}`;
    return createHmac('sha256', this.#key).update(text).digest('base64');
  }

  get(digest: string): CachedCredential | undefined {
    const entry = this.#entries.get(digest);
    if (entry === undefined || entry.untilMs > this.#clock.nowMs()) return entry;
    this.#entries.delete(digest);
    return undefined;
  }

  /** Its life begins at the check and is not made longer by use. */
  set(digest: string, credential: CachedCredential): void {
    this.#entries.set(digest, { ...credential, untilMs: this.#clock.nowMs() + this.#lifeMs });
  }

  delete(digest: string): void {
    this.#entries.delete(digest);
  }
}
