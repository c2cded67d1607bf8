/** Octets that one buffer begins with. */
const firstOctets = 64 * 1024;

/**
 * Collects octets up to a size in one buffer that grows with them: a small body costs little, and many tiny chunks cost no
 * more than their octets.
 */
export class PartBuffer {
  #buffer: Buffer;
  #length = 0;

  /** @param expectedOctets where it is known that so many will come */
  constructor(expectedOctets = 0) {
    this.#buffer = Buffer.allocUnsafeSlow(expectedOctets);
  }

  get sizeOctets(): number {
    return this.#length;
  }

  /** What was collected; it is overwritten after `clear`. */
  get octets(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Takes octets until there are `capacity`. @returns how many it took */
  fill(chunk: Uint8Array, capacity: number): number {
    const taken = Math.min(chunk.byteLength, capacity - this.#length);
    this.#reserve(this.#length + taken, capacity);
    this.#buffer.set(chunk.subarray(0, taken), this.#length);
    this.#length += taken;
    return taken;
  }

  /** Forgets what was collected and keeps the memory. */
  clear(): void {
    this.#length = 0;
  }

  #reserve(needed: number, capacity: number): void {
    if (needed <= this.#buffer.byteLength) return;
    const size = Math.min(Math.max(needed, 4 * this.#buffer.byteLength, firstOctets), capacity);
    const larger = Buffer.allocUnsafeSlow(size);
    larger.set(this.octets);
    this.#buffer = larger;
  }
}
