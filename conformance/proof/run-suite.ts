import { readFile } from 'node:fs/promises';
import type { ConformanceCase } from '../case/case.ts';
import { endpointOf } from '../http/endpoint.ts';
import { compare, parseExpected } from '../runner/expected.ts';
import type { ComparedResult, ExpectedVerdict } from '../runner/expected.ts';
import { runConformance } from '../runner/run.ts';
import type { RunOptions } from '../runner/run.ts';

export interface ProofTarget {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** PEM file; `undefined`: no TLS. */
  readonly caFile: string | undefined;
}

export interface ProofOptions {
  readonly parallel: number;
  readonly onResult?: NonNullable<RunOptions['onResult']>;
}

/** Reads `conformance/expected/NAME.yaml`. */
export async function readExpected(name: string): Promise<readonly ExpectedVerdict[]> {
  return parseExpected(await readFile(new URL(`../expected/${name}.yaml`, import.meta.url), 'utf8'));
}

/** Runs cases on a server and sets each result beside what is expected. */
export async function runSuite(
  target: ProofTarget,
  cases: readonly ConformanceCase[],
  expected: readonly ExpectedVerdict[],
  options: ProofOptions,
): Promise<readonly ComparedResult[]> {
  const url = new URL(target.url);
  const ca = target.caFile === undefined ? undefined : await readFile(target.caFile, 'utf8');
  const run = await runConformance({
    server: {
      endpoint: endpointOf(url, { ca, verify: true }),
      credentials: { user: target.user, password: target.password },
      origin: url.origin,
      root: url.pathname,
    },
    profile: 'webdav',
    cases,
    timeoutMs: 30_000,
    nowMs: () => Date.now(),
    ...options,
  });
  return compare(run.results, expected);
}

/** What differs from what is expected, one line each. */
export function surprises(results: readonly ComparedResult[]): readonly string[] {
  return results
    .filter((one) => one.comparison !== 'as-expected')
    .map((one) => `${one.comparison}: ${one.outcome} [${one.case.level}] ${one.case.id}: ${one.message}`);
}
