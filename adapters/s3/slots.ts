import { setTimeout } from 'node:timers/promises';
import { GatewayError } from '../../gateway/ports/errors.ts';

/**
 * So many at once, and the others in the order in which they came. Waiting here and not in the agent, a request's own time to
 * connect begins when there is a connection for it.
 */
export class Slots {
  readonly #waiting = new Set<() => void>();
  readonly #waitMs: number;
  #free: number;

  /** @param waitMs milliseconds after which waiting ends with `unavailable` */
  constructor(count: number, waitMs: number) {
    this.#free = count;
    this.#waitMs = waitMs;
  }

  /** Resolves when there is a slot; disposing of it gives it back, the first time. @throws GatewayError `unavailable` */
  async take(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (isHeld) this.#giveBack();
        isHeld = false;
      },
    };
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const turn = Promise.withResolvers<void>();
    const over = new AbortController();
    this.#waiting.add(turn.resolve);
    const ends = AbortSignal.any([signal, over.signal]);
    try {
      await Promise.race([turn.promise, setTimeout(this.#waitMs, undefined, { signal: ends }).then(busy)]);
    } catch (error) {
      // Given a slot in the same moment: the next one has it.
      if (!this.#waiting.delete(turn.resolve)) this.#giveBack();
      signal.throwIfAborted();
      throw error;
    } finally {
      over.abort();
    }
  }

  #giveBack(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}

function busy(): never {
  const detail = { retryAfterSeconds: 5 };
  throw new GatewayError('unavailable', 'too many requests wait for the object storage', { detail });
}
