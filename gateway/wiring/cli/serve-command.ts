/** `passerelle serve` */
import { Command } from 'commander';
import { serve } from '../serve.ts';
import { configFor } from './global-options.ts';
import type { GlobalOptions } from './global-options.ts';
import type { RunContext } from './run-context.ts';

interface ServeOptions extends GlobalOptions {
  readonly hostname?: string;
  readonly domain?: string;
}

export function serveCommand(context: RunContext): Command {
  return new Command('serve')
    .description('run the gateway until SIGTERM or SIGINT; SIGHUP reads certificates and configuration again')
    .option('--hostname <name>', 'without --config: the name under which clients reach this machine')
    .option('--domain <name>', 'without --config: the domain of the accounts, chosen at the first start')
    .addHelpText(
      'after',
      `
Without --config it keeps everything in ./data, makes a local certificate authority and the first
administrator, and says how to go on. The log goes to standard output, one line of JSON an event.

Examples:
  passerelle serve
  passerelle serve --hostname files.univ.example --domain univ.example
  passerelle serve --config /etc/passerelle/config.yaml`,
    )
    .action(async (_options: unknown, self: Command) => {
      const options = self.optsWithGlobals<ServeOptions>();
      const names = {
        ...(options.hostname === undefined ? {} : { hostname: options.hostname }),
        ...(options.domain === undefined ? {} : { domain: options.domain }),
      };
      await serve({
        load: () => configFor(options, context.terminal, names),
        terminal: context.terminal,
        embedded: options.config === undefined,
      });
    });
}
