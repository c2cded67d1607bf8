/** Runs a gateway as one process or as several that share its listeners (node:cluster). */
import cluster from 'node:cluster';
import { openAdminListener } from './admin-listener.ts';
import type { AdminListener } from './admin-listener.ts';
import type { ClusterHandle, ClusterOptions, WorkerHandle } from './cluster-options.ts';
import { runPrimary } from './cluster-primary.ts';
import { runWorker } from './cluster-worker.ts';
import { formatMetrics } from './metrics.ts';
import type { MetricsPage } from './metrics.ts';
import type { Readiness } from './readiness.ts';
import { createTicketKeys } from './ticket-keys.ts';

/**
 * Call once, early, in the program's main file: a forked worker runs the same file and comes here again. Resolves when all
 * workers serve. SIGTERM and SIGINT drain, SIGHUP reloads.
 * @throws what `options.worker` throws; GatewayError `unavailable` in the primary when a worker could not start
 */
export async function runClustered(options: ClusterOptions): Promise<ClusterHandle> {
  if (options.workers <= 1) return await runSingle(options);
  return cluster.isPrimary ? await runPrimary(options) : await runWorker(options);
}

async function runSingle(options: ClusterOptions): Promise<ClusterHandle> {
  const { log, random, signals } = options;
  const ticketKeys = createTicketKeys(random);
  const handle = await options.worker({ number: 1, workers: 1, ticketKeys, peer: undefined });
  const admin = await openAdmin(options, handle);
  const ended = Promise.withResolvers<void>();
  let draining: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    await handle.drain().catch((error: unknown) => log.error('worker.drain', { result: 'failed', error }));
    ticketKeys[Symbol.dispose]();
    await admin?.[Symbol.asyncDispose]();
    for (const [signal, listen] of listeners) signals.off(signal, listen);
    ended.resolve();
  };
  const reload = async (): Promise<void> => {
    await handle.reload().catch((error: unknown) => log.error('cluster.reload', { result: 'failed', error }));
  };
  const drainOnce = (): Promise<void> => (draining ??= drain());
  const listeners: readonly (readonly [string, () => void])[] = [
    ['SIGTERM', () => void drainOnce()],
    ['SIGINT', () => void drainOnce()],
    ['SIGHUP', () => void reload()],
  ];
  for (const [signal, listen] of listeners) signals.on(signal, listen);
  return { role: 'single', admin, reload, drain: drainOnce, ended: ended.promise };
}

async function openAdmin({ admin, log }: ClusterOptions, handle: WorkerHandle): Promise<AdminListener | undefined> {
  if (admin === undefined) return undefined;
  const readiness = (): Promise<Readiness> => handle.readiness();
  const metrics = async (): Promise<MetricsPage> => await formatMetrics([await handle.metrics()]);
  try {
    return await openAdminListener({ ...admin, log, readiness, metrics });
  } catch (error) {
    await handle.drain();
    throw error;
  }
}
