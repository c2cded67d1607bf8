/** The process that forks workers, starts those again that die, and speaks for all of them; it serves no client itself. */
import cluster from 'node:cluster';
import { GatewayError } from '../ports/errors.ts';
import { openAdminListener } from './admin-listener.ts';
import type { AdminListener } from './admin-listener.ts';
import type { ClusterHandle, ClusterOptions } from './cluster-options.ts';
import { joinReadiness } from './message-peer.ts';
import { createMetrics, formatMetrics } from './metrics.ts';
import type { MetricsPage, MetricsSnapshot } from './metrics.ts';
import type { Readiness } from './readiness.ts';
import { createTicketKeys } from './ticket-keys.ts';
import type { WorkerExit } from './worker-process.ts';
import { WorkerProcess } from './worker-process.ts';

/** A worker that is busier than this is of no use to a probe. */
const answerTimeoutMs = 5_000;

const shortestPauseMs = 250;
const longestPauseMs = 30_000;
/** A worker that lived so long did not die of how it was started. */
const stableMs = 60_000;

/** @throws GatewayError `unavailable` when a worker could not start; the others are killed then */
export async function runPrimary(options: ClusterOptions): Promise<ClusterHandle> {
  const primary = new Primary(options);
  await primary.start();
  return primary;
}

class Primary implements ClusterHandle {
  readonly role = 'primary';
  readonly ended: Promise<void>;
  readonly #options: ClusterOptions;
  readonly #end = Promise.withResolvers<void>();
  readonly #ticketKeys;
  readonly #metrics = createMetrics({ processMetrics: false });
  readonly #restarts = this.#metrics.counter(
    'passerelle_worker_restarts_total',
    'Workers that died and were started again.',
    {},
  );
  /** By number; a number that is missing is between two workers. */
  readonly #workers = new Map<number, WorkerProcess>();
  readonly #pauses = new Map<number, NodeJS.Timeout>();
  readonly #deaths = new Map<number, number>();
  #admin: AdminListener | undefined;
  #draining: Promise<void> | undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.ended = this.#end.promise;
    this.#ticketKeys = createTicketKeys(options.random);
    this.#ticketKeys.subscribe((ticketKey) => {
      for (const worker of this.#workers.values()) worker.send({ kind: 'ticket-key', ticketKey });
    });
  }

  get admin(): { readonly address: string; readonly port: number } | undefined {
    return this.#admin;
  }

  async start(): Promise<void> {
    const { admin, log, signals, workers } = this.#options;
    // Round robin: see docs/decisions/0010. Structured clones, because keys are octets and messages may be large.
    cluster.schedulingPolicy = cluster.SCHED_RR;
    cluster.setupPrimary({ serialization: 'advanced' });
    const numbers = Array.from({ length: workers }, (_, index) => index + 1);
    const first = numbers.map((number) => this.#fork(number));
    const exits = await Promise.all(
      first.map(async (worker) => ((await worker.started) ? undefined : await worker.exited)),
    );
    const failed = exits.find((exit) => exit !== undefined);
    if (failed !== undefined) {
      await this.#giveUp();
      throw new GatewayError(
        'unavailable',
        failed.problem ?? `a worker ended before it served (${howItEnded(failed)})`,
      );
    }
    if (admin !== undefined) await this.#openAdmin(admin);
    for (const worker of first) void this.#watch(worker);
    signals.on('SIGTERM', () => this.#signalled());
    signals.on('SIGINT', () => this.#signalled());
    signals.on('SIGHUP', () => void this.reload());
    log.info('cluster.start', { result: 'ok', workers });
  }

  async #openAdmin(admin: { readonly address: string; readonly port: number }): Promise<void> {
    const sources = { readiness: () => this.#readiness(), metrics: () => this.#metricsPage() };
    try {
      this.#admin = await openAdminListener({ ...admin, ...sources, log: this.#options.log });
    } catch (error) {
      await this.#giveUp();
      throw error;
    }
  }

  async reload(): Promise<void> {
    const { log } = this.#options;
    await Promise.all(
      this.#serving().map(async (worker) => {
        try {
          await worker.ask('reload', this.#options.drainTimeoutMs);
        } catch (error) {
          log.error('cluster.reload', { result: 'failed', worker: worker.number, error });
        }
      }),
    );
  }

  drain(): Promise<void> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  /** The first signal asks, the second one insists. */
  #signalled(): void {
    if (this.#draining === undefined) void this.drain();
    else for (const worker of this.#workers.values()) worker.kill();
  }

  async #drain(): Promise<void> {
    const { drainTimeoutMs, log } = this.#options;
    log.info('cluster.drain', { result: 'ok', workers: this.#workers.size });
    for (const pause of this.#pauses.values()) clearTimeout(pause);
    this.#pauses.clear();
    const late = setTimeout(() => {
      log.warn('cluster.drain', { result: 'aborted', workers: this.#workers.size });
      for (const worker of this.#workers.values()) worker.kill();
    }, drainTimeoutMs);
    await Promise.all(
      Array.from(this.#workers.values(), async (worker) => {
        // A worker that ends, or is killed, before it has answered is drained too.
        await worker.ask('drain', drainTimeoutMs).catch((error: unknown) => log.debug('cluster.drain', { error }));
        await worker.exited;
      }),
    );
    clearTimeout(late);
    await this.#close();
  }

  async #giveUp(): Promise<void> {
    this.#draining = Promise.resolve();
    for (const worker of this.#workers.values()) worker.kill();
    await Promise.all(Array.from(this.#workers.values(), (worker) => worker.exited));
    await this.#close();
  }

  async #close(): Promise<void> {
    this.#ticketKeys[Symbol.dispose]();
    await this.#admin?.[Symbol.asyncDispose]();
    this.#end.resolve();
  }

  #fork(number: number): WorkerProcess {
    const { clock, relay, workers } = this.#options;
    const start = () => ({ kind: 'start', number, workers, ticketKey: this.#ticketKeys.current() }) as const;
    const worker = new WorkerProcess(number, start, () => clock.nowMs());
    const connection = relay?.connect(worker.peer);
    this.#workers.set(number, worker);
    void worker.exited.then(() => {
      connection?.[Symbol.dispose]();
      this.#workers.delete(number);
    });
    return worker;
  }

  /** Starts a worker again when it dies, the sooner the longer it had lived. */
  async #watch(worker: WorkerProcess): Promise<void> {
    const { number } = worker;
    const exit = await worker.exited;
    if (this.#draining !== undefined) return;
    const deaths = exit.wasReady && exit.livedMs >= stableMs ? 0 : (this.#deaths.get(number) ?? 0);
    const pauseMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** deaths);
    this.#deaths.set(number, deaths + 1);
    this.#restarts.add({});
    const { livedMs, problem } = exit;
    this.#options.log.error('worker.exit', {
      result: 'failed',
      worker: number,
      livedMs,
      pauseMs,
      problem,
      how: howItEnded(exit),
    });
    const pause = setTimeout(() => {
      this.#pauses.delete(number);
      void this.#watch(this.#fork(number));
    }, pauseMs);
    this.#pauses.set(number, pause);
  }

  #serving(): readonly WorkerProcess[] {
    return Array.from(this.#workers.values()).filter((worker) => worker.ready);
  }

  /** One worker that starts again is no reason to send everybody away: those that serve decide. */
  async #readiness(): Promise<Readiness> {
    if (this.#draining !== undefined) return { ready: false, failing: { drain: 'the gateway is shutting down' } };
    const serving = this.#serving();
    if (serving.length === 0) return { ready: false, failing: { workers: 'no worker is running' } };
    const parts = serving.map(async (worker) => [`worker ${worker.number}`, await askReadiness(worker)] as const);
    return joinReadiness(await Promise.all(parts));
  }

  async #metricsPage(): Promise<MetricsPage> {
    const answers = await Promise.allSettled(this.#serving().map((worker) => worker.ask('metrics', answerTimeoutMs)));
    // A worker that does not answer is missing in this scrape, which `passerelle_workers` shows.
    const snapshots = answers
      .filter((answer) => answer.status === 'fulfilled')
      .map(({ value }) => value as MetricsSnapshot);
    const own = createMetrics({ processMetrics: false });
    own.gauge('passerelle_workers', 'Workers whose metrics are in this page.', {}).set({}, snapshots.length);
    return await formatMetrics([await own.snapshot(), await this.#metrics.snapshot(), ...snapshots]);
  }
}

async function askReadiness(worker: WorkerProcess): Promise<Readiness> {
  try {
    return (await worker.ask('readiness', answerTimeoutMs)) as Readiness;
  } catch (error) {
    return { ready: false, failing: { worker: error instanceof Error ? error.message : 'the worker does not answer' } };
  }
}

function howItEnded({ exitCode, signal }: WorkerExit): string {
  return signal === null ? `exit code ${exitCode}` : signal;
}
