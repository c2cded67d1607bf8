import test from 'ava';
import type { Change } from '../../gateway/ports/change-feed.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import { postgresTest, sharedCluster, startCluster } from '../../protocol-tests/support/postgres.ts';
import type { PostgresCluster } from '../../protocol-tests/support/postgres.ts';
import { until } from '../../protocol-tests/support/wait.ts';
import { testChangeFeed } from '../contract/change-feed.ts';
import { CollectionFixture, HandClock } from '../contract/collection-fixture.ts';
import { throwsCode } from '../contract/support.ts';
import { SqlCollectionStore } from '../sql/collection-store.ts';
import { currentChanges } from '../sql/reading/current-changes.ts';
import { openPostgresChangeFeed } from './change-feed.ts';
import type { FeedOptions, PostgresChangeFeed } from './change-feed.ts';
import { openPostgresEngine } from './engine.ts';
import { newStore } from './test-store.ts';

const server = sharedCluster(test);
const onServer = postgresTest(test);

testChangeFeed(onServer, 'postgres', async () => {
  const options = newStore(await server());
  const nothing = async (): Promise<readonly Change[]> => [];
  const publisher = await openPostgresChangeFeed(options, nothing, silentLog);
  const subscriber = await openPostgresChangeFeed(options, nothing, silentLog);
  return {
    publisher,
    subscriber,
    // They listen since they are open, and whom they tell is their own knowledge.
    settled: async () => undefined,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([publisher[Symbol.asyncDispose](), subscriber[Symbol.asyncDispose]()]);
    },
  };
});

interface Node extends AsyncDisposable {
  readonly at: CollectionFixture;
  readonly feed: PostgresChangeFeed;
}

/** A store with its feed, as a node has them; the feed's connection has a name of its own. */
async function openNode(options: ReturnType<typeof newStore>, name: string, more: FeedOptions = {}): Promise<Node> {
  const engine = await openPostgresEngine(options, silentLog);
  const current = (topics: readonly string[]) => currentChanges(engine.read, topics);
  const feed = await openPostgresChangeFeed({ ...options, ...more, applicationName: name }, current, silentLog);
  const clock = new HandClock();
  return {
    at: new CollectionFixture(await SqlCollectionStore.open(engine, feed, clock), clock),
    feed,
    [Symbol.asyncDispose]: async () => {
      await feed[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    },
  };
}

async function openTwo(
  cluster: PostgresCluster,
  more: FeedOptions = {},
): Promise<readonly [Node, Node] & AsyncDisposable> {
  const options = newStore(cluster);
  const nodes = [await openNode(options, 'feed-0', more), await openNode(options, 'feed-1', more)] as const;
  return Object.assign(nodes, {
    [Symbol.asyncDispose]: async () => {
      for (const node of nodes) await node[Symbol.asyncDispose]();
    },
  });
}

/** What a subscription of the feed was told. */
function told(feed: PostgresChangeFeed, topic: string): Change[] {
  const changes: Change[] = [];
  feed.subscribe(topic, (change) => changes.push(change));
  return changes;
}

onServer('change-feed: a write on one node is heard on the other', async (t) => {
  await using nodes = await openTwo(await server());
  const root = await nodes[0].at.tree();
  const changes = told(nodes[1].feed, `collection:${root.id}`);
  const { node } = await nodes[0].at.put(root.id, 'x', 'text');
  const topic = `collection:${root.id}`;
  await until('it is heard', () => changes.some(({ modSeq }) => modSeq >= node.modSeq));
  t.true(changes.every((change) => change.topic === topic));
  t.is(changes.at(-1)?.modSeq, node.modSeq);
});

onServer('change-feed: what changed while the connection was away is told when it is back', async (t) => {
  const cluster = await server();
  await using nodes = await openTwo(cluster);
  const root = await nodes[0].at.tree();
  const quiet = await nodes[0].at.mkcol(root.id, 'quiet');
  await nodes[0].at.put(quiet.id, 'x', 'text');
  const changes = told(nodes[1].feed, `collection:${root.id}`);
  const untouched = told(nodes[1].feed, `collection:${quiet.id}`);
  const others = told(nodes[1].feed, 'principal:anne');
  const beginnings = told(nodes[1].feed, 'collection:*');
  const first = await nodes[0].at.put(root.id, 'first', 'text');
  await until('the first is heard', () => changes.some(({ modSeq }) => modSeq >= first.node.modSeq));
  await until('its connection is cut', async () => (await cluster.killConnections('feed-1')) > 0);
  const { node } = await nodes[0].at.put(root.id, 'second', 'text');
  await until('the second is heard', () => changes.some(({ modSeq }) => modSeq >= node.modSeq));
  // Where the feed cannot know, it says so.
  await until(
    'the others are told',
    () => others.length > 0 && beginnings.some(({ topic }) => topic === 'collection:*'),
  );
  // Each return of the connection may tell it again.
  t.true(others.every(({ topic, modSeq }) => topic === 'principal:anne' && modSeq === 0));
  await until('each topic is looked up', () => untouched.length > 0);
  t.true(untouched.every(({ topic, modSeq }) => topic === `collection:${quiet.id}` && modSeq === 1));
  // And it hears as before.
  const third = await nodes[0].at.put(root.id, 'third', 'text');
  await until('the third is heard', () => changes.some(({ modSeq }) => modSeq >= third.node.modSeq));
});

onServer('change-feed: what is published while the server is away is told when it is back', async (t) => {
  await using cluster = await startCluster();
  await using nodes = await openTwo(cluster);
  const changes = told(nodes[1].feed, 'principal:*');
  await cluster.stop('immediate');
  nodes[0].feed.publish([{ topic: 'principal:anne', modSeq: 5 }]);
  nodes[0].feed.publish([{ topic: 'principal:anne', modSeq: 6 }]);
  await cluster.start();
  // Whichever node is back first: as a change, or as the news that there may be one.
  await until('it is heard', () => changes.some(({ topic }) => topic === 'principal:anne' || topic === 'principal:*'));
  const before = changes.length;
  await until('both are back', () => {
    nodes[0].feed.publish([{ topic: 'principal:bob', modSeq: 1 }]);
    return changes.slice(before).some(({ topic }) => topic === 'principal:bob');
  });
  t.true(changes.filter(({ topic }) => topic === 'principal:anne').every(({ modSeq }) => modSeq === 6));
});

onServer('change-feed: a change that nobody was told of is found by looking', async (t) => {
  const options = newStore(await server());
  await using node = await openNode(options, 'feed', { heartbeatMs: 50, lookEveryMs: 100 });
  const root = await node.at.tree();
  // A process that was killed between its commit and its notification.
  await using dying = await openPostgresEngine(options, silentLog);
  const mute = { publish: () => undefined, subscribe: () => ({ [Symbol.dispose]: () => undefined }) };
  const at = new CollectionFixture(await SqlCollectionStore.open(dying, mute, new HandClock()), new HandClock());
  const changes = told(node.feed, `collection:${root.id}`);
  await at.put(root.id, 'x', 'text');
  await until('it is found', () => changes.some(({ modSeq }) => modSeq === 1));
  await at.put(root.id, 'y', 'text');
  await until('the next is found too', () => changes.some(({ modSeq }) => modSeq === 2));
  // Nothing changed: nothing is told.
  const { length } = changes;
  const later = told(node.feed, `collection:${(await at.mkcol(root.id, 'other')).id}`);
  await until('it looked again', () => later.length > 0);
  t.true(changes.length <= length + 1);
});

onServer('change-feed: more topics than are kept are told as a whole, and looked up', async (t) => {
  const cluster = await server();
  await using nodes = await openTwo(cluster, { queueLimit: 20 });
  const root = await nodes[0].at.tree();
  const changes = told(nodes[1].feed, `collection:${root.id}`);
  const beginning = told(nodes[1].feed, 'mailbox:*');
  await nodes[0].at.put(root.id, 'x', 'text');
  nodes[0].feed.publish(Array.from({ length: 50 }, (_, index) => ({ topic: `mailbox:${index}`, modSeq: 1 })));
  await until('it is told', () => beginning.some(({ topic, modSeq }) => topic === 'mailbox:*' && modSeq === 0));
  await until('it is looked up', () => changes.some(({ modSeq }) => modSeq === 1));
  t.true(beginning.every(({ topic }) => topic === 'mailbox:*'));
});

onServer('change-feed: thousands of topics at once are all told', async (t) => {
  const cluster = await server();
  await using nodes = await openTwo(cluster);
  const changes = told(nodes[1].feed, 'mailbox:*');
  nodes[0].feed.publish(Array.from({ length: 5000 }, (_, index) => ({ topic: `mailbox:${index}`, modSeq: index })));
  await until('all are heard', () => changes.length >= 5000);
  t.is(new Set(changes.map(({ topic }) => topic)).size, 5000);
});

onServer('change-feed: what was published last is told before the feed closes', async (t) => {
  const options = newStore(await server());
  await using listener = await openNode(options, 'listener');
  const changes = told(listener.feed, 'principal:1');
  const closing = await openNode(options, 'closing');
  closing.feed.publish([{ topic: 'principal:1', modSeq: 3 }]);
  await closing[Symbol.asyncDispose]();
  await until('it is heard', () => changes.length > 0);
  t.deepEqual(changes, [{ topic: 'principal:1', modSeq: 3 }]);
});

onServer('change-feed: stores in other schemas of the database are not heard', async (t) => {
  const cluster = await server();
  await using one = await openNode(newStore(cluster), 'one');
  await using other = await openNode(newStore(cluster), 'other');
  const wrong = told(other.feed, '*');
  const right = told(one.feed, '*');
  one.feed.publish([{ topic: 'principal:1', modSeq: 1 }]);
  await until('its own node hears it', () => right.length > 0);
  other.feed.publish([{ topic: 'principal:2', modSeq: 2 }]);
  await until('something is heard', () => wrong.length > 0);
  t.deepEqual(wrong, [{ topic: 'principal:2', modSeq: 2 }]);
});

onServer('change-feed: a server that does not answer at the start is unavailable', async (t) => {
  const options = { ...newStore(await server()), port: 1 };
  await throwsCode(
    t,
    openPostgresChangeFeed(options, async () => [], silentLog),
    'unavailable',
  );
});
