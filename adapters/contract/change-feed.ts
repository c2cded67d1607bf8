/** What every `ChangeFeed` must do. Runs unchanged on each adapter. */
import type { TestFn } from 'ava';
import type { Change, ChangeFeed } from '../../gateway/ports/change-feed.ts';

export interface ChangeFeedFixture extends AsyncDisposable {
  /** Two ends of one feed: the same object for a feed of one process, two processes for one that crosses them. */
  readonly publisher: ChangeFeed;
  readonly subscriber: ChangeFeed;
  /** Resolves when subscriptions and disposals that were asked for before are in force. */
  settled(): Promise<void>;
}

/** Adds the tests of the contract. @param open makes a feed that nobody uses yet */
export function testChangeFeed(test: TestFn, name: string, open: () => Promise<ChangeFeedFixture>): void {
  test(`ChangeFeed ${name}: a change reaches the listeners of its topic and no others`, async (t) => {
    await using feed = await open();
    const right = record(feed.subscriber, 'collection:1');
    const wrong = record(feed.subscriber, 'collection:11');
    await feed.settled();
    feed.publisher.publish([{ topic: 'collection:1', modSeq: 7 }]);
    await right.until((changes) => changes.length > 0);
    t.deepEqual(right.changes, [{ topic: 'collection:1', modSeq: 7 }]);
    feed.publisher.publish([{ topic: 'collection:11', modSeq: 1 }]);
    await wrong.until((changes) => changes.length > 0);
    t.deepEqual(wrong.changes, [{ topic: 'collection:11', modSeq: 1 }]);
    t.is(right.changes.length, 1);
  });

  test(`ChangeFeed ${name}: a topic that ends in * takes all topics with that beginning`, async (t) => {
    await using feed = await open();
    const collections = record(feed.subscriber, 'collection:*');
    const all = record(feed.subscriber, '*');
    await feed.settled();
    feed.publisher.publish([
      { topic: 'principal:collection:1', modSeq: 1 },
      { topic: 'collection:', modSeq: 2 },
      { topic: 'collection:a/b*c é', modSeq: 3 },
    ]);
    await all.until((changes) => changes.length === 3);
    await collections.until((changes) => changes.length === 2);
    t.deepEqual(sorted(collections.changes), [
      { topic: 'collection:', modSeq: 2 },
      { topic: 'collection:a/b*c é', modSeq: 3 },
    ]);
  });

  test(`ChangeFeed ${name}: a listener of the topic and one of its beginning are both told`, async (t) => {
    await using feed = await open();
    const exact = record(feed.subscriber, 'collection:5');
    const prefix = record(feed.subscriber, 'coll*');
    await feed.settled();
    feed.publisher.publish([{ topic: 'collection:5', modSeq: 9 }]);
    await exact.until((changes) => changes.length === 1);
    await prefix.until((changes) => changes.length === 1);
    t.deepEqual(exact.changes, prefix.changes);
  });

  test(`ChangeFeed ${name}: changes of one topic that come together arrive as one, with the highest modSeq`, async (t) => {
    await using feed = await open();
    const recorded = record(feed.subscriber, 'collection:1');
    await feed.settled();
    const modSeqs = [...Array(1000).keys(), 5];
    feed.publisher.publish(modSeqs.map((modSeq) => ({ topic: 'collection:1', modSeq })));
    await recorded.until((changes) => changes.some(({ modSeq }) => modSeq === 999));
    t.deepEqual(recorded.changes, [{ topic: 'collection:1', modSeq: 999 }]);
  });

  test(`ChangeFeed ${name}: many changes one after the other end with the highest modSeq`, async (t) => {
    await using feed = await open();
    const recorded = record(feed.subscriber, 'mailbox:*');
    await feed.settled();
    for (let modSeq = 1; modSeq <= 500; modSeq += 1) {
      feed.publisher.publish([{ topic: `mailbox:${modSeq % 10}`, modSeq }]);
    }
    const highest = (changes: readonly Change[]): number => Math.max(...changes.map(({ modSeq }) => modSeq));
    await recorded.until(
      (changes) => new Set(changes.map(({ topic }) => topic)).size === 10 && highest(changes) === 500,
    );
    for (let topic = 0; topic < 10; topic += 1) {
      const last = recorded.changes.findLast((change) => change.topic === `mailbox:${topic}`);
      t.is(last?.modSeq, topic === 0 ? 500 : 490 + topic);
    }
  });

  test(`ChangeFeed ${name}: a listener that throws does not harm the others`, async (t) => {
    await using feed = await open();
    using _bad = feed.subscriber.subscribe('collection:1', () => {
      throw new Error('a listener that fails');
    });
    const good = record(feed.subscriber, 'collection:1');
    await feed.settled();
    feed.publisher.publish([{ topic: 'collection:1', modSeq: 1 }]);
    await good.until((changes) => changes.length === 1);
    feed.publisher.publish([{ topic: 'collection:1', modSeq: 2 }]);
    await good.until((changes) => changes.length === 2);
    t.deepEqual(
      good.changes.map(({ modSeq }) => modSeq),
      [1, 2],
    );
  });

  test(`ChangeFeed ${name}: a subscription that was disposed of hears nothing more, the others do`, async (t) => {
    await using feed = await open();
    const ended = record(feed.subscriber, 'collection:1');
    const other = record(feed.subscriber, 'collection:1');
    await feed.settled();
    ended.subscription[Symbol.dispose]();
    ended.subscription[Symbol.dispose]();
    await feed.settled();
    feed.publisher.publish([{ topic: 'collection:1', modSeq: 3 }]);
    await other.until((changes) => changes.length === 1);
    t.deepEqual(ended.changes, []);
  });

  test(`ChangeFeed ${name}: a listener may end its own subscription`, async (t) => {
    await using feed = await open();
    const told: Change[] = [];
    const subscription = feed.subscriber.subscribe('collection:1', (change) => {
      told.push(change);
      subscription[Symbol.dispose]();
    });
    const witness = record(feed.subscriber, 'collection:1');
    await feed.settled();
    feed.publisher.publish([{ topic: 'collection:1', modSeq: 1 }]);
    await witness.until((changes) => changes.length === 1);
    await feed.settled();
    feed.publisher.publish([{ topic: 'collection:1', modSeq: 2 }]);
    await witness.until((changes) => changes.length === 2);
    t.is(told.length, 1);
  });

  test(`ChangeFeed ${name}: the end that publishes hears its own changes too`, async (t) => {
    await using feed = await open();
    const own = record(feed.publisher, 'collection:1');
    await feed.settled();
    feed.publisher.publish([{ topic: 'collection:1', modSeq: 4 }]);
    await own.until((changes) => changes.length === 1);
    feed.subscriber.publish([{ topic: 'collection:1', modSeq: 5 }]);
    await own.until((changes) => changes.length === 2);
    t.deepEqual(
      own.changes.map(({ modSeq }) => modSeq),
      [4, 5],
    );
  });

  test(`ChangeFeed ${name}: nothing to publish is no message, and listeners never run inside publish`, async (t) => {
    await using feed = await open();
    const recorded = record(feed.subscriber, '*');
    await feed.settled();
    feed.publisher.publish([]);
    feed.publisher.publish([{ topic: 'principal:1', modSeq: 1 }]);
    t.deepEqual(recorded.changes, []);
    await recorded.until((changes) => changes.length === 1);
    t.is(recorded.changes[0]?.topic, 'principal:1');
  });
}

interface Recording {
  readonly changes: readonly Change[];
  readonly subscription: Disposable;
  until(condition: (changes: readonly Change[]) => boolean): Promise<void>;
}

/** Keeps what a subscription was told, and wakes those who wait for more of it. */
function record(feed: ChangeFeed, topic: string): Recording {
  const changes: Change[] = [];
  let told = Promise.withResolvers<void>();
  const subscription = feed.subscribe(topic, (change) => {
    changes.push(change);
    told.resolve();
    told = Promise.withResolvers();
  });
  return {
    changes,
    subscription,
    async until(condition) {
      while (!condition(changes)) await told.promise;
    },
  };
}

function sorted(changes: readonly Change[]): readonly Change[] {
  return [...changes].sort((a, b) => a.modSeq - b.modSeq);
}
