/** Debian's litmus, the WebDAV test suite that servers have been measured with since 2001, and what it says. */
import { openTlsTunnel } from './tls-tunnel.ts';
import { programPath } from './parts.ts';
import { runProcess } from './process.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

/** Suites of litmus 0.13 and how many tests each has: 104. */
export const litmusSuites = { basic: 16, copymove: 13, props: 30, locks: 41, http: 4 } as const;

export type LitmusSuite = keyof typeof litmusSuites;

export interface LitmusReport {
  readonly passed: number;
  /** `suite/test: what it said` */
  readonly failures: readonly string[];
  readonly warnings: readonly string[];
  readonly skipped: readonly string[];
  readonly output: string;
}

export interface LitmusTarget {
  readonly url: string;
  readonly caFile: string;
  readonly user: string;
  readonly password: string;
}

/**
 * Runs every suite over TLS. litmus leaves its test of `Expect: 100-continue` out there, so the suite `http` goes through a
 * tunnel that takes TLS off: litmus speaks plain HTTP, the server sees HTTPS.
 */
export async function runLitmus(target: LitmusTarget): Promise<LitmusReport> {
  await using tunnel = await openTlsTunnel(target);
  const plain = `http://127.0.0.1:${tunnel.port}${new URL(target.url).pathname}`;
  const overTls = await runSuites(target, target.url, ['basic', 'copymove', 'props', 'locks']);
  const throughTunnel = await runSuites(target, plain, ['http']);
  return {
    passed: overTls.passed + throughTunnel.passed,
    failures: [...overTls.failures, ...throughTunnel.failures],
    warnings: [...overTls.warnings, ...throughTunnel.warnings],
    skipped: [...overTls.skipped, ...throughTunnel.skipped],
    output: overTls.output + throughTunnel.output,
  };
}

async function runSuites(target: LitmusTarget, url: string, suites: readonly LitmusSuite[]): Promise<LitmusReport> {
  await using folder = await createTemporaryFolder('passerelle-litmus'); // litmus writes its traces where it stands
  const run = await runProcess({
    command: programPath('litmus'),
    args: ['--keep-going', url, target.user, target.password],
    env: { TESTS: suites.join(' ') },
    cwd: folder.path,
    timeoutMs: 180_000,
  });
  return readReport(run.standardOutput);
}

/** What a finished test says at the end of its line, or on a line of its own when it warned before. */
const verdict = /^\s*(?:(\d+)\. (\w+)\.*|\.+)\s+(pass|FAIL|SKIPPED)\b\s*(.*)$/;
const heading = /^\s*\d+\. (\w+)\.*\s*(?:WARNING: (.*))?$/;

export function readReport(output: string): LitmusReport {
  let suite = '';
  let test = '';
  let passed = 0;
  const failures: string[] = [];
  const warnings: string[] = [];
  const skipped: string[] = [];
  for (const line of output.split(/[\r\n]+/)) {
    suite = /^-> running `(\w+)'/.exec(line)?.[1] ?? suite;
    const open = heading.exec(line);
    test = open?.[1] ?? test;
    const warning = open?.[2] ?? /^\s*WARNING: (.*)$/.exec(line)?.[1];
    if (warning !== undefined) warnings.push(`${suite}/${test}: ${warning}`);
    const end = verdict.exec(line);
    if (end === null) continue;
    test = end[2] ?? test;
    if (end[3] === 'pass') passed += 1;
    else (end[3] === 'FAIL' ? failures : skipped).push(`${suite}/${test}: ${end[4] ?? ''}`);
  }
  return { passed, failures, warnings, skipped, output };
}
