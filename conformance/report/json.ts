import type { ComparedResult } from '../runner/expected.ts';
import type { RunResult } from '../runner/result.ts';
import { byLevel, bySection, countOutcomes } from '../runner/summary.ts';

/** The whole run for programs: one object, `version` 1. */
export function formatJson(run: RunResult, results: readonly ComparedResult[]): string {
  const report = {
    version: 1,
    target: run.target,
    server: run.server ?? null,
    profile: run.profile,
    startedAt: run.startedAt,
    durationMs: run.durationMs,
    capabilities: run.capabilities,
    counts: countOutcomes(results),
    levels: Object.fromEntries(byLevel(results).map((row) => [row.name, row.counts])),
    sections: Object.fromEntries(bySection(results).map((row) => [row.name, row.counts])),
    cases: results.map((one) => ({
      id: one.case.id,
      standard: one.case.standard,
      section: one.case.section,
      level: one.case.level,
      title: one.case.title,
      outcome: one.outcome,
      comparison: one.comparison,
      message: one.message,
      expected: one.expected ?? null,
      exchange: one.exchange ?? null,
      durationMs: one.durationMs,
      leftover: one.leftover ?? null,
    })),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
