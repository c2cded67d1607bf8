/** `passerelle backup FOLDER` */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { backUp, refuseDataFolder } from '../backup/backup.ts';
import { dataDirOf } from '../stores.ts';
import { configFor } from './global-options.ts';
import type { GlobalOptions } from './global-options.ts';
import type { RunContext } from './run-context.ts';
import { print, printJson } from './terminal.ts';
import { withStores } from './with-stores.ts';

export function backupCommand(context: RunContext): Command {
  return new Command('backup')
    .description('copy everything that is kept, consistently, while the gateway runs')
    .argument('<folder>', 'where to; in a folder of an earlier copy only what is new is copied')
    .option('--json', 'print { databases, blobsCopied, blobsKept }')
    .addHelpText(
      'after',
      `
The copy has the layout of the data folder. To restore: stop the gateway, put the copy in the
place of the data folder, start the gateway. See docs/operations.md.

Example:
  passerelle backup /backup/passerelle`,
    )
    .action(async (folderTyped: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<GlobalOptions & { readonly json?: true }>();
      const { terminal } = context;
      const folder = resolve(terminal.workingDirectory, folderTyped);
      await refuseDataFolder(folder, dataDirOf(await configFor(options, terminal)));
      const report = await withStores(options, terminal, (stores, call) => {
        const progress = { database: showProgress(context) };
        return backUp(stores.adapters.values(), folder, progress, call);
      });
      if (options.json === true) printJson(terminal, report);
      else {
        const { databases, blobsCopied, blobsKept } = report;
        print(terminal, `${folder}: ${databases.join(', ')}; ${blobsCopied} blobs copied, ${blobsKept} were there`);
      }
    });
}

/** One line that is written over, on a terminal only. */
function showProgress({ terminal: { errors } }: RunContext): (place: string, doneFraction: number) => void {
  return (place, doneFraction) => {
    if (errors.isTTY !== true) return;
    errors.write(`\r${place}: ${Math.floor(doneFraction * 100)} %${doneFraction === 1 ? '\n' : ''}`);
  };
}
