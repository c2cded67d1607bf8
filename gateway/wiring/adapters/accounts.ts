import { AccountsDirectory } from '../../../adapters/accounts/accounts-directory.ts';
import type { PasswordOptions } from '../../../adapters/shared/passwords/passwords.ts';
import type { AdapterConfig } from '../config/adapters.ts';
import type { BuildContext, BuiltAdapter } from './built-adapter.ts';

/** Accounts and groups in a SQL store, which copies and checks itself. */
export function buildAccounts(
  config: Extract<AdapterConfig, { kind: 'accounts' }>,
  context: BuildContext,
): BuiltAdapter {
  const { engine } = context.built(config.store);
  if (engine === undefined) throw new Error(`the adapter "${config.store}" was built without a SQL engine`);
  const passwords: Partial<PasswordOptions> = {
    argon2: { memoryKiB: Math.floor(config.argon2Memory / 1024), passes: config.argon2Passes, parallelism: 1 },
    scramIterations: config.scramIterations,
    concurrency: config.passwordChecks,
    queueLength: config.passwordQueue,
  };
  const directory = new AccountsDirectory(engine, { domains: context.domains, passwords }, context.clock);
  return {
    name: context.name,
    ports: { directory },
    check: (call) => engine.check(call),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}
