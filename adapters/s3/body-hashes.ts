import { hash } from 'node:crypto';
import { Slots } from './slots.ts';

/** Below this a hash takes less time than the way to another thread. */
const worthAThread = 256 * 1024;

/** Hashes that other threads compute at once: as many as Node has threads for such work. For each the octets are copied. */
const atOnce = 4;

/**
 * SHA-256 of request bodies, in hexadecimal digits. A request is signed with it, so that the server refuses octets that have
 * changed on the way. Hashes of many octets are computed on other threads and keep nobody waiting.
 */
export class BodyHashes {
  readonly #hashes = new WeakMap<Uint8Array, string>();
  readonly #slots: Slots;

  /** @param waitMs milliseconds that a body may wait for its turn */
  constructor(waitMs: number) {
    this.#slots = new Slots(atOnce, waitMs);
  }

  /** undefined when it was not ensured */
  of(body: Uint8Array): string | undefined {
    return this.#hashes.get(body);
  }

  /** @param known the hash, when somebody has it already. @throws GatewayError `unavailable` */
  async ensure(body: Uint8Array, known: string | undefined, signal: AbortSignal): Promise<void> {
    this.#hashes.set(body, known ?? (await this.#compute(body, signal)));
  }

  async #compute(body: Uint8Array, signal: AbortSignal): Promise<string> {
    if (body.byteLength < worthAThread) return hash('sha256', body, 'hex');
    using _slot = await this.#slots.take(signal);
    const digest = await crypto.subtle.digest('SHA-256', body as Uint8Array<ArrayBuffer>);
    return Buffer.from(digest).toString('hex');
  }
}
