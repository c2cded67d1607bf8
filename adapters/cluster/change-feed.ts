/**
 * The port `ChangeFeed` across the processes of one machine. Each worker has one; what it publishes goes to its own listeners
 * and, gathered per tick into one message, to the primary, whose relay passes it to the other workers.
 */
import type { Change, ChangeFeed } from '../../gateway/ports/change-feed.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import type { Log } from '../../gateway/ports/log.ts';
import { ChangeFanOut, ChangeGatherer } from '../shared/change-fan-out.ts';
import { formatChanges, parseChanges } from './messages.ts';
import type { MessagePeer } from './peer.ts';

export class ClusterChangeFeed implements ChangeFeed, Disposable {
  readonly #fanOut: ChangeFanOut;
  readonly #incoming: ChangeGatherer;
  readonly #outgoing: ChangeGatherer;
  readonly #subscription: Disposable;

  /**
   * @param peer the way to the primary
   * @param log is told of listeners that throw
   */
  constructor(peer: MessagePeer, log: Log = silentLog) {
    this.#fanOut = new ChangeFanOut(log);
    this.#incoming = new ChangeGatherer((changes) => this.#fanOut.deliver(changes));
    this.#outgoing = new ChangeGatherer((changes) => peer.send(formatChanges(changes)));
    this.#subscription = peer.subscribe((message) => {
      const changes = parseChanges(message);
      if (changes !== undefined) this.#incoming.add(changes);
    });
  }

  publish(changes: readonly Change[]): void {
    this.#incoming.add(changes);
    this.#outgoing.add(changes);
  }

  subscribe(topic: string, listener: (change: Change) => void): Disposable {
    return this.#fanOut.subscribe(topic, listener);
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }
}
