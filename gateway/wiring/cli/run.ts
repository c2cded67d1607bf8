/** The command line: parses, runs one command, puts failures in words, and answers how the program ends. */
import { Command, CommanderError } from 'commander';
import packageJson from '../../../package.json' with { type: 'json' };
import { GatewayError } from '../../ports/errors.ts';
import { backupCommand } from './backup-command.ts';
import { configCommand } from './config-command.ts';
import { exitCodeHelp, exitCodeOf, exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { addGlobalOptions } from './global-options.ts';
import type { GlobalOptions } from './global-options.ts';
import { groupCommand } from './group-command.ts';
import type { RunContext } from './run-context.ts';
import { serveCommand } from './serve-command.ts';
import { tell } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import { userCommand } from './user-command.ts';

/** @param args without the program's own name */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const context: RunContext = {
    terminal,
    end(code) {
      exitCode = code;
    },
  };
  const program = buildProgram(context);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    report(error, program.opts<GlobalOptions>().debug === true, terminal);
    return exitCodeOf(error);
  }
}

/** The whole tree of commands; `docs/operations.md` is checked against it. */
export function buildProgram(context: RunContext): Command {
  const program = new Command('passerelle')
    .description('Files, and later mail, calendars, contacts and chat, in the apps that people already use.')
    .version(packageJson.version)
    .addHelpText('after', exitCodeHelp);
  addGlobalOptions(program);
  for (const build of [serveCommand, configCommand, userCommand, groupCommand, backupCommand]) {
    program.addCommand(build(context));
  }
  settle(program, context.terminal);
  return program;
}

/** Commander neither ends the process nor writes past the terminal it was given, in any command. */
function settle(command: Command, terminal: Terminal): void {
  command
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void terminal.output.write(text),
      writeErr: (text) => void terminal.errors.write(text),
    })
    .showHelpAfterError('(--help says more)')
    .showSuggestionAfterError();
  for (const child of command.commands) settle(child, terminal);
}

/** Plain words; where they came from only for those who ask. */
function report(error: unknown, debug: boolean, terminal: Terminal): void {
  const message = error instanceof Error ? error.message : String(error);
  const unforeseen = error instanceof GatewayError && error.code === 'internal';
  tell(terminal, `passerelle: ${message}${unforeseen && !debug ? ' (--debug shows where)' : ''}`);
  if (!debug) return;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    tell(terminal, cause.stack ?? cause.message);
}
