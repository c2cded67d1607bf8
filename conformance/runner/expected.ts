import { parseYaml } from '../yaml.ts';
import type { CaseResult, Outcome } from './result.ts';

/** What is known of one case on one server. */
export interface ExpectedVerdict {
  readonly id: string;
  /** `fails`: the rule does not hold there; `errors`: the case cannot be prepared there. */
  readonly verdict: 'fails' | 'errors';
  /** Whose fault it is, and which sentence of the standard says so. */
  readonly why: string;
}

/** How a result stands to what was expected of it. */
export type Comparison = 'as-expected' | 'regression' | 'unexpected-pass';

export interface ComparedResult extends CaseResult {
  readonly comparison: Comparison;
  readonly expected: ExpectedVerdict | undefined;
}

/**
 * Reads a list of known verdicts.
 *
 * @throws Error with every problem that the list has
 */
export function parseExpected(text: string): readonly ExpectedVerdict[] {
  const list: unknown = parseYaml(text) ?? [];
  if (!Array.isArray(list)) throw new Error('the list of expected verdicts is not a YAML sequence');
  const problems: string[] = [];
  const seen = new Set<string>();
  const verdicts = list.flatMap((item: unknown, index) => {
    const { id, verdict, why } = Object(item) as Record<string, unknown>;
    const known = verdict === 'fails' || verdict === 'errors';
    if (typeof id !== 'string' || !known || typeof why !== 'string' || why.trim() === '') {
      problems.push(`entry ${index + 1}: needs id, verdict ("fails" or "errors") and why`);
      return [];
    }
    if (seen.has(id)) problems.push(`entry ${index + 1}: ${id} is listed twice`);
    seen.add(id);
    return [{ id, verdict, why: why.trim() } satisfies ExpectedVerdict];
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return verdicts;
}

const outcomeOf: Readonly<Record<ExpectedVerdict['verdict'], Outcome>> = { fails: 'fail', errors: 'error' };

/** Sets each result beside what was expected. A skipped case is as expected whatever the list says. */
export function compare(
  results: readonly CaseResult[],
  expected: readonly ExpectedVerdict[],
): readonly ComparedResult[] {
  const known = new Map(expected.map((verdict) => [verdict.id, verdict]));
  return results.map((result) => {
    const verdict = known.get(result.case.id);
    return { ...result, expected: verdict, comparison: compareOne(result.outcome, verdict) };
  });
}

function compareOne(outcome: Outcome, expected: ExpectedVerdict | undefined): Comparison {
  if (outcome === 'skipped') return 'as-expected';
  if (outcome === 'pass') return expected === undefined ? 'as-expected' : 'unexpected-pass';
  return expected !== undefined && outcomeOf[expected.verdict] === outcome ? 'as-expected' : 'regression';
}

/** Entries of the list that name no case: a renamed case must not keep an old excuse. */
export function unknownIds(expected: readonly ExpectedVerdict[], ids: ReadonlySet<string>): readonly string[] {
  return expected.map((verdict) => verdict.id).filter((id) => !ids.has(id));
}

/**
 * Whether a run is good: every MUST passes or fails as expected, and, where a list of expectations was given, everything
 * else is as expected too.
 */
export function isGood(results: readonly ComparedResult[], withExpectations: boolean): boolean {
  const judged = withExpectations ? results : results.filter((result) => result.case.level === 'MUST');
  return judged.every((result) => result.comparison === 'as-expected');
}
