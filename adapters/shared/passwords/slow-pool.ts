import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { GatewayError } from '../../../gateway/ports/errors.ts';
import { Limiter, type LimiterOptions } from './limiter.ts';
import type { SlowQuestion } from './slow-worker.ts';

/** Threads for bcrypt and sha-crypt: started when they are first needed, at most `concurrency` of them. */
export class SlowPool implements AsyncDisposable {
  readonly #limiter: Limiter;
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  readonly #closing = new AbortController();

  constructor(options: LimiterOptions) {
    this.#limiter = new Limiter(options);
  }

  /** @throws GatewayError `unavailable` (queue full, or the pool was closed), `internal` (the thread failed) */
  async verify(question: SlowQuestion, signal: AbortSignal): Promise<boolean> {
    return this.#limiter.run(() => this.#ask(question), AbortSignal.any([signal, this.#closing.signal]));
  }

  async #ask(question: SlowQuestion): Promise<boolean> {
    const worker = this.#idle.pop() ?? this.#start();
    worker.ref();
    try {
      const answered = once(worker, 'message', { signal: this.#closing.signal });
      worker.postMessage(question, []);
      const [matches] = (await answered) as [boolean];
      this.#idle.push(worker);
      return matches;
    } catch (error) {
      this.#all.delete(worker);
      await worker.terminate();
      this.#closing.signal.throwIfAborted();
      throw new GatewayError('internal', 'a password could not be checked', { cause: error });
    } finally {
      // An idle thread must not keep the process alive.
      worker.unref();
    }
  }

  #start(): Worker {
    // The same extension as this file: `.ts` from the tree, `.js` in a build.
    const worker = new Worker(new URL(`./slow-worker${extname(import.meta.url)}`, import.meta.url));
    this.#all.add(worker);
    worker.once('exit', () => {
      this.#all.delete(worker);
      const index = this.#idle.indexOf(worker);
      if (index !== -1) this.#idle.splice(index, 1);
    });
    return worker;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new GatewayError('unavailable', 'the service is stopping'));
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }
}
