import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import test from 'ava';
import type { Change, ChangeFeed } from '../../gateway/ports/change-feed.ts';
import { testChangeFeed } from '../contract/change-feed.ts';
import type { ChangeFeedFixture } from '../contract/change-feed.ts';
import { ClusterChangeFeed } from './change-feed.ts';
import { formatChanges, parseChanges } from './messages.ts';
import type { MessagePeer } from './peer.ts';
import { ChangeRelay } from './relay.ts';
import type { ChildCommand, ChildReport } from './test-child.ts';

/** The publisher is a forked process; the relay and the subscriber are here, as if each were a process of its own. */
testChangeFeed(test, 'cluster', async () => await openFixture());

async function openFixture(): Promise<ChangeFeedFixture & { readonly child: ForkedFeed; readonly relay: ChangeRelay }> {
  const relay = new ChangeRelay();
  const child = new ForkedFeed();
  const [inner, outer] = createPair();
  relay.connect(child.peer);
  relay.connect(outer);
  const subscriber = new ClusterChangeFeed(inner);
  await child.ping();
  return {
    child,
    relay,
    publisher: child,
    subscriber,
    settled: () => child.ping(),
    async [Symbol.asyncDispose]() {
      subscriber[Symbol.dispose]();
      await child[Symbol.asyncDispose]();
    },
  };
}

/** A feed that runs in a forked process and is driven from here. */
class ForkedFeed implements ChangeFeed, AsyncDisposable {
  readonly #process: ChildProcess = fork(new URL('test-child.ts', import.meta.url), [], { execArgv: [] });
  readonly #reports = new Set<(report: ChildReport) => void>();
  #count = 0;

  constructor() {
    this.#process.on('message', (message) => {
      for (const listener of this.#reports) listener(message as ChildReport);
    });
  }

  /** The way of the relay to the feed in that process. */
  get peer(): MessagePeer {
    return {
      send: (message) => this.#command({ do: 'relay', message }),
      subscribe: (listener) =>
        this.#listen((report) => {
          if (report.did === 'relay') listener(report.message);
        }),
    };
  }

  publish(changes: readonly Change[]): void {
    this.#command({ do: 'publish', changes });
  }

  subscribe(topic: string, listener: (change: Change) => void): Disposable {
    this.#count += 1;
    const id = this.#count;
    const subscription = this.#listen((report) => {
      if (report.did === 'told' && report.id === id) listener(report.change);
    });
    this.#command({ do: 'subscribe', id, topic });
    return {
      [Symbol.dispose]: () => {
        subscription[Symbol.dispose]();
        this.#command({ do: 'dispose', id });
      },
    };
  }

  /** Resolves when the process has done all that it was told before. */
  async ping(): Promise<void> {
    this.#count += 1;
    const id = this.#count;
    const { promise, resolve } = Promise.withResolvers<void>();
    using _subscription = this.#listen((report) => {
      if (report.did === 'ping' && report.id === id) resolve();
    });
    this.#command({ do: 'ping', id });
    await promise;
  }

  async kill(): Promise<void> {
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.disconnect();
    await exit;
  }

  #command(command: ChildCommand): void {
    if (this.#process.connected) this.#process.send(command);
  }

  #listen(listener: (report: ChildReport) => void): Disposable {
    this.#reports.add(listener);
    return { [Symbol.dispose]: () => this.#reports.delete(listener) };
  }
}

/** Two ends of one way, each message a turn of the event loop later. */
function createPair(): readonly [MessagePeer, MessagePeer] {
  const listeners: readonly [Set<(message: unknown) => void>, Set<(message: unknown) => void>] = [new Set(), new Set()];
  const end = (own: 0 | 1, other: 0 | 1): MessagePeer => ({
    send(message) {
      setImmediate(() => {
        for (const listener of listeners[other]) listener(message);
      });
    },
    subscribe(listener) {
      listeners[own].add(listener);
      return { [Symbol.dispose]: () => listeners[own].delete(listener) };
    },
  });
  return [end(0, 1), end(1, 0)];
}

test('ChangeFeed cluster: a process that died is no obstacle to the others', async (t) => {
  await using fixture = await openFixture();
  await using other = new ForkedFeed();
  using _connection = fixture.relay.connect(other.peer);
  await other.ping();
  await fixture.child.kill();
  const { promise, resolve } = Promise.withResolvers<Change>();
  using _subscription = fixture.subscriber.subscribe('collection:1', resolve);
  other.publish([{ topic: 'collection:1', modSeq: 2 }]);
  t.deepEqual(await promise, { topic: 'collection:1', modSeq: 2 });
});

test('ChangeFeed cluster: a process that the relay was taken away from hears nothing more', async (t) => {
  const relay = new ChangeRelay();
  const heard: string[] = [];
  const peerOf = (name: string): MessagePeer & { say(message: unknown): void } => {
    const listeners = new Set<(message: unknown) => void>();
    return {
      send: () => heard.push(name),
      say: (message) => listeners.forEach((listener) => listener(message)),
      subscribe(listener) {
        listeners.add(listener);
        return { [Symbol.dispose]: () => listeners.delete(listener) };
      },
    };
  };
  const [a, b, c] = [peerOf('a'), peerOf('b'), peerOf('c')];
  relay.connect(a);
  const connection = relay.connect(b);
  relay.connect(c);
  a.say(formatChanges([{ topic: 'x:1', modSeq: 1 }]));
  connection[Symbol.dispose]();
  a.say(formatChanges([{ topic: 'x:1', modSeq: 2 }]));
  b.say(formatChanges([{ topic: 'x:1', modSeq: 3 }]));
  t.deepEqual(heard, ['b', 'c', 'c']);
});

test('ChangeFeed cluster: messages both ways', (t) => {
  const changes = [{ topic: 'collection:é', modSeq: 2 ** 52 }];
  t.deepEqual(parseChanges(JSON.parse(JSON.stringify(formatChanges(changes)))), changes);
});

const strange: readonly unknown[] = [
  null,
  undefined,
  'change-feed',
  {},
  { for: 'another' },
  { for: 'change-feed' },
  { for: 'change-feed', changes: 1 },
  { for: 'change-feed', changes: [1] },
  { for: 'change-feed', changes: [['a']] },
  { for: 'change-feed', changes: [[1, 'a']] },
];

for (const message of strange) {
  test(`ChangeFeed cluster: not a message of the feed: ${JSON.stringify(message)}`, (t) => {
    t.is(parseChanges(message), undefined);
  });
}
