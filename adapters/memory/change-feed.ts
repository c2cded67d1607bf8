/** The port `ChangeFeed` within one process. */
import type { Change, ChangeFeed } from '../../gateway/ports/change-feed.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import type { Log } from '../../gateway/ports/log.ts';
import { ChangeFanOut, ChangeGatherer } from '../shared/change-fan-out.ts';

export class MemoryChangeFeed implements ChangeFeed {
  readonly #fanOut: ChangeFanOut;
  readonly #gatherer: ChangeGatherer;

  /** @param log is told of listeners that throw */
  constructor(log: Log = silentLog) {
    this.#fanOut = new ChangeFanOut(log);
    this.#gatherer = new ChangeGatherer((changes) => this.#fanOut.deliver(changes));
  }

  publish(changes: readonly Change[]): void {
    this.#gatherer.add(changes);
  }

  subscribe(topic: string, listener: (change: Change) => void): Disposable {
    return this.#fanOut.subscribe(topic, listener);
  }
}
