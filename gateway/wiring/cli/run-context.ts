/** What every command is given. */
import type { ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export interface RunContext {
  readonly terminal: Terminal;
  /** Says how the program ends, when that is not 0 and nothing was thrown. */
  end(exitCode: ExitCode): void;
}
