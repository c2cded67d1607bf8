/** A question before something that cannot be undone. */
import { createInterface } from 'node:readline/promises';
import { CliError, exitCodes } from './exit-codes.ts';
import { tell } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/**
 * Goes on only when the person types the name of what is to go.
 * @throws CliError when another text is typed, or there is no terminal to ask at
 */
export async function confirmByName(terminal: Terminal, warning: string, name: string): Promise<void> {
  if (terminal.input.isTTY !== true) {
    throw new CliError(exitCodes.usage, 'there is no terminal to ask at: say --yes to go on without being asked');
  }
  tell(terminal, warning);
  const lines = createInterface({ input: terminal.input, output: terminal.errors });
  try {
    const typed = await lines.question(`Type ${name} to go on: `, { signal: terminal.signal });
    if (typed.trim() !== name) throw new CliError(exitCodes.failed, 'nothing was removed');
  } finally {
    lines.close();
  }
}
