/** Counts live connections per remote network. Holds one number for each network that is connected, and so stays bounded. */
import { networkOf } from './network.ts';

export class NetworkCounter {
  readonly #counts = new Map<string, number>();
  readonly #limit: number;

  /** @param limit live connections that one network may have */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a connection from this address until the result is disposed of; undefined when its network has too many. */
  enter(address: string): Disposable | undefined {
    const network = networkOf(address);
    const count = this.#counts.get(network) ?? 0;
    if (count >= this.#limit) return undefined;
    this.#counts.set(network, count + 1);
    let left = false;
    return {
      [Symbol.dispose]: () => {
        if (left) return;
        left = true;
        this.#leave(network);
      },
    };
  }

  /** Networks that have a connection now. */
  get size(): number {
    return this.#counts.size;
  }

  #leave(network: string): void {
    const count = (this.#counts.get(network) ?? 0) - 1;
    if (count > 0) this.#counts.set(network, count);
    else this.#counts.delete(network);
  }
}
