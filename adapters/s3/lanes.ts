/**
 * Runs work beside what adds it, so much at once and no more. The first failure ends the adding: `failed` tells those who
 * wait for something else meanwhile.
 */
export class Lanes {
  readonly #width: number;
  readonly #running = new Set<Promise<void>>();
  readonly #failure = new AbortController();

  constructor(width: number) {
    this.#width = width;
  }

  /** Aborted with the first failure as its reason. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  /** Resolves when the work has begun, which is when there is room for it. @throws the first failure */
  async add(work: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#width) await Promise.race(this.#running);
    this.failed.throwIfAborted();
    const running = work()
      .catch((error: unknown) => this.#failure.abort(error))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves when nothing runs any more, whether it failed or not. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Resolves when all that was added is done. @throws the first failure */
  async done(): Promise<void> {
    await this.idle();
    this.failed.throwIfAborted();
  }
}
