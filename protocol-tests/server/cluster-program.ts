/** A small program of several processes: what `gateway/server/cluster.ts` is tested with. Its options come as JSON in argv. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ClusterChangeFeed } from '../../adapters/cluster/change-feed.ts';
import { ChangeRelay } from '../../adapters/cluster/relay.ts';
import { MemoryChangeFeed } from '../../adapters/memory/change-feed.ts';
import type { ChangeFeed } from '../../gateway/ports/change-feed.ts';
import { systemClock } from '../../gateway/ports/clock.ts';
import { runClustered } from '../../gateway/server/cluster.ts';
import type { WorkerContext, WorkerHandle } from '../../gateway/server/cluster-options.ts';
import { createConnectionIds } from '../../gateway/server/connection-ids.ts';
import { defaultHttpLimits } from '../../gateway/server/http-handler.ts';
import type { HttpHandler } from '../../gateway/server/http-handler.ts';
import { openHttpListener } from '../../gateway/server/http-server.ts';
import { defaultListenerLimits } from '../../gateway/server/listener-options.ts';
import { createLog } from '../../gateway/server/log.ts';
import { createMetrics } from '../../gateway/server/metrics.ts';
import { ReadinessProbe } from '../../gateway/server/readiness.ts';
import { createServerMetrics } from '../../gateway/server/server-metrics.ts';
import { loadTlsContexts } from '../../gateway/server/tls-contexts.ts';

export interface ProgramOptions {
  readonly workers: number;
  readonly port: number;
  readonly adminPort: number;
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  /** The worker of this number throws instead of serving. */
  readonly failing?: number;
}

export interface Introduction {
  readonly pid: number;
  readonly number: number;
  readonly reloads: number;
  readonly secure: boolean;
  /** Topics and mod-sequences that the feed has told this worker. */
  readonly heard: readonly string[];
}

const options = JSON.parse(process.argv[2] ?? '{}') as ProgramOptions;
const { log } = createLog({ level: 'debug', clock: systemClock, fields: { pid: process.pid } });
try {
  const handle = await runClustered({
    workers: options.workers,
    worker: serve,
    relay: new ChangeRelay(),
    admin: { address: '127.0.0.1', port: options.adminPort },
    drainTimeoutMs: 20_000,
    random: randomBytes,
    clock: systemClock,
    log,
    signals: process,
  });
  if (handle.role !== 'worker') log.info('program.ready');
  await handle.ended;
  log.info('program.end', { role: handle.role });
} catch (error) {
  log.error('program.failed', { error });
  process.exitCode = 1;
}

async function serve(context: WorkerContext): Promise<WorkerHandle> {
  if (context.number === options.failing) throw new Error('the configuration is wrong');
  const { certificateFile, privateKeyFile } = options;
  const certificates = [{ certificateFile, privateKeyFile }] as const;
  const contexts = await loadTlsContexts({ certificates, ticketKeys: context.ticketKeys, log });
  const feed: ChangeFeed = context.peer === undefined ? new MemoryChangeFeed() : new ClusterChangeFeed(context.peer);
  const heard: string[] = [];
  feed.subscribe('collection:*', ({ topic, modSeq }) => heard.push(`${topic} ${modSeq}`));
  const metrics = createMetrics({ processMetrics: true });
  const observers = createServerMetrics(metrics, ['https']);
  const probe = new ReadinessProbe({ checks: {}, timeoutMs: 1_000, log });
  let reloads = 0;
  const handler: HttpHandler = async (request, response, { secure }) => {
    if (request.url === '/crash') process.exit(7);
    if (request.url === '/slow') await delay(1_000);
    if (request.url === '/stuck') await new Promise(() => {});
    if (request.url === '/publish') feed.publish([{ topic: 'collection:1', modSeq: 5 }]);
    const introduction: Introduction = { pid: process.pid, number: context.number, reloads, secure, heard };
    response.end(JSON.stringify(introduction));
  };
  const listener = await openHttpListener(
    {
      name: 'https',
      address: '127.0.0.1',
      port: options.port,
      tls: { mode: 'implicit', contexts, alpnProtocols: ['http/1.1'] },
      limits: defaultListenerLimits,
    },
    handler,
    defaultHttpLimits,
    {
      log,
      clock: systemClock,
      nextConnectionId: createConnectionIds(randomBytes),
      observer: observers.listeners,
      httpObserver: observers.http,
    },
  );
  return {
    readiness: () => probe.check(),
    metrics: () => metrics.snapshot(),
    async reload() {
      await contexts.reloadCertificates();
      reloads += 1;
    },
    async drain() {
      probe.drain();
      await listener.drain(10_000);
      await listener[Symbol.asyncDispose]();
    },
  };
}
