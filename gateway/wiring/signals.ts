/** Signals of the operating system as a queue of wishes. */
import type { EventEmitter } from 'node:events';

/** `stop`: SIGTERM or SIGINT. `reload`: SIGHUP. */
export type Wish = 'stop' | 'reload';

const wishes = { SIGTERM: 'stop', SIGINT: 'stop', SIGHUP: 'reload' } as const;

export class Signals implements Disposable {
  readonly #source: EventEmitter;
  readonly #queue: Wish[] = [];
  readonly #listeners = new Map<string, () => void>();
  #waiting: ((wish: Wish) => void) | undefined;

  /** @param source the process */
  constructor(source: EventEmitter) {
    this.#source = source;
    for (const [signal, wish] of Object.entries(wishes)) {
      const listener = (): void => this.add(wish);
      this.#listeners.set(signal, listener);
      source.on(signal, listener);
    }
  }

  /** A wish that came another way: from the process that started this one. */
  add(wish: Wish): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#queue.push(wish);
    else waiting(wish);
  }

  /** The next wish, in the order in which they came. One caller at a time. */
  next(): Promise<Wish> {
    const queued = this.#queue.shift();
    if (queued !== undefined) return Promise.resolve(queued);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) this.#source.off(signal, listener);
  }
}
