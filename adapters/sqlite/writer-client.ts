/**
 * The engine's end of the writer thread: a bounded queue of writes, sent in batches. Two batches are under way at most, so
 * that the thread always has one waiting while another commits; what is queued meanwhile makes up the next one.
 */
import { Worker } from 'node:worker_threads';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { Log } from '../../gateway/ports/log.ts';
import type { FromWriter, ToWriter, Work, WriterData } from './messages.ts';
import { fromSentError } from './messages.ts';
import type { ResolvedOptions } from './options.ts';
import { sizeOctets } from '../sql/size.ts';
import type { PendingWrite } from './write-queue.ts';
import { WriteQueue } from './write-queue.ts';

const batchesUnderWay = 2;

export interface WriterStatistics {
  /** Writes that wait, and writes that were sent and not answered. */
  readonly queued: number;
  readonly underWay: number;
  /** Since the start: batches (a commit each), operations answered, threads that ended unasked. */
  readonly batches: number;
  readonly operations: number;
  readonly deaths: number;
}

export class WriterClient {
  readonly #entry: URL;
  readonly #options: ResolvedOptions;
  readonly #log: Log;
  readonly #queue: WriteQueue;
  readonly #sent = new Map<number, readonly PendingWrite[]>();
  #worker: Worker | undefined;
  #nextId = 1;
  #scheduled = false;
  #closing: PromiseWithResolvers<void> | undefined;
  #counts = { batches: 0, operations: 0, deaths: 0 };

  /** @param entry the thread's file; tests pass their own */
  constructor(entry: URL, options: ResolvedOptions, log: Log) {
    this.#entry = entry;
    this.#options = options;
    this.#log = log;
    this.#queue = new WriteQueue(options);
  }

  get statistics(): WriterStatistics {
    let underWay = 0;
    for (const batch of this.#sent.values()) underWay += batch.length;
    return { queued: this.#queue.length, underWay, ...this.#counts };
  }

  /** Starts the thread and resolves when it has opened the file. @throws GatewayError `unavailable` */
  async start(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const worker = this.#startWorker();
    worker.once('message', () => resolve());
    worker.once('exit', () => reject(new GatewayError('unavailable', 'the writer of the store did not start')));
    await promise;
  }

  /**
   * Resolves with the operation's result after its commit. A signal that aborts takes the write out of the queue; once it was
   * sent it happens.
   * @throws GatewayError what the operation threw; `unavailable` when the queue is full, the thread died, or aborted
   */
  run(work: Work, signal: AbortSignal): Promise<unknown> {
    if (this.#closing !== undefined) return Promise.reject(closed());
    if (signal.aborted) return Promise.reject(aborted(signal));
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const onAbort = (): void => {
      if (this.#queue.remove(pending)) reject(aborted(signal));
    };
    const settled = (): void => signal.removeEventListener('abort', onAbort);
    const pending: PendingWrite = {
      work,
      octets: sizeOctets(work.args),
      resolve: (result) => (settled(), resolve(result)),
      reject: (error) => (settled(), reject(error)),
    };
    if (!this.#queue.add(pending)) {
      return Promise.reject(
        new GatewayError('unavailable', 'too many writes are waiting', { detail: { retryAfterSeconds: 1 } }),
      );
    }
    signal.addEventListener('abort', onAbort, { once: true });
    this.#schedule();
    return promise;
  }

  /** Answers everything that is queued, then ends the thread. */
  async close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#closing = Promise.withResolvers<void>();
      this.#closeWhenIdle();
    }
    await this.#closing.promise;
  }

  /** After the current turn, so that writes which are asked for together are sent together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    while (this.#sent.size < batchesUnderWay && this.#queue.length > 0) {
      const worker = this.#worker ?? this.#startWorker();
      const batch = this.#queue.takeBatch();
      const id = this.#nextId;
      this.#nextId += 1;
      try {
        post(worker, { type: 'batch', id, work: batch.map((pending) => pending.work) });
        this.#sent.set(id, batch);
      } catch (error) {
        // An argument that cannot be cloned is a fault of a caller; nothing of the batch was sent.
        const failed = new GatewayError('internal', 'an internal error occurred', { cause: error });
        for (const pending of batch) pending.reject(failed);
      }
    }
  }

  #startWorker(): Worker {
    const { path, busyTimeoutMs, cacheKiB } = this.#options;
    const workerData: WriterData = { path, busyTimeoutMs, cacheKiB };
    const worker = new Worker(this.#entry, { workerData });
    this.#worker = worker;
    worker.on('message', (message: FromWriter) => this.#receive(message));
    worker.on('error', (error) => this.#log.error('sqlite.writer', { result: 'failed', error }));
    worker.on('exit', () => this.#exited(worker));
    return worker;
  }

  #receive(message: FromWriter): void {
    if (message.type === 'ready') return;
    const batch = this.#sent.get(message.id) ?? [];
    this.#sent.delete(message.id);
    this.#counts.batches += 1;
    this.#counts.operations += batch.length;
    message.outcomes.forEach((outcome, index) => {
      if (outcome.ok) batch[index]?.resolve(outcome.result);
      else batch[index]?.reject(fromSentError(outcome.error));
    });
    this.#schedule();
    this.#closeWhenIdle();
  }

  /** Whether what was sent had been committed is not known; the next write starts a new thread. */
  #exited(worker: Worker): void {
    if (this.#worker === worker) this.#worker = undefined;
    const unanswered = [...this.#sent.values()].flat();
    this.#sent.clear();
    if (this.#closing !== undefined && unanswered.length === 0 && this.#queue.length === 0) {
      this.#closing.resolve();
      return;
    }
    this.#counts.deaths += 1;
    this.#log.error('sqlite.writer', { result: 'unavailable', unanswered: unanswered.length });
    const error = new GatewayError('unavailable', 'the writer of the store ended; try again');
    for (const pending of [...unanswered, ...this.#queue.takeAll()]) pending.reject(error);
    this.#closeWhenIdle();
  }

  #closeWhenIdle(): void {
    if (this.#closing === undefined || this.#sent.size > 0 || this.#queue.length > 0) return;
    if (this.#worker === undefined) this.#closing.resolve();
    else post(this.#worker, { type: 'close' });
  }
}

function post(worker: Worker, message: ToWriter): void {
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  worker.postMessage(message);
}

function closed(): GatewayError {
  return new GatewayError('unavailable', 'the store is being closed');
}

function aborted(signal: AbortSignal): GatewayError {
  return new GatewayError('unavailable', 'the request was aborted', { cause: signal.reason });
}
