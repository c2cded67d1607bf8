/** Octets of an XML body into text: UTF-8, or UTF-16 when a byte order mark says so (XML 1.0 §4.3.3, RFC 7303 §3). */

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

export class XmlDecoder {
  #decoder: TextDecoder | undefined;
  #encoding: Encoding = 'utf-8';
  /** The first octet, while the second is awaited. */
  #held: number | undefined;

  /** @returns the text that is complete so far; undefined when the octets are not valid in their encoding */
  write(chunk: Uint8Array): string | undefined {
    if (this.#decoder !== undefined) return this.#decode(chunk, true);
    const octets = this.#held === undefined ? chunk : Uint8Array.of(this.#held, ...chunk.subarray(0, 1));
    if (octets.length < 2) {
      this.#held = octets[0];
      return '';
    }
    this.#encoding = encodingOf(octets);
    this.#decoder = new TextDecoder(this.#encoding, { fatal: true });
    const start = this.#decode(octets, true);
    if (this.#held === undefined || start === undefined) return start;
    const rest = this.#decode(chunk.subarray(1), true);
    return rest === undefined ? undefined : start + rest;
  }

  /** @returns the last of the text; undefined when the octets end within a character */
  end(): string | undefined {
    const held =
      this.#decoder === undefined && this.#held !== undefined ? Uint8Array.of(this.#held) : new Uint8Array(0);
    this.#decoder ??= new TextDecoder('utf-8', { fatal: true });
    return this.#decode(held, false);
  }

  /** Whether the encoding that an XML declaration names is the one the octets are read in. */
  agreesWith(declared: string | undefined): boolean {
    if (declared === undefined) return true;
    const name = declared.toLowerCase();
    if (this.#encoding === 'utf-8') return name === 'utf-8' || name === 'utf8' || name === 'us-ascii';
    return name === 'utf-16' || name === this.#encoding;
  }

  #decode(octets: Uint8Array, stream: boolean): string | undefined {
    try {
      return this.#decoder?.decode(octets, { stream });
    } catch {
      // A fatal decoder throws a TypeError for invalid octets, and for nothing else.
      return undefined;
    }
  }
}

function encodingOf(octets: Uint8Array): Encoding {
  if (octets[0] === 0xff && octets[1] === 0xfe) return 'utf-16le';
  if (octets[0] === 0xfe && octets[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}
