/**
 * A whole gateway in this process: built from a configuration, listening when the promise resolves, gone when it is disposed
 * of. Nothing listens before everything was built and has said that it works.
 *
 *     stores → their health → certificates → handlers → listeners → upkeep
 */
import { randomBytes } from 'node:crypto';
import { MemoryChangeFeed } from '../../adapters/memory/change-feed.ts';
import type { Call } from '../ports/call.ts';
import type { ChangeFeed } from '../ports/change-feed.ts';
import { systemClock } from '../ports/clock.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { formatMetrics } from '../server/metrics.ts';
import { createLog } from '../server/log.ts';
import type { LogControl } from '../server/log.ts';
import type { AdminListener, AdminListenerOptions } from '../server/admin-listener.ts';
import { createTicketKeys } from '../server/ticket-keys.ts';
import type { TicketKeys } from '../server/ticket-keys.ts';
import { loadTlsContexts } from '../server/tls-contexts.ts';
import type { TlsContexts } from '../server/tls-contexts.ts';
import type { Domains } from '../services/domains.ts';
import type { BuiltAdapter } from './adapters/built-adapter.ts';
import { startCertificateRenewal } from './certificate-renewal.ts';
import { prepareCertificates } from './certificates/index.ts';

import type { Config, Environment } from './config/load.ts';
import { createDavService } from './dav-service.ts';
import type { DavService } from './dav-service.ts';
import { openAdmin, openListeners } from './listeners.ts';
import type { ListenerAddresses, OpenListeners } from './listeners.ts';
import { createMonitoring } from './monitoring.ts';
import type { Monitoring } from './monitoring.ts';
import { compareConfigs, mergeConfigs } from './reload.ts';
import type { ConfigChanges } from './reload.ts';
import { dataDirOf, openStores } from './stores.ts';
import type { Stores } from './stores.ts';
import { startUpkeep } from './upkeep.ts';

/** Everything has a default that suits one process. */
export interface GatewayOptions {
  readonly environment?: Environment;
  readonly clock?: Clock;
  /** Left out: a log of its own on standard output. */
  readonly log?: LogControl;
  /** Left out: within this process. */
  readonly feed?: ChangeFeed;
  /** Left out: keys of its own. */
  readonly ticketKeys?: TicketKeys;
  /** Whether this process renews certificates and does the upkeep of stores; of several on one machine only one does. */
  readonly caretaker?: boolean;
  /** False: the admin listener is another process's. */
  readonly admin?: boolean;
}

export interface Gateway extends AsyncDisposable {
  /** Where it really listens: with port 0 the system chose the port. */
  readonly addresses: ListenerAddresses;
  readonly domains: Domains;
  readonly adapters: ReadonlyMap<string, BuiltAdapter>;
  readonly monitoring: Monitoring;
  /** The local authority's certificate, for clients; undefined when certificates come from the configuration. */
  readonly authorityFile: string | undefined;
  /** Takes over what can change while it runs, and reads certificates again. The log says what was applied. */
  reload(config: Config): Promise<ConfigChanges>;
  /** Not ready from now on, no new connections; resolves when the live ones have ended, or were cut after the drain time. */
  drain(): Promise<void>;
}

/** @throws GatewayError when a store cannot be opened or a port cannot be had; what was built until then is let go of */
export async function createGateway(config: Config, options: GatewayOptions = {}): Promise<Gateway> {
  await using stack = new AsyncDisposableStack();
  const { clock = systemClock, environment = {} } = options;
  const logControl = options.log ?? createLog({ level: config.logging.level, clock });
  const { log } = logControl;
  stack.defer(() => logControl.flush());
  const current = { config };
  const currentConfig = (): Config => current.config;
  const call: Call = { signal: AbortSignal.timeout(startTimeoutMs), log };

  const feed = options.feed ?? new MemoryChangeFeed(log);
  const stores = stack.use(await openStores({ clock, log, feed, currentConfig }));
  await stores.check(call);
  const certificates = await prepareCertificates(config, dataDirOf(config), environment, clock);
  const ticketKeys = options.ticketKeys ?? stack.use(createTicketKeys(randomBytes));
  const contexts = await loadTlsContexts({
    certificates: certificates.files,
    minVersion: config.server.tls.minVersion,
    ticketKeys,
    log,
  });
  const monitoring = createMonitoring(stores, log);
  const dav = createDavService({ domains: stores.domains, clock, currentConfig });
  const listeners = stack.use(await openListeners({ config, clock, log, contexts, dav: dav.handler, monitoring }));
  const admin =
    options.admin === false ? undefined : await openAdmin(config.listeners.admin, log, answersOf(monitoring));
  stack.use(admin);
  const caretaker = options.caretaker !== false;
  if (caretaker) stack.use(startUpkeep({ stores, clock, log, config: () => current.config.upkeep }));
  stack.use(startCertificateRenewal({ currentConfig, environment, clock, log, contexts, makes: caretaker }));
  const parts = { log, logControl, environment, clock, current, stores, contexts, monitoring, dav, listeners, admin };
  return new RunningGateway(parts, certificates.authorityFile, stack.move());
}

function answersOf(monitoring: Monitoring): Pick<AdminListenerOptions, 'readiness' | 'metrics'> {
  return {
    readiness: () => monitoring.readiness(),
    metrics: async () => formatMetrics([await monitoring.snapshot()]),
  };
}

/** A store that does not answer for so long at the start is not there. */
const startTimeoutMs = 60_000;

interface Parts {
  readonly log: Log;
  readonly logControl: LogControl;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly current: { config: Config };
  readonly stores: Stores;
  readonly contexts: TlsContexts;
  readonly monitoring: Monitoring;
  readonly dav: DavService;
  readonly listeners: OpenListeners;
  readonly admin: AdminListener | undefined;
}

class RunningGateway implements Gateway {
  readonly authorityFile: string | undefined;
  readonly #parts: Parts;
  readonly #stack: AsyncDisposableStack;
  #drained: Promise<void> | undefined;

  constructor(parts: Parts, authorityFile: string | undefined, stack: AsyncDisposableStack) {
    this.#parts = parts;
    this.authorityFile = authorityFile;
    this.#stack = stack;
    parts.log.info('gateway.ready', { result: 'ok', domains: parts.stores.domains.all.map(({ name }) => name) });
  }

  get addresses(): ListenerAddresses {
    const { listeners, admin } = this.#parts;
    const { address, port } = admin ?? {};
    return address === undefined || port === undefined
      ? listeners.addresses
      : { ...listeners.addresses, admin: { address, port } };
  }

  get adapters(): ReadonlyMap<string, BuiltAdapter> {
    return this.#parts.stores.adapters;
  }

  get monitoring(): Monitoring {
    return this.#parts.monitoring;
  }

  get domains(): Domains {
    return this.#parts.stores.domains;
  }

  async reload(read: Config): Promise<ConfigChanges> {
    const { log, logControl, current, contexts, dav, environment, clock } = this.#parts;
    const changes = compareConfigs(current.config, read);
    current.config = mergeConfigs(current.config, read);
    logControl.setLevel(current.config.logging.level);
    dav.reload();
    const certificates = await prepareCertificates(current.config, dataDirOf(current.config), environment, clock);
    const { ok } = await contexts.reloadCertificates(certificates.files);
    log.info('gateway.reload', { result: ok ? 'ok' : 'failed', applied: changes.applied, certificates: ok });
    if (changes.needRestart.length > 0) {
      log.warn('gateway.reload', { result: 'refused', needRestart: changes.needRestart });
    }
    return changes;
  }

  drain(): Promise<void> {
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  async #drain(): Promise<void> {
    const { log, monitoring, listeners, current } = this.#parts;
    const { drainTimeout } = current.config.server;
    log.info('gateway.drain', { timeoutMs: drainTimeout });
    monitoring.drain();
    await listeners.drain(drainTimeout);
    log.info('gateway.drained', { result: 'ok' });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
