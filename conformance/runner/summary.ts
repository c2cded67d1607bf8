import { levels } from '../case/case.ts';
import type { Level } from '../case/case.ts';
import type { CaseResult, Outcome } from './result.ts';

export const outcomes: readonly Outcome[] = ['pass', 'fail', 'error', 'skipped'];

export type Counts = Readonly<Record<Outcome, number>>;

export function countOutcomes(results: readonly CaseResult[]): Counts {
  const counts = { pass: 0, fail: 0, error: 0, skipped: 0 };
  for (const result of results) counts[result.outcome] += 1;
  return counts;
}

export interface Row {
  readonly name: string;
  readonly counts: Counts;
}

/** One row a level, in the order MUST, SHOULD, MAY; levels without cases are left out. */
export function byLevel(results: readonly CaseResult[]): readonly (Row & { readonly name: Level })[] {
  return levels.flatMap((level) => {
    const own = results.filter((result) => result.case.level === level);
    return own.length === 0 ? [] : [{ name: level, counts: countOutcomes(own) }];
  });
}

/** One row a section of a standard, `RFC 4918 §9.1`, in the order of the standards and their sections. */
export function bySection(results: readonly CaseResult[]): readonly Row[] {
  const groups = new Map<string, CaseResult[]>();
  for (const result of results.toSorted(bySectionNumber)) {
    const name = sectionName(result);
    groups.set(name, [...(groups.get(name) ?? []), result]);
  }
  return [...groups].map(([name, own]) => ({ name, counts: countOutcomes(own) }));
}

export function sectionName(result: CaseResult): string {
  return `${result.case.standard} §${result.case.section}`;
}

function bySectionNumber(left: CaseResult, right: CaseResult): number {
  return sectionName(left).localeCompare(sectionName(right), 'en', { numeric: true });
}
