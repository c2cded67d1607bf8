/** Numbers and health of one gateway: counted in every process, asked for by the admin listener. */
import type { Log } from '../ports/log.ts';
import { createMetrics } from '../server/metrics.ts';
import type { MetricsSnapshot } from '../server/metrics.ts';
import { ReadinessProbe } from '../server/readiness.ts';
import type { Readiness } from '../server/readiness.ts';
import { createServerMetrics } from '../server/server-metrics.ts';
import type { ServerMetrics } from '../server/server-metrics.ts';
import { listenerNames } from './config/listeners.ts';
import type { Stores } from './stores.ts';

export interface Monitoring {
  /** Who listens to what listeners and HTTP do. */
  readonly observers: ServerMetrics;
  readiness(): Promise<Readiness>;
  snapshot(): Promise<MetricsSnapshot>;
  /** Not ready from now on. */
  drain(): void;
}

/** How long a store may take to say that it works. */
const checkTimeoutMs = 5_000;

export function createMonitoring(stores: Stores, log: Log): Monitoring {
  const metrics = createMetrics({ processMetrics: true });
  const checks = Object.fromEntries(
    [...stores.adapters].map(([name, adapter]) => [
      name,
      (call: Parameters<typeof adapter.check>[0]) => adapter.check(call),
    ]),
  );
  const probe = new ReadinessProbe({ checks, timeoutMs: checkTimeoutMs, log });
  return {
    observers: createServerMetrics(metrics, listenerNames),
    readiness: () => probe.check(),
    snapshot: () => metrics.snapshot(),
    drain: () => probe.drain(),
  };
}
