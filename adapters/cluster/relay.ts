/** The primary's part in the change feed: passes what one worker says to all others. */
import { parseChanges } from './messages.ts';
import type { MessagePeer } from './peer.ts';

export class ChangeRelay {
  readonly #peers = new Set<MessagePeer>();

  /** Takes a worker in until the result is disposed of. */
  connect(peer: MessagePeer): Disposable {
    this.#peers.add(peer);
    const subscription = peer.subscribe((message) => {
      if (parseChanges(message) === undefined) return;
      for (const other of this.#peers) if (other !== peer) other.send(message);
    });
    return {
      [Symbol.dispose]: () => {
        this.#peers.delete(peer);
        subscription[Symbol.dispose]();
      },
    };
  }
}
