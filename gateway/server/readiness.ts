/** Whether the gateway can serve now: what `/readyz` answers. */
import { GatewayError } from '../ports/errors.ts';
import type { Call } from '../ports/call.ts';
import type { Log } from '../ports/log.ts';

export interface Readiness {
  readonly ready: boolean;
  /** What fails, by the name of the check, with a sentence; empty when ready. */
  readonly failing: Readonly<Record<string, string>>;
}

export type ReadinessCheck = (call: Call) => Promise<void>;

export interface ReadinessOptions {
  /** By name: `database`, `blobs`. A check that rejects fails. */
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  /** A check that takes longer fails. */
  readonly timeoutMs: number;
  readonly log: Log;
}

/** Runs the checks, once for all who ask at the same time. */
export class ReadinessProbe {
  readonly #options: ReadinessOptions;
  #draining = false;
  #running: Promise<Readiness> | undefined;

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  /** From now on the answer is no, so that a load balancer sends nobody any more. */
  drain(): void {
    this.#draining = true;
  }

  async check(): Promise<Readiness> {
    if (this.#draining) return { ready: false, failing: { drain: 'the gateway is shutting down' } };
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return await this.#running;
  }

  async #run(): Promise<Readiness> {
    const names = Object.entries(this.#options.checks);
    const problems = await Promise.all(
      names.map(async ([name, check]) => [name, await this.#problemOf(name, check)] as const),
    );
    const failing: Record<string, string> = {};
    for (const [name, problem] of problems) if (problem !== undefined) failing[name] = problem;
    return { ready: Object.keys(failing).length === 0, failing };
  }

  async #problemOf(name: string, check: ReadinessCheck): Promise<string | undefined> {
    const { log, timeoutMs } = this.#options;
    const signal = AbortSignal.timeout(timeoutMs);
    const late = Promise.withResolvers<never>();
    const onAbort = (): void => late.reject(new GatewayError('unavailable', `no answer within ${timeoutMs} ms`));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([check({ signal, log }), late.promise]);
      return undefined;
    } catch (error) {
      log.warn('readiness.check', { result: 'unavailable', check: name, error });
      // Texts of other errors may hold host names and paths.
      return error instanceof GatewayError ? error.message : 'the check failed';
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}
