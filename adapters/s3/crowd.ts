/**
 * Counts who sends large bodies at the same time. Alone, each collects its next parts while others are on their way; in a crowd
 * each holds one part and waits for it to be stored. So memory grows by one part for each more, and not by several.
 */
export class Crowd {
  readonly #roomy: number;
  #count = 0;

  /**
   * @param bufferOctets octets that all together may hold before they are a crowd
   * @param eachOctets octets that each one holds until then
   */
  constructor(bufferOctets: number, eachOctets: number) {
    this.#roomy = Math.floor(bufferOctets / eachOctets);
  }

  /** Whether each should hold no more than one part. */
  get isDense(): boolean {
    return this.#count > this.#roomy;
  }

  /** Disposing of it leaves the crowd. */
  join(): Disposable {
    this.#count += 1;
    return { [Symbol.dispose]: () => (this.#count -= 1) };
  }
}
