/**
 * Which blobs are being put right now, by a name that tells their octets, so that a sweep of this process leaves them: between
 * the moment a blob is in the store and the moment its put resolves there is a wait. (Another process's puts are told apart by
 * the age of what they have stored.)
 */
export class Renewals {
  readonly #underWay = new Map<string, number>();
  readonly #watching = new Set<Set<string>>();

  /** Runs the part of a put in which its key is known. */
  async during<T>(key: string, work: () => Promise<T>): Promise<T> {
    this.#underWay.set(key, (this.#underWay.get(key) ?? 0) + 1);
    for (const seen of this.#watching) seen.add(key);
    try {
      return await work();
    } finally {
      const others = (this.#underWay.get(key) ?? 1) - 1;
      if (others === 0) this.#underWay.delete(key);
      else this.#underWay.set(key, others);
    }
  }

  /** The keys of all puts that have not resolved by now or begin later; it grows until it is disposed of. */
  watch(): { has(key: string): boolean } & Disposable {
    const seen = new Set(this.#underWay.keys());
    this.#watching.add(seen);
    return { has: (key) => seen.has(key), [Symbol.dispose]: () => this.#watching.delete(seen) };
  }
}
