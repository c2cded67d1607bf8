/** Takes writes, runs them in batches lane by lane, and tries again what others that wrote at the same time had spoiled. */
import { setTimeout as delay } from 'node:timers/promises';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { Log } from '../../gateway/ports/log.ts';
import type { SqlQueries } from '../sql/engine.ts';
import { hasNoTree, rootsOf } from '../sql/operations/scope.ts';
import { sizeOctets } from '../sql/size.ts';
import type { BatchRunner, Outcome, Work } from './batch.ts';
import type { LaneKey, PendingWrite } from './lanes.ts';
import { Lanes } from './lanes.ts';
import type { ResolvedOptions } from './options.ts';
import type { RootHints } from './root-hints.ts';
import type { TableStatistics } from './table-statistics.ts';

/** A write is tried so often at most. */
const maxAttempts = 8;
const firstPauseMs = 4;

export interface WriterStatistics {
  /** Writes that wait, and lanes that are being worked on. */
  readonly waiting: number;
  readonly lanes: number;
  /** Since the start: transactions, writes answered with a result, writes tried again, commits that nobody knows the end of. */
  readonly batches: number;
  readonly operations: number;
  readonly repeated: number;
  readonly inDoubt: number;
}

export interface WriterParts {
  readonly runner: BatchRunner;
  readonly hints: RootHints;
  readonly tables: TableStatistics;
  readonly read: SqlQueries;
}

export class PostgresWriter {
  readonly #runner: BatchRunner;
  readonly #hints: RootHints;
  readonly #lanes: Lanes;
  readonly #tables: TableStatistics;
  readonly #read: SqlQueries;
  readonly #log: Log;
  #counts = { batches: 0, operations: 0, repeated: 0, inDoubt: 0 };
  #unanswered = 0;
  #isClosing = false;
  readonly #closed = Promise.withResolvers<void>();

  constructor({ runner, hints, tables, read }: WriterParts, options: ResolvedOptions, log: Log) {
    this.#runner = runner;
    this.#hints = hints;
    this.#tables = tables;
    this.#read = read;
    this.#lanes = new Lanes(options);
    this.#log = log;
  }

  get statistics(): WriterStatistics {
    return { waiting: this.#lanes.waiting, lanes: this.#lanes.open, ...this.#counts };
  }

  /**
   * Resolves with the operation's result after its commit. A signal that aborts takes the write out of its lane; once it was sent
   * it happens.
   * @throws GatewayError what the operation threw; `unavailable` when too many wait, the server is away, or aborted
   */
  async run(work: Work, signal: AbortSignal): Promise<unknown> {
    if (this.#isClosing) throw closed();
    const octets = sizeOctets(work.args);
    this.#unanswered += 1;
    try {
      const key = await this.#laneOf(work);
      if (signal.aborted) throw aborted(signal);
      if (!this.#lanes.hasRoomFor(octets)) throw tooMany();
      return await this.#enqueue(key, work, octets, signal);
    } finally {
      this.#unanswered -= 1;
      if (this.#isClosing && this.#unanswered === 0) this.#closed.resolve();
    }
  }

  #enqueue(key: LaneKey, work: Work, octets: number, signal: AbortSignal): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const onAbort = (): void => {
      if (this.#lanes.remove(key, pending)) pending.reject(aborted(signal));
    };
    const settled = (): void => signal.removeEventListener('abort', onAbort);
    const pending: PendingWrite = {
      work,
      octets,
      attempts: 0,
      resolve: (result) => (settled(), resolve(result)),
      reject: (error) => (settled(), reject(error)),
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (this.#lanes.add(key, pending)) queueMicrotask(() => void this.#drive(key));
    return promise;
  }

  /** Answers everything that was asked for, and takes no more. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#unanswered === 0) this.#closed.resolve();
    await this.#closed.promise;
    await this.#tables.settled();
  }

  /**
   * Writes to one tree go one after the other anyway, so they share a lane and its commits. Which tree it is, is looked up when it is
   * not known. Writes without a tree or a part do not disturb one another: each goes a way of its own.
   */
  async #laneOf({ name, scope }: Work): Promise<LaneKey> {
    const [part] = scope.parts ?? [];
    if (part !== undefined) return part;
    if (hasNoTree(scope)) return Symbol(name);
    let roots = this.#hints.guess([scope]);
    if (roots === undefined) {
      roots = await rootsOf(this.#read, [scope]);
      this.#hints.learn([scope], roots);
    }
    const [root] = roots;
    return root === undefined ? Symbol(name) : `tree ${root}`;
  }

  /** Until the lane is empty. Never rejects. */
  async #drive(key: LaneKey): Promise<void> {
    for (;;) {
      const batch = this.#lanes.takeBatch(key);
      if (batch.length === 0) break;
      const outcomes = await this.#runner.run(batch.map(({ work }) => work));
      this.#counts.batches += 1;
      this.#tables.noteWrites(batch.length);
      const again = batch.filter((pending, index) => !this.#settle(pending, outcomes[index]));
      if (again.length === 0) continue;
      await delay(pauseMs(again));
      this.#lanes.putBack(key, again);
    }
  }

  /** @returns false when it is to be tried again */
  #settle(pending: PendingWrite, outcome: Outcome | undefined): boolean {
    if (outcome?.kind === 'done') {
      this.#counts.operations += 1;
      pending.resolve(outcome.result);
      return true;
    }
    const { kind, error } = outcome ?? { kind: 'refused', error: new GatewayError('internal', 'a write got lost') };
    if (kind === 'in-doubt') {
      this.#counts.inDoubt += 1;
      this.#log.warn('postgres.commit-in-doubt', { result: 'unavailable', operation: pending.work.name, error });
    }
    const mayRepeat = kind === 'again' || (kind === 'in-doubt' && pending.work.scope.isRepeatable === true);
    pending.attempts += 1;
    if (!mayRepeat || pending.attempts >= maxAttempts) {
      pending.reject(error);
      return true;
    }
    this.#counts.repeated += 1;
    return false;
  }
}

/** Longer each time, and unequal, so that those who met do not meet again. */
function pauseMs(again: readonly PendingWrite[]): number {
  const attempts = Math.max(...again.map((pending) => pending.attempts));
  return firstPauseMs * 2 ** (attempts - 1) * (0.5 + Math.random());
}

function closed(): GatewayError {
  return new GatewayError('unavailable', 'the store is being closed');
}

function tooMany(): GatewayError {
  return new GatewayError('unavailable', 'too many writes are waiting', { detail: { retryAfterSeconds: 1 } });
}

function aborted(signal: AbortSignal): GatewayError {
  return new GatewayError('unavailable', 'the request was aborted', { cause: signal.reason });
}
