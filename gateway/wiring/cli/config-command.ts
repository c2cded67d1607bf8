/** `passerelle config check FILE` */
import { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import { ConfigError, formatProblems } from '../config/problems.ts';
import { exitCodes } from './exit-codes.ts';
import type { RunContext } from './run-context.ts';
import { print, printJson } from './terminal.ts';

export function configCommand(context: RunContext): Command {
  const command = new Command('config').description('look at a configuration');
  command
    .command('check')
    .description('check a configuration: every problem with its line, and nothing is started')
    .argument('<file>', 'the YAML file')
    .option('--json', 'answer in JSON: { ok, problems: [{ path, line, column, message }] }')
    .addHelpText('after', '\nExample:\n  passerelle config check /etc/passerelle/config.yaml')
    .action(async (file: string, options: { readonly json?: true }) => {
      const problems = await problemsOf(file, context);
      if (options.json === true) printJson(context.terminal, { ok: problems.length === 0, problems });
      else if (problems.length === 0) print(context.terminal, `${file}: no problems found`);
      else print(context.terminal, formatProblems(file, problems));
      context.end(problems.length === 0 ? exitCodes.ok : exitCodes.usage);
    });
  return command;
}

async function problemsOf(file: string, context: RunContext): Promise<ConfigError['problems']> {
  try {
    await loadConfig(file, context.terminal.environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
