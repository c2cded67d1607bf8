/**
 * Runs work once for all who ask for the same at the same time. The work gives up when the last of them has; one who gives up
 * alone takes nothing from the others.
 */
interface Shared<T> {
  readonly result: Promise<T>;
  readonly stop: AbortController;
  waiting: number;
}

export class SharedWork<T> {
  readonly #running = new Map<string, Shared<T>>();

  /**
   * @param key what is the same work
   * @param work gets the signal that says that nobody waits any more
   * @throws what the work throws; the signal's reason when it aborts
   */
  async run(key: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const shared = this.#running.get(key) ?? this.#start(key, work);
    shared.waiting += 1;
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([shared.result, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
      shared.waiting -= 1;
      if (shared.waiting === 0) {
        this.#forget(key, shared);
        shared.stop.abort(signal.aborted ? signal.reason : undefined);
      }
    }
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<T>): Shared<T> {
    const stop = new AbortController();
    const shared: Shared<T> = { result: work(stop.signal), stop, waiting: 0 };
    this.#running.set(key, shared);
    // Whoever comes after the end begins anew. A failure is told to those who wait; here it only ends the sharing.
    const end = () => this.#forget(key, shared);
    shared.result.then(end, end);
    return shared;
  }

  #forget(key: string, shared: Shared<T>): void {
    if (this.#running.get(key) === shared) this.#running.delete(key);
  }
}
