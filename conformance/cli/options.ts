import { parseArgs } from 'node:util';
import { levels } from '../case/case.ts';
import type { Level } from '../case/case.ts';

/** What the command line asked for. */
export interface CommandLine {
  readonly action: 'run' | 'list' | 'help';
  readonly target: string | undefined;
  readonly user: string | undefined;
  readonly passwordFile: string | undefined;
  readonly passwordStdin: boolean;
  readonly ca: string | undefined;
  readonly insecure: boolean;
  readonly profile: string;
  /** Case ids that match this are run; `undefined`: all. */
  readonly only: RegExp | undefined;
  readonly levels: readonly Level[];
  readonly parallel: number;
  readonly timeoutMs: number;
  readonly json: string | undefined;
  readonly junit: string | undefined;
  readonly html: string | undefined;
  readonly expected: string | undefined;
}

/** Thrown for a command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const helpText = `Usage: npm run conformance -- --target URL [options]

Checks a WebDAV server against the standards, clause by clause. Works in a collection of its own below the URL,
which it makes and removes again.

  --target URL          collection to work in, for example https://files.example/dav/ada/
  --user NAME           user name; without it requests go out without credentials
  --password-stdin      read the password from standard input
  --password-file FILE  read the password from a file
                        otherwise it is taken from PASSERELLE_CONFORMANCE_PASSWORD
  --ca FILE             trust the certificate authorities in this PEM file
  --insecure            trust any certificate
  --profile NAME        cases to run: webdav (default)
  --only PATTERN        run the cases whose id matches this regular expression
  --level LEVEL         must: MUST only; should: MUST and SHOULD; may: all (default)
  --parallel N          cases at the same time (default 4)
  --timeout SECONDS     time limit of one case (default 30)
  --expected FILE       known verdicts (YAML: id, verdict, why); then every difference counts
  --json FILE           write the results as JSON
  --junit FILE          write the results as JUnit XML
  --html FILE           write the results as one HTML page
  --list                print the cases and end
  --help                print this and end

Exit status: 0 every MUST passes, or everything is as expected; 1 something failed; 2 wrong usage; 3 the server cannot
be tested (no connection, refused credentials, no collection to work in).
`;

/**
 * Reads the arguments.
 *
 * @throws UsageError when they make no sense
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values } = parse(args);
  const action = values.help === true ? 'help' : values.list === true ? 'list' : 'run';
  if (action === 'run' && values.target === undefined) throw new UsageError('--target is missing');
  if (values['password-stdin'] === true && values['password-file'] !== undefined) {
    throw new UsageError('--password-stdin and --password-file exclude each other');
  }
  return {
    action,
    target: values.target,
    user: values.user,
    passwordFile: values['password-file'],
    passwordStdin: values['password-stdin'] === true,
    ca: values.ca,
    insecure: values.insecure === true,
    profile: values.profile ?? 'webdav',
    only: values.only === undefined ? undefined : pattern(values.only),
    levels: levelsOf(values.level ?? 'may'),
    parallel: positive('--parallel', values.parallel ?? '4'),
    timeoutMs: positive('--timeout', values.timeout ?? '30') * 1_000,
    json: values.json,
    junit: values.junit,
    html: values.html,
    expected: values.expected,
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const names = ['target', 'user', 'password-file', 'ca', 'profile', 'only', 'level', 'parallel', 'timeout'] as const;
  const files = ['json', 'junit', 'html', 'expected'] as const;
  const flags = ['password-stdin', 'insecure', 'list', 'help'] as const;
  const texts = Object.fromEntries([...names, ...files].map((name) => [name, text])) as Record<
    (typeof names)[number] | (typeof files)[number],
    typeof text
  >;
  const booleans = Object.fromEntries(flags.map((name) => [name, flag])) as Record<(typeof flags)[number], typeof flag>;
  try {
    return parseArgs({ args: [...args], options: { ...texts, ...booleans }, allowPositionals: false });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function pattern(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (error) {
    throw new UsageError(`--only: ${source} is no regular expression`, { cause: error });
  }
}

function levelsOf(name: string): readonly Level[] {
  const index = levels.findIndex((level) => level.toLowerCase() === name.toLowerCase());
  if (index < 0) throw new UsageError(`--level: ${name} is none of must, should, may`);
  return levels.slice(0, index + 1);
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new UsageError(`${name}: ${text} is no positive whole number`);
  return value;
}
