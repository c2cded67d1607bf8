/** Builds the adapters of a configuration, each after those that it is built on, and lets go of them in the opposite order. */
import { GatewayError } from '../../ports/errors.ts';
import type { AdapterConfig } from '../config/adapters.ts';
import type { Config } from '../config/load.ts';
import { buildAccounts } from './accounts.ts';
import type { BuildContext, BuiltAdapter } from './built-adapter.ts';
import { buildFs } from './fs.ts';
import { buildSqlite } from './sqlite.ts';

export interface Adapters extends AsyncDisposable {
  readonly byName: ReadonlyMap<string, BuiltAdapter>;
}

/** What is the same for every adapter. */
export type SharedContext = Pick<BuildContext, 'dataDir' | 'clock' | 'log' | 'feed'>;

/** @throws GatewayError `unavailable` and others of the adapter that could not be built; those built before are let go of */
export async function buildAdapters(config: Config, shared: SharedContext): Promise<Adapters> {
  await using stack = new AsyncDisposableStack();
  const byName = new Map<string, BuiltAdapter>();
  for (const name of buildOrder(config.adapters)) {
    const adapter = config.adapters[name];
    if (adapter === undefined) throw new Error(`the adapter "${name}" is not configured`);
    const context: BuildContext = {
      ...shared,
      name,
      log: shared.log.child({ adapter: name }),
      domains: domainsOf(config, name),
      built: (other) => builtBefore(byName, other),
    };
    byName.set(name, stack.use(await build(adapter, context)));
  }
  const moved = stack.move();
  return { byName, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

/** One line for each kind; the compiler asks for a new one when a kind is added to the configuration. */
async function build(adapter: AdapterConfig, context: BuildContext): Promise<BuiltAdapter> {
  try {
    switch (adapter.kind) {
      case 'sqlite':
        return await buildSqlite(adapter, context);
      case 'fs':
        return await buildFs(adapter, context);
      case 'accounts':
        return buildAccounts(adapter, context);
    }
  } catch (error) {
    // The message of an adapter names no place; here is an operator who needs it.
    if (!(error instanceof GatewayError)) throw error;
    throw new GatewayError(error.code, `adapter "${context.name}": ${error.message}`, {
      cause: error,
      detail: error.detail,
    });
  }
}

function builtBefore(byName: ReadonlyMap<string, BuiltAdapter>, name: string): BuiltAdapter {
  const adapter = byName.get(name);
  if (adapter === undefined) throw new Error(`the adapter "${name}" was not built yet`);
  return adapter;
}

/** Every adapter after the ones it names. References were checked with the configuration, so that all of them exist. */
export function buildOrder(adapters: Readonly<Record<string, AdapterConfig>>): readonly string[] {
  const order = new Set<string>();
  const add = (name: string): void => {
    const adapter = adapters[name];
    if (adapter === undefined || order.has(name)) return;
    for (const dependency of dependenciesOf(adapter)) add(dependency);
    order.add(name);
  };
  for (const name of Object.keys(adapters)) add(name);
  return [...order];
}

function dependenciesOf(adapter: AdapterConfig): readonly string[] {
  return adapter.kind === 'accounts' ? [adapter.store] : [];
}

function domainsOf(config: Config, adapterName: string): readonly string[] {
  return Object.entries(config.domains)
    .filter(([, domain]) => (domain.directory ?? config.defaults.directory).includes(adapterName))
    .map(([name]) => name);
}
