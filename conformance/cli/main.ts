import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { ConformanceCase } from '../case/case.ts';
import type { Credentials } from '../http/client.ts';
import { endpointOf } from '../http/endpoint.ts';
import { profiles } from '../profiles.ts';
import { formatHtml } from '../report/html.ts';
import { formatJson } from '../report/json.ts';
import { formatJunit } from '../report/junit.ts';
import { formatTerminal } from '../report/terminal.ts';
import { compare, isGood, parseExpected, unknownIds } from '../runner/expected.ts';
import type { ExpectedVerdict } from '../runner/expected.ts';
import { runConformance } from '../runner/run.ts';
import { ServerUnusable } from '../runner/server.ts';
import type { ServerUnderTest } from '../runner/server.ts';
import { helpText, parseCommandLine, UsageError } from './options.ts';
import type { CommandLine } from './options.ts';

export const exitStatus = { good: 0, failures: 1, usage: 2, unreachable: 3 } as const;

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  readonly nowMs: () => number;
}

/** The command: reads arguments, runs, prints, writes reports. @returns the exit status */
export async function main(args: readonly string[], around: Surroundings): Promise<number> {
  try {
    const options = parseCommandLine(args);
    if (options.action === 'help') {
      around.print(helpText);
      return exitStatus.good;
    }
    const cases = selectCases(options);
    if (options.action === 'list') {
      around.print(cases.map((one) => `${one.id}\t${one.level}\t${one.title}\n`).join(''));
      return exitStatus.good;
    }
    return await runAndReport(options, cases, around);
  } catch (error) {
    if (error instanceof UsageError) {
      around.printError(`${error.message}\nTry --help.\n`);
      return exitStatus.usage;
    }
    if (error instanceof ServerUnusable) {
      around.printError(`${error.message}\n`);
      return exitStatus.unreachable;
    }
    throw error;
  }
}

function selectCases(options: CommandLine): readonly ConformanceCase[] {
  const profile = profiles.get(options.profile);
  if (profile === undefined) {
    throw new UsageError(`--profile: ${options.profile} is none of ${[...profiles.keys()].join(', ')}`);
  }
  const cases = profile.filter((one) => options.levels.includes(one.level) && (options.only?.test(one.id) ?? true));
  if (cases.length === 0) throw new UsageError('no case matches');
  return cases;
}

async function runAndReport(
  options: CommandLine,
  cases: readonly ConformanceCase[],
  around: Surroundings,
): Promise<number> {
  const expected = await readExpected(options);
  const server = await serverOf(options, around);
  const { profile, parallel, timeoutMs } = options;
  const run = await runConformance({ server, profile, cases, parallel, timeoutMs, nowMs: around.nowMs });
  const results = compare(run.results, expected);
  const report = { withExpectations: options.expected !== undefined };
  around.print(formatTerminal(run, results, report));
  if (options.json !== undefined) await writeFile(options.json, formatJson(run, results));
  if (options.junit !== undefined) await writeFile(options.junit, formatJunit(run, results));
  if (options.html !== undefined) await writeFile(options.html, formatHtml(run, results, report));
  return isGood(results, report.withExpectations) ? exitStatus.good : exitStatus.failures;
}

async function readExpected(options: CommandLine): Promise<readonly ExpectedVerdict[]> {
  if (options.expected === undefined) return [];
  const source = await readInput('--expected', options.expected);
  let expected: readonly ExpectedVerdict[];
  try {
    expected = parseExpected(source);
  } catch (error) {
    throw new UsageError(`--expected: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const known = new Set([...profiles.values()].flat().map((one) => one.id));
  const unknown = unknownIds(expected, known);
  if (unknown.length > 0) throw new UsageError(`--expected: no such case: ${unknown.join(', ')}`);
  return expected;
}

async function serverOf(options: CommandLine, around: Surroundings): Promise<ServerUnderTest> {
  const url = parseTarget(options.target ?? '');
  const ca = options.ca === undefined ? undefined : await readInput('--ca', options.ca);
  const credentials = await credentialsOf(options, around);
  const root = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`;
  return { endpoint: endpointOf(url, { ca, verify: !options.insecure }), credentials, origin: url.origin, root };
}

function parseTarget(target: string): URL {
  const url = URL.canParse(target) ? new URL(target) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new UsageError(`--target: ${target} is no http or https URL`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError('--target: give the user by --user and the password as --help says, not in the URL');
  }
  return url;
}

async function credentialsOf(options: CommandLine, around: Surroundings): Promise<Credentials | undefined> {
  if (options.user === undefined) return undefined;
  const password = options.passwordStdin
    ? await text(around.stdin)
    : options.passwordFile === undefined
      ? around.environment['PASSERELLE_CONFORMANCE_PASSWORD']
      : await readInput('--password-file', options.passwordFile);
  if (password === undefined) throw new UsageError('--user needs a password: see --help');
  return { user: options.user, password: password.replace(/\r?\n$/, '') };
}

async function readInput(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${option}: ${file} cannot be read`, { cause: error });
  }
}
