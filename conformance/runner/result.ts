import type { Capability, ConformanceCase } from '../case/case.ts';
import type { Exchange } from '../http/exchange.ts';

export type Outcome = 'pass' | 'fail' | 'skipped' | 'error';

/** What became of one case. */
export interface CaseResult {
  readonly case: ConformanceCase;
  readonly outcome: Outcome;
  /** Why it failed or was skipped; empty for a pass. */
  readonly message: string;
  /** The dialogue that shows a failure. */
  readonly exchange: Exchange | undefined;
  readonly durationMs: number;
  /** Set where the case's collection could not be removed. */
  readonly leftover: string | undefined;
}

/** What became of a whole run. */
export interface RunResult {
  /** The URL that was tested, without credentials. */
  readonly target: string;
  readonly profile: string;
  /** The Server field of the target; `undefined` when it sends none. */
  readonly server: string | undefined;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly capabilities: readonly Capability[];
  /** In the order of the profile, whatever order they ended in. */
  readonly results: readonly CaseResult[];
}
