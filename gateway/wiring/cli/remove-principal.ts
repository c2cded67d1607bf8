/** `user delete` and `group delete`: the account, and what it leaves behind. */
import type { Command } from 'commander';
import type { PrincipalKind } from '../../ports/directory.ts';
import { confirmByName } from './confirm.ts';
import type { GlobalOptions } from './global-options.ts';
import type { RunContext } from './run-context.ts';
import { print } from './terminal.ts';
import { administrationOf, findPrincipal, withStores } from './with-stores.ts';

interface RemoveOptions extends GlobalOptions {
  readonly yes?: true;
  readonly keepFiles?: true;
}

/** @param what a word for it: `account`, `group` */
export function removeCommand(
  parent: Command,
  context: RunContext,
  what: string,
  kinds: readonly PrincipalKind[],
): void {
  parent
    .command('delete')
    .description(`remove the ${what} with its files; asks before it does`)
    .argument('<address>', 'address or alias')
    .option('--yes', 'do not ask')
    .option('--keep-files', `leave its files in the store, where nobody finds them any more`)
    .addHelpText('after', `\nA backup is the only way back: see docs/operations.md.`)
    .action(async (typed: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<RemoveOptions>();
      const address = await withStores(options, context.terminal, async (stores, call) => {
        const { domain, principal } = await findPrincipal(stores, typed, kinds, call);
        const files = options.keepFiles === true ? '' : ', its files and all that it shares';
        const warning = `This removes the ${what} ${principal.address} (${principal.displayName})${files}.`;
        if (options.yes !== true) await confirmByName(context.terminal, warning, principal.address);
        // First nobody can sign in any more, then there is nothing left to sign in to.
        await administrationOf(domain).remove(principal.id, call);
        if (options.keepFiles !== true) await domain.collections.forgetPrincipal(principal.id, call);
        return principal.address;
      });
      print(context.terminal, `${address} was removed`);
    });
}
