import { GatewayError } from '../../../gateway/ports/errors.ts';

export interface LimiterOptions {
  /** How many may run at once. */
  readonly concurrency: number;
  /** How many more may wait; the next is refused. */
  readonly queueLength: number;
  /** What a refused caller is told to wait. */
  readonly retryAfterSeconds: number;
}

interface Waiter {
  readonly go: () => void;
}

/** Bounds how much work runs at once and how much may wait for it: every argon2 computation holds 19 MiB. */
export class Limiter {
  readonly #options: LimiterOptions;
  readonly #waiting = new Set<Waiter>();
  #running = 0;

  constructor(options: LimiterOptions) {
    this.#options = options;
  }

  /**
   * Runs `work` when a place is free; first come, first served.
   * @param signal gives up the place in the queue; what runs already is not interrupted
   * @throws GatewayError `unavailable` with `retryAfterSeconds` when the queue is full; the signal's reason when it aborts
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    if (this.#running >= this.#options.concurrency) await this.#place(signal);
    else this.#running += 1;
    try {
      return await work();
    } finally {
      this.#release();
    }
  }

  #place(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= this.#options.queueLength) {
      throw new GatewayError('unavailable', 'too many passwords are being checked; try again shortly', {
        detail: { retryAfterSeconds: this.#options.retryAfterSeconds },
      });
    }
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#waiting.delete(waiter);
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        go: () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
      };
      this.#waiting.add(waiter);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** Hands the place to the one who waits longest. */
  #release(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(next);
    next.go();
  }
}
