import { randomBytes } from 'node:crypto';
import type { ConformanceCase } from '../case/case.ts';
import { Target } from '../case/target.ts';
import { TransportError } from '../http/transport-error.ts';
import { probeCapabilities } from './probe.ts';
import { runCase } from './run-case.ts';
import type { CaseContext } from './run-case.ts';
import type { CaseResult, RunResult } from './result.ts';
import { clientFor, ServerUnusable } from './server.ts';
import type { ServerUnderTest } from './server.ts';

export interface RunOptions {
  readonly server: ServerUnderTest;
  /** Shown in the report. */
  readonly profile: string;
  readonly cases: readonly ConformanceCase[];
  /** Cases at the same time. */
  readonly parallel: number;
  /** Time limit of one case. */
  readonly timeoutMs: number;
  readonly nowMs: () => number;
  /** Called as each case ends; the next one on the same lane waits for it. */
  readonly onResult?: (result: CaseResult) => void | Promise<void>;
}

/**
 * Probes the server, runs the cases and removes everything again.
 *
 * @throws ServerUnusable when the server cannot be tested at all
 */
export async function runConformance(options: RunOptions): Promise<RunResult> {
  const startedMs = options.nowMs();
  const runPath = `${options.server.root}conformance-${randomBytes(4).toString('hex')}/`;
  const { capabilities, server } = await withTarget(options, runPath, async (target) => {
    const server = await openRun(target);
    return { server, capabilities: await probeCapabilities(target) };
  });
  const context = { ...options, runPath, capabilities };
  const results = await runAll(options, context);
  await withTarget(options, runPath, (target) => target.send('DELETE', runPath)).catch((error: unknown) => {
    // The results are worth more than a clean server: what was left is told by the cases.
    if (!(error instanceof ServerUnusable)) throw error;
  });
  return {
    target: options.server.origin + options.server.root,
    profile: options.profile,
    server,
    startedAt: new Date(startedMs).toISOString(),
    durationMs: options.nowMs() - startedMs,
    capabilities: [...capabilities],
    results,
  };
}

/** Makes the run's collection; returns the Server field. */
async function openRun(target: Target): Promise<string | undefined> {
  const options = await target.send('OPTIONS', target.root);
  if (options.status === 401 || options.status === 403) {
    throw new ServerUnusable(`the server refuses the credentials: OPTIONS was answered with ${options.status}`);
  }
  const made = await target.send('MKCOL', target.home);
  if (made.status === 401) throw new ServerUnusable('the server refuses the credentials: MKCOL was answered with 401');
  if (made.status !== 201) {
    throw new ServerUnusable(`no collection can be made in ${target.root}: MKCOL was answered with ${made.status}`);
  }
  return options.header('server');
}

async function withTarget<T>(options: RunOptions, home: string, work: (target: Target) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(options.timeoutMs * 2);
  using client = clientFor(options.server, signal);
  const { origin, root } = options.server;
  try {
    return await work(new Target({ client, origin, root, home, capabilities: new Set(), signal }));
  } catch (error) {
    if (error instanceof TransportError) throw new ServerUnusable(error.message, { cause: error });
    throw error;
  }
}

async function runAll(options: RunOptions, context: CaseContext): Promise<readonly CaseResult[]> {
  const results = new Map<string, CaseResult>();
  const run = async (one: ConformanceCase): Promise<void> => {
    const result = await runCase(one, context);
    results.set(one.id, result);
    await options.onResult?.(result);
  };
  const together = options.cases.filter((one) => !one.alone);
  const lanes = Array.from({ length: Math.max(1, options.parallel) }, async () => {
    for (let next = together.shift(); next !== undefined; next = together.shift()) await run(next);
  });
  await Promise.all(lanes);
  for (const one of options.cases.filter((one) => one.alone)) await run(one);
  return options.cases.flatMap((one) => results.get(one.id) ?? []);
}
