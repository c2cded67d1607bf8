import { AccountsDirectory } from '../../../adapters/accounts/accounts-directory.ts';
import type { AdapterConfig } from '../config/adapters.ts';
import type { BuildContext, BuiltAdapter } from './built-adapter.ts';

/** Accounts and groups in a SQL store, which copies and checks itself. */
export function buildAccounts(
  config: Extract<AdapterConfig, { kind: 'accounts' }>,
  context: BuildContext,
): BuiltAdapter {
  const { engine } = context.built(config.store);
  if (engine === undefined) throw new Error(`the adapter "${config.store}" was built without a SQL engine`);
  const directory = new AccountsDirectory(engine, { domains: context.domains }, context.clock);
  return {
    name: context.name,
    ports: { directory },
    check: (call) => engine.check(call),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}
