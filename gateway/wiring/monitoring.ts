/** What the admin listener answers, and who listens to what happens for its numbers. */
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { HttpHandler, HttpObserver } from '../server/http-handler.ts';
import type { ListenerObserver } from '../server/listener-options.ts';
import type { Stores } from './stores.ts';

export interface Monitoring {
  readonly handler: HttpHandler;
  readonly listenerObserver: ListenerObserver | undefined;
  readonly httpObserver: HttpObserver | undefined;
  /** Whether load balancers should send clients here. */
  setReady(ready: boolean): void;
}

export interface MonitoringDependencies {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long the stores may take to say that they work. */
const checkTimeoutMs = 5_000;

export function createMonitoring({ stores, log }: MonitoringDependencies): Monitoring {
  let ready = false;
  return {
    listenerObserver: undefined,
    httpObserver: undefined,
    setReady(value) {
      ready = value;
    },
    async handler(request, response, _connection, { signal }) {
      request.resume();
      const answer = (status: number, text: string): void => {
        response.writeHead(status, {
          'Content-Type': 'text/plain; charset=utf-8',
          'Content-Length': Buffer.byteLength(text),
        });
        response.end(request.method === 'HEAD' ? undefined : text);
      };
      if (request.url === '/healthz') answer(200, 'ok\n');
      else if (request.url !== '/readyz') answer(404, 'there are /healthz, /readyz and /metrics\n');
      else if (!ready) answer(503, 'not ready\n');
      else {
        try {
          await stores.check({ signal: AbortSignal.any([signal, AbortSignal.timeout(checkTimeoutMs)]), log });
          answer(200, 'ready\n');
        } catch (error) {
          log.warn('health.check', { result: 'unavailable', error });
          answer(503, 'a store does not answer\n');
        }
      }
    },
  };
}
