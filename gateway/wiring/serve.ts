/** Runs a gateway as a service, in one process or in several: first start, reload, and the end. */
import cluster from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { ClusterChangeFeed } from '../../adapters/cluster/change-feed.ts';
import { ChangeRelay } from '../../adapters/cluster/relay.ts';
import { systemClock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { runClustered } from '../server/cluster.ts';
import type { WorkerContext, WorkerHandle } from '../server/cluster-options.ts';
import { createLog } from '../server/log.ts';
import type { LogControl } from '../server/log.ts';
import { prepareCertificates } from './certificates/index.ts';
import type { Terminal } from './cli/terminal.ts';
import type { Config } from './config/load.ts';
import { ConfigError } from './config/problems.ts';
import { greet } from './first-start/greet.ts';
import { createGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { followNpm } from './launcher.ts';
import { adminAddress } from './listeners.ts';
import { prepareDataDir } from './stores.ts';

export interface ServeOptions {
  /** Reads the configuration; called again on SIGHUP. @throws ConfigError */
  readonly load: () => Promise<Config>;
  readonly terminal: Terminal;
  /** There is no configuration: the first administrator is made and the person is told how to go on. */
  readonly embedded: boolean;
}

/** A worker that has not ended so long after it has cut its last client is killed. */
const endGraceMs = 10_000;

/** Resolves when the gateway has ended after a signal. A forked worker comes here too. */
export async function serve(options: ServeOptions): Promise<void> {
  const launcher = process.ppid;
  const config = await options.load();
  const log = createLog({ level: config.logging.level, clock: systemClock, fields: workerFields() });
  logCrashes(log);
  // Before there are workers, which would each make a certificate.
  if (cluster.isPrimary) {
    await prepareCertificates(config, await prepareDataDir(config), options.terminal.environment, systemClock);
  }
  const started: { gateway?: Gateway } = {};
  const running = await runClustered({
    workers: config.server.workers,
    worker: async (context) => {
      const gateway = await createWorkerGateway(config, context, log, options);
      started.gateway = gateway;
      return workerHandle(gateway, options.load, log.log);
    },
    relay: new ChangeRelay(),
    admin: adminAddress(config.listeners.admin),
    drainTimeoutMs: config.server.drainTimeout + endGraceMs,
    random: randomBytes,
    clock: systemClock,
    log: log.log,
    signals: process,
  });
  if (options.embedded && started.gateway !== undefined) {
    const admin = running.admin === undefined ? {} : { admin: running.admin };
    await greet(started.gateway, { ...started.gateway.addresses, ...admin }, config, options.terminal, log.log);
  }
  using _following = cluster.isPrimary
    ? followNpm(options.terminal.environment, launcher, () => void running.drain())
    : undefined;
  await running.ended;
  log.flush();
}

function workerFields(): { readonly worker?: number } {
  return cluster.worker === undefined ? {} : { worker: cluster.worker.id };
}

/** The stack goes where the other lines go; Node itself ends the process. */
function logCrashes(control: LogControl): void {
  process.on('uncaughtExceptionMonitor', (error, origin) => {
    control.log.error('process.crash', { result: 'failed', origin, error });
    control.flush();
  });
}

function createWorkerGateway(
  config: Config,
  { number, ticketKeys, peer }: WorkerContext,
  log: LogControl,
  { terminal }: ServeOptions,
): Promise<Gateway> {
  const feed = peer === undefined ? {} : { feed: new ClusterChangeFeed(peer, log.log) };
  return createGateway(config, {
    environment: terminal.environment,
    log,
    ticketKeys,
    caretaker: number === 1,
    admin: false,
    ...feed,
  });
}

function workerHandle(gateway: Gateway, load: () => Promise<Config>, log: Log): WorkerHandle {
  return {
    readiness: () => gateway.monitoring.readiness(),
    metrics: () => gateway.monitoring.snapshot(),
    reload: () => reload(gateway, load, log),
    async drain() {
      await gateway.drain();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

/** A configuration that has problems changes nothing. */
async function reload(gateway: Gateway, load: () => Promise<Config>, log: Log): Promise<void> {
  try {
    await gateway.reload(await load());
  } catch (error) {
    const problems = error instanceof ConfigError ? { problems: error.message.split('\n').slice(1) } : { error };
    log.error('gateway.reload', { result: 'failed', ...problems });
  }
}
