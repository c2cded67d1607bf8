/**
 * What the members of a folder look like in an answer, kept for the next client that asks the same: clients list the same
 * folders again and again, and most folders did not change. An entry is found under the sequence that the folder had reached
 * when it was read, so it is never found again once anything in the folder has changed; it only has to be dropped when room is
 * needed.
 */
export interface ListingKey {
  /** Tells stores apart. */
  readonly epoch: string;
  readonly collectionId: number;
  readonly membersModSeq: number;
  /** The collection's own href: members' hrefs begin with it. */
  readonly href: string;
  /** `Selection.key` */
  readonly selection: string;
}

/** No entry takes more than this part of the room. */
const largestShare = 8;

export class ListingCache {
  /** The entry that was used longest ago first. */
  readonly #entries = new Map<string, Buffer>();
  #octets = 0;

  /** Octets that are kept, keys included. */
  get octets(): number {
    return this.#octets;
  }

  get(key: ListingKey): Buffer | undefined {
    const text = keyText(key);
    const found = this.#entries.get(text);
    if (found === undefined) return undefined;
    this.#entries.delete(text);
    this.#entries.set(text, found);
    return found;
  }

  /** Characters beyond which it is not worth gathering an entry. @param limitOctets of the whole cache */
  largestEntry(limitOctets: number): number {
    return Math.floor(limitOctets / largestShare);
  }

  set(key: ListingKey, octets: Buffer, limitOctets: number): void {
    const text = keyText(key);
    if (sizeOf(text, octets) > this.largestEntry(limitOctets)) return;
    this.#remove(text);
    this.#entries.set(text, octets);
    this.#octets += sizeOf(text, octets);
    while (this.#octets > limitOctets) {
      const oldest = this.#entries.keys().next().value;
      if (oldest === undefined) return;
      this.#remove(oldest);
    }
  }

  #remove(text: string): void {
    const found = this.#entries.get(text);
    if (found === undefined) return;
    this.#entries.delete(text);
    this.#octets -= sizeOf(text, found);
  }
}

/** An entry of an empty folder takes room too, and a key is as long as what was asked for. */
function sizeOf(text: string, octets: Buffer): number {
  return 2 * text.length + octets.byteLength;
}

function keyText({ epoch, collectionId, membersModSeq, href, selection }: ListingKey): string {
  return `${epoch} ${collectionId} ${membersModSeq} ${href} ${selection}`;
}
