/** Passwords come from the terminal without echo, or from standard input; never from the command line. */
import { Secret } from '../../ports/secret.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import { tell } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** Longer than any password or hash that is accepted. */
const maxInputOctets = 64 * 1024;

/** One line of standard input; more than one line is refused, because a password that is cut short locks its owner out. */
export async function readSecretLine(terminal: Terminal, what: string): Promise<Secret> {
  let text = '';
  terminal.input.setEncoding('utf8');
  for await (const chunk of terminal.input) {
    text += String(chunk);
    if (text.length > maxInputOctets) throw new CliError(exitCodes.usage, `the ${what} on standard input is too long`);
  }
  const line = text.replace(/\r?\n$/, '');
  if (line === '') throw new CliError(exitCodes.usage, `there is no ${what} on standard input`);
  if (/[\r\n]/.test(line))
    throw new CliError(exitCodes.usage, `standard input must hold the ${what} alone, in one line`);
  return new Secret(line);
}

/** Asks twice, until both are equal. @throws CliError when there is no terminal to ask at */
export async function askNewPassword(terminal: Terminal): Promise<Secret> {
  if (terminal.input.isTTY !== true) {
    throw new CliError(exitCodes.usage, 'there is no terminal to ask for the password: give it with --password-stdin');
  }
  for (;;) {
    const first = await askHidden(terminal, 'New password: ');
    const second = await askHidden(terminal, 'Again: ');
    if (first === second && first !== '') return new Secret(first);
    tell(terminal, first === '' ? 'An empty password is not accepted.' : 'They differ; try again.');
  }
}

const controls = {
  interrupt: '\u0003',
  endOfInput: '\u0004',
  backspace: '\u0008',
  erase: '\u007f',
  eraseLine: '\u0015',
};

/** One line typed in raw mode, so that nothing of it is shown. */
async function askHidden(terminal: Terminal, question: string): Promise<string> {
  const { input, errors, signal } = terminal;
  // First the silence, then the question: whoever answers at once is not shown either.
  input.setRawMode?.(true);
  errors.write(question);
  input.setEncoding('utf8');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let typed = '';
  const onData = (chunk: string): void => {
    for (const character of chunk) {
      if (character === '\r' || character === '\n' || character === controls.endOfInput) return resolve(typed);
      if (character === controls.interrupt) return reject(givenUp());
      if (character === controls.backspace || character === controls.erase)
        typed = Array.from(typed).slice(0, -1).join('');
      else if (character === controls.eraseLine) typed = '';
      else typed += character;
    }
  };
  const onEnd = (): void => reject(new CliError(exitCodes.usage, 'the terminal was closed'));
  const onAbort = (): void => reject(givenUp());
  input.on('data', onData).once('end', onEnd);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (signal.aborted) throw givenUp();
    input.resume();
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    input.off('data', onData).off('end', onEnd).pause();
    input.setRawMode?.(false);
    errors.write('\n');
  }
}

function givenUp(): CliError {
  return new CliError(exitCodes.failed, 'given up');
}
