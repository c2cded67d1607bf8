/** Opens the listeners of a configuration, all or none. */
import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { openAdminListener } from '../server/admin-listener.ts';
import type { AdminListener, AdminListenerOptions } from '../server/admin-listener.ts';
import { createConnectionIds } from '../server/connection-ids.ts';
import type { HttpHandler } from '../server/http-handler.ts';
import { openHttpListener } from '../server/http-server.ts';
import type { HttpListener } from '../server/http-server.ts';
import type { ListenerOptions } from '../server/listener-options.ts';
import { parseNetworks } from '../server/network.ts';
import type { TlsContexts } from '../server/tls-contexts.ts';
import type { AdminListenerConfig, ListenerConfig, ListenerName } from './config/listeners.ts';
import type { Config } from './config/load.ts';
import type { Monitoring } from './monitoring.ts';
import { httpLimits, listenerLimits } from './options.ts';
import { plainHttpHandler } from './plain-http.ts';

export interface ListenerAddress {
  readonly address: string;
  readonly port: number;
}

export type ListenerAddresses = Readonly<Partial<Record<ListenerName, ListenerAddress>>>;

export interface OpenListeners extends AsyncDisposable {
  readonly addresses: ListenerAddresses;
  drain(graceMs: number): Promise<void>;
}

export interface ListenersDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly contexts: TlsContexts;
  readonly dav: HttpHandler;
  readonly monitoring: Monitoring;
}

/** @throws GatewayError `in-use`, `permission-denied`, `unavailable`; those that were open by then are closed */
export async function openListeners(dependencies: ListenersDependencies): Promise<OpenListeners> {
  const { config, contexts, dav } = dependencies;
  const { https, http } = config.listeners;
  await using stack = new AsyncDisposableStack();
  const open = new Map<ListenerName, HttpListener>();
  const nextConnectionId = createConnectionIds(randomBytes);
  const add = async (
    name: ListenerName,
    listener: ListenerConfig | undefined,
    handler: HttpHandler,
    tls?: ListenerOptions['tls'],
  ) => {
    if (listener === undefined) return;
    open.set(name, stack.use(await openOne(name, listener, handler, tls, nextConnectionId, dependencies)));
  };
  // Encrypted first: where it really listens is what the unencrypted one sends people to.
  await add('https', https, dav, { mode: 'implicit', contexts, alpnProtocols: ['http/1.1'] });
  await add('http', http, plainHttpHandler(config.server.hostname, open.get('https')?.listener.port));
  const moved = stack.move();
  return {
    addresses: Object.fromEntries(
      [...open].map(([name, { listener }]) => [name, { address: listener.address, port: listener.port }]),
    ),
    async drain(graceMs) {
      await Promise.all([...open.values()].map((one) => one.drain(graceMs)));
    },
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

function openOne(
  name: ListenerName,
  { port, address, proxyProtocol, trustedProxies }: ListenerConfig,
  handler: HttpHandler,
  tls: ListenerOptions['tls'],
  nextConnectionId: () => string,
  { config, clock, log, monitoring }: ListenersDependencies,
): Promise<HttpListener> {
  const { connections, http } = config.limits;
  return openHttpListener(
    {
      name,
      address: address === '*' ? everyAddress() : address,
      port,
      tls,
      proxyProtocol: proxyProtocol === 'off' ? undefined : { trusted: parseNetworks(trustedProxies) },
      limits: listenerLimits(connections),
    },
    handler,
    httpLimits(http),
    { log, clock, nextConnectionId, observer: monitoring.observers.listeners, httpObserver: monitoring.observers.http },
  );
}

/** Where the admin listener is opened: by the only process, or by the one that has started the workers. */
export async function openAdmin(
  config: AdminListenerConfig | undefined,
  log: Log,
  answers: Pick<AdminListenerOptions, 'readiness' | 'metrics'>,
): Promise<AdminListener | undefined> {
  const place = adminAddress(config);
  return place === undefined ? undefined : openAdminListener({ ...place, log, ...answers });
}

export function adminAddress(config: AdminListenerConfig | undefined): ListenerAddress | undefined {
  if (config === undefined) return undefined;
  return { address: config.address === '*' ? everyAddress() : config.address, port: config.port };
}

/** `::` takes IPv4 too; on a machine whose IPv6 is switched off it cannot be listened on. */
function everyAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.some(({ family }) => family === 'IPv6') ? '::' : '0.0.0.0';
}
