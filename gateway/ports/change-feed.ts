/**
 * The port `ChangeFeed`: tells whoever waits that something changed. A message carries a topic and a mod-sequence, never
 * content: the reader asks the store. A lost message costs a delay and never a change.
 */

export interface Change {
  /** `collection:<id>`, `principal:<id>`, …: kind, colon, identifier. At most 200 characters. */
  readonly topic: string;
  /** The mod-sequence that the topic reached. */
  readonly modSeq: number;
}

export interface ChangeFeed {
  /** Called after commit only. Never throws and never waits for a reader. */
  publish(changes: readonly Change[]): void;
  /**
   * Calls `listener` for every change of the topic from now on, in any process that shares the feed. A topic that ends in
   * `*` takes all topics with that beginning. Several changes of one topic may arrive as one, with the highest modSeq.
   * A feed that may have missed changes of a topic tells it once more; with modSeq 0 when it does not know how far it came, and
   * for a beginning with the beginning itself as the topic, `*` included: anything below it may have changed.
   * @returns disposes of the subscription
   */
  subscribe(topic: string, listener: (change: Change) => void): Disposable;
}
