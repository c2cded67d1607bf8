/** The Adler-32 checksum (RFC 1950 §9), which ownCloud clients use. */

const modulus = 65_521;
/** The most octets that can be summed before either sum could leave 32 bits (RFC 1950 §9). */
const block = 5_552;

export class Adler32 {
  #a = 1;
  #b = 0;

  update(chunk: Uint8Array): this {
    let a = this.#a;
    let b = this.#b;
    for (let start = 0; start < chunk.length; start += block) {
      const end = Math.min(start + block, chunk.length);
      for (let at = start; at < end; at += 1) {
        a += chunk[at] as number;
        b += a;
      }
      a %= modulus;
      b %= modulus;
    }
    this.#a = a;
    this.#b = b;
    return this;
  }

  /** Four octets, the most significant first. */
  digest(): Uint8Array {
    return Uint8Array.of(this.#b >>> 8, this.#b & 0xff, this.#a >>> 8, this.#a & 0xff);
  }
}
