/** Which configuration a command works on: named on the command line, in the environment, or the embedded default. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { Config } from '../config/load.ts';
import { loadConfig } from '../config/load.ts';
import { embeddedConfig } from '../first-start/embedded.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export interface GlobalOptions {
  readonly config?: string;
  readonly data?: string;
  readonly debug?: true;
}

/** `--config`, `--data` and `--debug`, understood before and after the command's name. */
export function addGlobalOptions(program: Command): void {
  program
    .addOption(new Option('-c, --config <file>', 'the configuration').env('PASSERELLE_CONFIG'))
    .addOption(
      new Option('--data <folder>', 'without a configuration: where data lies (./data)').env('PASSERELLE_DATA'),
    )
    .addOption(new Option('--debug', 'show where in the program a failure came from'));
}

/**
 * @param names what `serve` was told of host and domain; without a configuration only
 * @throws ConfigError, CliError
 */
export async function configFor(
  options: GlobalOptions,
  terminal: Terminal,
  names: { readonly hostname?: string; readonly domain?: string } = {},
): Promise<Config> {
  if (options.config !== undefined) {
    // The folder of a container image stands in its environment; a configuration goes before it.
    const data = options.data === terminal.environment['PASSERELLE_DATA'] ? undefined : options.data;
    if (names.hostname !== undefined || names.domain !== undefined || data !== undefined) {
      throw new CliError(
        exitCodes.usage,
        '--hostname, --domain and --data are for a start without --config: write them into the file',
      );
    }
    return loadConfig(resolve(terminal.workingDirectory, options.config), terminal.environment);
  }
  const dataDir = resolve(terminal.workingDirectory, options.data ?? 'data');
  return embeddedConfig(dataDir, names);
}
