/** Delivers changes to the listeners of this process: the part that every `ChangeFeed` has in common. */
import type { Change } from '../../gateway/ports/change-feed.ts';
import type { Log } from '../../gateway/ports/log.ts';

type Listener = (change: Change) => void;

interface Subscription {
  readonly listener: Listener;
  ended: boolean;
}

/**
 * Gathers changes until the current work of the event loop is done, the highest mod-sequence of each topic winning, and then
 * hands them on all at once: a thousand writes to one folder in a tick wake its watchers once.
 */
export class ChangeGatherer {
  readonly #deliver: (changes: readonly Change[]) => void;
  #waiting = new Map<string, Change>();

  constructor(deliver: (changes: readonly Change[]) => void) {
    this.#deliver = deliver;
  }

  add(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    if (this.#waiting.size === 0) setImmediate(() => this.#flush());
    for (const change of changes) {
      const known = this.#waiting.get(change.topic);
      if (known === undefined || known.modSeq < change.modSeq) this.#waiting.set(change.topic, change);
    }
  }

  #flush(): void {
    const changes = [...this.#waiting.values()];
    this.#waiting = new Map();
    this.#deliver(changes);
  }
}

export class ChangeFanOut {
  readonly #log: Log;
  readonly #exact = new Map<string, Set<Subscription>>();
  /** By the beginning, without the `*`. */
  readonly #prefixes = new Map<string, Set<Subscription>>();

  constructor(log: Log) {
    this.#log = log;
  }

  subscribe(topic: string, listener: Listener): Disposable {
    const isPrefix = topic.endsWith('*');
    const index = isPrefix ? this.#prefixes : this.#exact;
    const key = isPrefix ? topic.slice(0, -1) : topic;
    const subscriptions = index.get(key) ?? new Set();
    const subscription: Subscription = { listener, ended: false };
    index.set(key, subscriptions.add(subscription));
    return {
      [Symbol.dispose]: () => {
        subscription.ended = true;
        subscriptions.delete(subscription);
        if (subscriptions.size === 0 && index.get(key) === subscriptions) index.delete(key);
      },
    };
  }

  deliver(changes: readonly Change[]): void {
    for (const change of changes) {
      this.#tell(this.#exact.get(change.topic), change);
      for (const [prefix, subscriptions] of this.#prefixes) {
        if (change.topic.startsWith(prefix)) this.#tell(subscriptions, change);
      }
    }
  }

  /** A copy is walked: a listener may subscribe and dispose. */
  #tell(subscriptions: ReadonlySet<Subscription> | undefined, change: Change): void {
    if (subscriptions === undefined) return;
    for (const subscription of Array.from(subscriptions)) {
      if (subscription.ended) continue;
      try {
        subscription.listener(change);
      } catch (error) {
        this.#log.error('change-feed.listener', { result: 'failed', topic: change.topic, error });
      }
    }
  }
}
