import type { Capability, ConformanceCase } from '../case/case.ts';
import { CaseFailure, CaseSkipped, PreparationError } from '../case/outcome.ts';
import { Target } from '../case/target.ts';
import { TransportError } from '../http/transport-error.ts';
import type { Exchange } from '../http/exchange.ts';
import { cleanUp } from './clean-up.ts';
import type { CaseResult, Outcome } from './result.ts';
import { clientFor } from './server.ts';
import type { ServerUnderTest } from './server.ts';

export interface CaseContext {
  readonly server: ServerUnderTest;
  /** Path of the run's collection, with a slash at the end. */
  readonly runPath: string;
  readonly capabilities: ReadonlySet<Capability>;
  readonly timeoutMs: number;
  readonly nowMs: () => number;
}

interface Verdict {
  readonly outcome: Outcome;
  readonly message: string;
  readonly exchange: Exchange | undefined;
}

const passed: Verdict = { outcome: 'pass', message: '', exchange: undefined };

/** Runs one case in a collection of its own and removes that afterwards. Never throws for what the server does. */
export async function runCase(one: ConformanceCase, context: CaseContext): Promise<CaseResult> {
  const started = context.nowMs();
  const missing = one.needs.filter((need) => !context.capabilities.has(need));
  if (missing.length > 0) {
    const message = `the server does not offer: ${missing.join(', ')}`;
    return { case: one, outcome: 'skipped', message, exchange: undefined, durationMs: 0, leftover: undefined };
  }
  const signal = AbortSignal.timeout(context.timeoutMs);
  using client = clientFor(context.server, signal);
  const target = new Target({
    client,
    origin: context.server.origin,
    root: context.server.root,
    home: `${context.runPath}${one.id}/`,
    capabilities: context.capabilities,
    signal,
  });
  const verdict = await judge(one, target);
  const durationMs = context.nowMs() - started;
  const leftover = await cleanUp(context.server, target, context.timeoutMs);
  return { case: one, ...verdict, durationMs, leftover };
}

async function judge(one: ConformanceCase, target: Target): Promise<Verdict> {
  try {
    const made = await target.send('MKCOL', target.home);
    if (made.status !== 201) {
      throw new PreparationError(`MKCOL of the case's collection was answered with ${made.status}`, made.exchange);
    }
    await one.run(target);
    return passed;
  } catch (error) {
    return verdictOf(error, target);
  }
}

function verdictOf(error: unknown, target: Target): Verdict {
  const last = target.client.lastExchange;
  if (error instanceof CaseSkipped) return { outcome: 'skipped', message: error.message, exchange: undefined };
  if (error instanceof CaseFailure) {
    return { outcome: 'fail', message: error.message, exchange: error.exchange ?? last };
  }
  if (error instanceof PreparationError) {
    return { outcome: 'error', message: `preparation: ${error.message}`, exchange: error.exchange ?? last };
  }
  if (error instanceof TransportError) {
    // A server that hangs up or talks something else than HTTP breaks every rule; one that is away breaks none.
    const outcome = error.problem === 'no-answer' || error.problem === 'malformed' ? 'fail' : 'error';
    return { outcome, message: error.message, exchange: last };
  }
  if (target.signal.aborted) {
    return { outcome: 'error', message: 'the time limit of the case ran out', exchange: last };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { outcome: 'error', message: `fault in the case: ${message}`, exchange: last };
}
