/** The stores and directories of a configuration, ready to use: what a gateway serves and what the command line works on. */
import { chmod, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { BlobStore } from '../ports/blob-store.ts';
import type { Call } from '../ports/call.ts';
import type { ChangeFeed } from '../ports/change-feed.ts';
import type { Clock } from '../ports/clock.ts';
import type { CollectionStore } from '../ports/collection-store.ts';
import { GatewayError } from '../ports/errors.ts';
import type { Log } from '../ports/log.ts';
import { Domains } from '../services/domains.ts';
import type { Domain } from '../services/domains.ts';
import { buildAdapters } from './adapters/build.ts';
import { portOf } from './adapters/built-adapter.ts';
import type { BuiltAdapter } from './adapters/built-adapter.ts';
import type { Config } from './config/load.ts';
import type { PortName } from './config/domains.ts';
import { chainDirectories } from '../auth/directory-chain.ts';

export interface StoreDependencies {
  readonly clock: Clock;
  readonly log: Log;
  readonly feed: ChangeFeed;
  /** Asked at every use, so that a reload of the configuration takes effect. */
  readonly currentConfig: () => Config;
}

export interface Stores extends AsyncDisposable {
  readonly adapters: ReadonlyMap<string, BuiltAdapter>;
  readonly domains: Domains;
  /** Resolves when every adapter can do its work. @throws GatewayError `unavailable` */
  check(call: Call): Promise<void>;
  /** Every blob store, with all collection stores that may refer to its blobs. */
  readonly blobUsers: ReadonlyMap<BlobStore, readonly CollectionStore[]>;
}

/** Absolute. */
export function dataDirOf(config: Config): string {
  return resolve(config.baseDir, config.server.dataDir);
}

/** Makes the data folder, for its owner only. @throws GatewayError `unavailable` */
export async function prepareDataDir(config: Config): Promise<string> {
  const dataDir = dataDirOf(config);
  try {
    const made = await mkdir(dataDir, { recursive: true, mode: 0o700 });
    // One that is there was made by somebody on purpose; its mode is theirs.
    if (made !== undefined) await chmod(dataDir, 0o700);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new GatewayError('unavailable', `the data folder ${dataDir} cannot be made (${code})`, { cause: error });
  }
  return dataDir;
}

/** @throws GatewayError `unavailable` and others of the adapter that could not be opened */
export async function openStores(dependencies: StoreDependencies): Promise<Stores> {
  const config = dependencies.currentConfig();
  const dataDir = await prepareDataDir(config);
  const { clock, log, feed } = dependencies;
  const adapters = await buildAdapters(config, { dataDir, clock, log, feed });
  const domains = Object.keys(config.domains).map((name) => buildDomain(name, adapters.byName, dependencies));
  return {
    adapters: adapters.byName,
    domains: new Domains(domains),
    blobUsers: usersOfBlobs(domains),
    async check(call) {
      await Promise.all([...adapters.byName.values()].map((adapter) => adapter.check(call)));
    },
    [Symbol.asyncDispose]: () => adapters[Symbol.asyncDispose](),
  };
}

function buildDomain(
  name: string,
  adapters: ReadonlyMap<string, BuiltAdapter>,
  dependencies: StoreDependencies,
): Domain {
  const { currentConfig, feed } = dependencies;
  const { domains, defaults } = currentConfig();
  const domain = domains[name];
  if (domain === undefined) throw new Error(`the domain "${name}" is not configured`);
  const port = <Name extends PortName>(adapter: string, of: Name) => portOf(adapters.get(adapter), adapter, of);
  const [first, ...others] = (domain.directory ?? defaults.directory).map((adapter) => port(adapter, 'directory'));
  if (first === undefined) throw new Error(`the domain "${name}" has no directory`);
  return {
    name,
    aliases: domain.aliases,
    directory: chainDirectories([first, ...others]),
    collections: port(domain.collections ?? defaults.collections, 'collections'),
    blobs: port(domain.blobs ?? defaults.blobs, 'blobs'),
    feed,
    limits: {
      get quotaOctets() {
        const now = currentConfig();
        return now.domains[name]?.limits.quota ?? now.defaults.limits.quota;
      },
    },
  };
}

function usersOfBlobs(domains: readonly Domain[]): ReadonlyMap<BlobStore, readonly CollectionStore[]> {
  const users = new Map<BlobStore, CollectionStore[]>();
  for (const { blobs, collections } of domains) {
    const known = users.get(blobs);
    if (known === undefined) users.set(blobs, [collections]);
    else if (!known.includes(collections)) known.push(collections);
  }
  return users;
}
