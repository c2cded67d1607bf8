/**
 * The port `ChangeFeed` across machines, by LISTEN and NOTIFY.
 *
 * A notification may get lost: the connection breaks, the server restarts, a process dies between its commit and its notification.
 * So what listeners wait for is also looked up in the store, when the connection was away and every now and then: a lost
 * notification costs a delay and never a change.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Change, ChangeFeed } from '../../gateway/ports/change-feed.ts';
import type { Log } from '../../gateway/ports/log.ts';
import { ChangeFanOut, ChangeGatherer } from '../shared/change-fan-out.ts';
import type { FeedConnection } from './feed-connection.ts';
import { openFeedConnection } from './feed-connection.ts';
import { formatMessage, parseMessage } from './feed-messages.ts';
import type { PostgresOptions, ResolvedOptions } from './options.ts';
import { resolveOptions } from './options.ts';
import { OutgoingChanges } from './outgoing-changes.ts';
import { SubscribedTopics } from './subscribed-topics.ts';

export interface FeedOptions {
  /** How long nothing may be heard before the connection is tried. Milliseconds, default 10,000. */
  readonly heartbeatMs?: number;
  /** How often listeners' topics are looked up in the store. Milliseconds, default 60,000. */
  readonly lookEveryMs?: number;
  /** Topics that may wait to be told while the server is away. Default 10,000. */
  readonly queueLimit?: number;
}

/**
 * How far these topics have come, read from the store (`currentChanges` of `adapters/sql`); those that it does not know are left
 * out.
 */
export type ReadCurrent = (topics: readonly string[]) => Promise<readonly Change[]>;

const firstPauseMs = 50;
const longestPauseMs = 2000;

/** Resolves when the feed listens. @throws GatewayError `unavailable` */
export async function openPostgresChangeFeed(
  options: PostgresOptions & FeedOptions,
  current: ReadCurrent,
  log: Log,
): Promise<PostgresChangeFeed> {
  const { heartbeatMs = 10_000, lookEveryMs = 60_000, queueLimit = 10_000, ...rest } = options;
  const feed = new PostgresChangeFeed({ heartbeatMs, lookEveryMs, queueLimit }, resolveOptions(rest), current, log);
  await feed.start();
  return feed;
}

export class PostgresChangeFeed implements ChangeFeed, AsyncDisposable {
  readonly #options: Required<FeedOptions>;
  readonly #server: ResolvedOptions;
  readonly #current: ReadCurrent;
  readonly #log: Log;
  readonly #fanOut: ChangeFanOut;
  readonly #incoming: ChangeGatherer;
  readonly #outgoing: OutgoingChanges;
  readonly #subscribed = new SubscribedTopics();
  /** By which a process knows what it said itself. */
  readonly #sender = randomBytes(6).toString('base64url');
  readonly #disposal = new AbortController();
  #connection: FeedConnection | undefined;
  /** Changes may have been missed, and nobody has looked yet. */
  #isBehind = false;
  #sending: Promise<void> | undefined;
  #running: Promise<void> | undefined;

  constructor(options: Required<FeedOptions>, server: ResolvedOptions, current: ReadCurrent, log: Log) {
    this.#options = options;
    this.#server = server;
    this.#current = current;
    this.#log = log;
    this.#fanOut = new ChangeFanOut(log);
    this.#incoming = new ChangeGatherer((changes) => {
      this.#subscribed.note(changes);
      this.#fanOut.deliver(changes);
    });
    this.#outgoing = new OutgoingChanges(options.queueLimit);
  }

  /** Resolves when it listens; from then on the connection is looked after. @throws GatewayError `unavailable` */
  async start(): Promise<void> {
    this.#connection = await this.#connect();
    this.#running = this.#run(this.#connection);
  }

  publish(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    this.#incoming.add(changes);
    this.#outgoing.add(changes);
    this.#send();
  }

  subscribe(topic: string, listener: (change: Change) => void): Disposable {
    const stack = new DisposableStack();
    stack.use(this.#subscribed.add(topic));
    stack.use(this.#fanOut.subscribe(topic, listener));
    return stack;
  }

  /** Tells the others what waits, if the server answers, and listens no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sending;
    this.#disposal.abort();
    await this.#connection?.[Symbol.asyncDispose]();
    await this.#running;
  }

  /** As long as the feed lives: looks after the connection, and opens another one when it breaks. */
  async #run(first: FeedConnection): Promise<void> {
    let connection = first;
    for (;;) {
      await this.#tend(connection);
      this.#connection = undefined;
      await connection[Symbol.asyncDispose]();
      if (this.#disposal.signal.aborted) return;
      this.#log.warn('postgres.change-feed', { result: 'unavailable' });
      const next = await this.#reconnect();
      if (next === undefined) return;
      connection = next;
      this.#log.info('postgres.change-feed', { result: 'ok' });
      this.#send();
      this.#isBehind = true;
    }
  }

  /** Until the connection has ended: asks whether the server is still there, and looks into the store every now and then. */
  async #tend(connection: FeedConnection): Promise<void> {
    const { heartbeatMs, lookEveryMs } = this.#options;
    let lookedMs = performance.now();
    for (;;) {
      await Promise.race([connection.ended, this.#pause(this.#isBehind ? firstPauseMs : heartbeatMs)]);
      if (connection.hasEnded || this.#disposal.signal.aborted) return;
      await connection.check().catch(() => undefined); // then it has ended
      if (!this.#isBehind && performance.now() - lookedMs < lookEveryMs) continue;
      lookedMs = performance.now();
      await this.#look();
    }
  }

  async #connect(): Promise<FeedConnection> {
    return await openFeedConnection(this.#server, this.#options.heartbeatMs, (payload) => this.#hear(payload));
  }

  /** @returns undefined when the feed was disposed of meanwhile */
  async #reconnect(): Promise<FeedConnection | undefined> {
    for (let pauseMs = firstPauseMs; !this.#disposal.signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      // Unequal, so that all nodes do not come at once.
      await this.#pause(pauseMs * (0.5 + Math.random()));
      try {
        const connection = await this.#connect();
        this.#connection = connection;
        return connection;
      } catch (error) {
        this.#log.debug('postgres.change-feed', { result: 'unavailable', error });
      }
    }
    return undefined;
  }

  async #pause(ms: number): Promise<void> {
    // That the feed is disposed of is no error: who waits looks for it.
    await delay(ms, undefined, { signal: this.#disposal.signal }).catch(() => undefined);
  }

  #hear(payload: string): void {
    const message = parseMessage(payload);
    if (message === undefined || message.sender === this.#sender) return;
    if (message.changes !== 'all') this.#incoming.add(message.changes);
    else {
      this.#isBehind = true;
      void this.#look();
    }
  }

  /** Tells listeners what they may not have heard. Of topics that the store does not know, that they may have changed. */
  async #look(): Promise<void> {
    const wasBehind = this.#isBehind;
    const { topics, beginnings } = this.#subscribed;
    try {
      this.#isBehind = false;
      const current = await this.#current(topics);
      const known = new Set(current.map(({ topic }) => topic));
      const unknown = wasBehind ? [...topics.filter((topic) => !known.has(topic)), ...beginnings] : [];
      this.#incoming.add([...this.#subscribed.untold(current), ...unknown.map((topic) => ({ topic, modSeq: 0 }))]);
    } catch (error) {
      this.#isBehind ||= wasBehind;
      this.#log.warn('postgres.change-feed-look', { result: 'failed', error });
    }
  }

  /** Tells others what waits. What is published while that is under way goes together with the next. Never throws. */
  #send(): void {
    if (this.#sending !== undefined || this.#connection === undefined || this.#outgoing.isEmpty) return;
    this.#sending = this.#sendAll(this.#connection).finally(() => {
      this.#sending = undefined;
    });
  }

  async #sendAll(connection: FeedConnection): Promise<void> {
    // After the current turn, so that changes which are published together are told together.
    await new Promise((resolve) => setImmediate(resolve));
    while (!this.#outgoing.isEmpty) {
      const changes = this.#outgoing.take();
      try {
        await connection.notify(formatMessage({ sender: this.#sender, changes }));
      } catch {
        // The connection has ended; the next one goes on with it.
        this.#outgoing.add(changes);
        return;
      }
    }
  }
}
