/** Tells a transfer that moves from one that stands still, by looking at a counter of octets from time to time. */
export class ProgressWatch {
  readonly #windowMs: number;
  readonly #minimumOctets: number;
  #sinceMs: number;
  #octets = 0;

  /** In each window of `windowMs` in which the transfer is owed, at least `minimumOctets` must move. */
  constructor(windowMs: number, minimumOctets: number, nowMs: number) {
    this.#windowMs = windowMs;
    this.#minimumOctets = minimumOctets;
    this.#sinceMs = nowMs;
  }

  reset(nowMs: number, octets: number): void {
    this.#sinceMs = nowMs;
    this.#octets = octets;
  }

  /**
   * @param owed whether the other side is the one that is waited for now
   * @param octets the counter
   * @returns false when a window went by with too little
   */
  holds(owed: boolean, octets: number, nowMs: number): boolean {
    if (owed && nowMs - this.#sinceMs < this.#windowMs) return true;
    if (owed && octets - this.#octets < this.#minimumOctets) return false;
    this.reset(nowMs, octets);
    return true;
  }
}
