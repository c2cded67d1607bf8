/**
 * Keys of TLS session tickets (RFC 5077 §4). All processes that a client may reach next share them, and they change from time to
 * time: who learns a key can read every TLS 1.2 session that was resumed with it.
 */

/** A name of 16 octets, a key for the MAC and one for the cipher: what Node takes. */
export const ticketKeyOctets = 48;

/** Twelve hours: a ticket of the old key is no error, it only costs a full handshake. */
export const defaultTicketRotationMs = 12 * 60 * 60 * 1000;

export interface TicketKeys {
  /** 48 octets. */
  current(): Uint8Array;
  /** Called with every new key. */
  subscribe(listener: (key: Uint8Array) => void): Disposable;
}

/** Keys that somebody else decides on: set from the process that shares them out. */
export class SharedTicketKeys implements TicketKeys {
  readonly #listeners = new Set<(key: Uint8Array) => void>();
  #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  current(): Uint8Array {
    return this.#key;
  }

  set(key: Uint8Array): void {
    this.#key = key;
    for (const listener of this.#listeners) listener(key);
  }

  subscribe(listener: (key: Uint8Array) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }
}

/**
 * Keys that this process makes and changes.
 * @param random gives so many random octets
 * @param rotationMs time after which the next key is made
 */
export function createTicketKeys(
  random: (octets: number) => Uint8Array,
  rotationMs = defaultTicketRotationMs,
): TicketKeys & Disposable {
  const keys = new SharedTicketKeys(random(ticketKeyOctets));
  const timer = setInterval(() => keys.set(random(ticketKeyOctets)), rotationMs).unref();
  return {
    current: () => keys.current(),
    subscribe: (listener) => keys.subscribe(listener),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
