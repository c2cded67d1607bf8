/** The primary's side of one forked worker. */
import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { GatewayError } from '../ports/errors.ts';
import { PeerListeners, isMessage } from './message-peer.ts';
import type { MessagePeer, Question, ToPrimary, ToWorker } from './message-peer.ts';

export interface WorkerExit {
  /** It had said that it serves. */
  readonly wasReady: boolean;
  readonly livedMs: number;
  /** What it said when it could not start. */
  readonly problem: string | undefined;
  readonly exitCode: number | null;
  readonly signal: string | null;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: GatewayError) => void;
}

export class WorkerProcess {
  readonly number: number;
  /** Resolves with true when the worker serves, with false when it ended before. */
  readonly started: Promise<boolean>;
  readonly exited: Promise<WorkerExit>;
  readonly #worker: Worker;
  readonly #peerListeners = new PeerListeners();
  readonly #waiting = new Map<number, Waiting>();
  #questions = 0;
  #ready = false;
  #problem: string | undefined;

  /** @param start what the worker is told when it says hello */
  constructor(number: number, start: () => Extract<ToWorker, { kind: 'start' }>, nowMs: () => number) {
    const beganMs = nowMs();
    const started = Promise.withResolvers<boolean>();
    const exited = Promise.withResolvers<WorkerExit>();
    this.number = number;
    this.started = started.promise;
    this.exited = exited.promise;
    this.#worker = cluster.fork();
    this.#worker.on('message', (message: unknown) => {
      if (!isMessage<ToPrimary>(message)) return;
      if (message.kind === 'hello') this.send(start());
      else if (message.kind === 'ready') {
        this.#ready = true;
        started.resolve(true);
      } else this.#hear(message);
    });
    // A message that could not be delivered to a worker that is just ending: its exit is what counts.
    this.#worker.on('error', () => {});
    this.#worker.once('exit', (exitCode: number | null, signal: string | null) => {
      started.resolve(false);
      for (const { reject } of this.#waiting.values()) reject(new GatewayError('unavailable', 'the worker ended'));
      this.#waiting.clear();
      const livedMs = nowMs() - beganMs;
      exited.resolve({ wasReady: this.#ready, livedMs, problem: this.#problem, exitCode, signal });
    });
  }

  get ready(): boolean {
    return this.#ready && this.#worker.isConnected();
  }

  /** The way to what hangs on the worker's `peer`. */
  get peer(): MessagePeer {
    return {
      send: (message) => this.send({ kind: 'peer', message }),
      subscribe: (listener) => this.#peerListeners.subscribe(listener),
    };
  }

  send(message: ToWorker): void {
    if (!this.#worker.isConnected()) return;
    this.#worker.send(message, () => {});
  }

  /** @throws GatewayError `unavailable` (the worker ended, or did not answer in time), `internal` (it could not do it) */
  async ask(question: Question, timeoutMs: number): Promise<unknown> {
    if (!this.#worker.isConnected()) throw new GatewayError('unavailable', 'the worker ended');
    this.#questions += 1;
    const id = this.#questions;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const late = setTimeout(() => reject(new GatewayError('unavailable', 'the worker does not answer')), timeoutMs);
    this.#waiting.set(id, { resolve, reject });
    this.send({ kind: 'ask', id, question });
    try {
      return await promise;
    } finally {
      clearTimeout(late);
      this.#waiting.delete(id);
    }
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }

  #hear(message: Exclude<ToPrimary, { kind: 'hello' | 'ready' }>): void {
    switch (message.kind) {
      case 'failed':
        this.#problem = message.message;
        break;
      case 'peer':
        this.#peerListeners.tell(message.message);
        break;
      case 'answer':
        this.#waiting.get(message.id)?.resolve(message.value);
        break;
      case 'problem':
        this.#waiting.get(message.id)?.reject(new GatewayError('internal', message.message));
        break;
    }
  }
}
