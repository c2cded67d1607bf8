import { isGood } from '../runner/expected.ts';
import type { ComparedResult } from '../runner/expected.ts';
import type { RunResult } from '../runner/result.ts';
import { byLevel, bySection, countOutcomes, outcomes, sectionName } from '../runner/summary.ts';
import type { Counts } from '../runner/summary.ts';

export interface ReportOptions {
  /** Whether a list of expected verdicts was given. */
  readonly withExpectations: boolean;
}

/** The summary that a person reads in a terminal, or in the log of a CI job. Plain text, at most 120 columns but for messages. */
export function formatTerminal(run: RunResult, results: readonly ComparedResult[], options: ReportOptions): string {
  return [
    `${run.target} (${run.server ?? 'no Server field'}), profile ${run.profile}, ${results.length} cases`,
    `offers: ${run.capabilities.join(', ') || 'nothing that cases need'}`,
    '',
    ...table('section', bySection(results)),
    '',
    ...table('level', byLevel(results)),
    '',
    ...failures(results, options),
    ...leftovers(results),
    verdict(results, options),
    '',
  ].join('\n');
}

function table(title: string, rows: readonly { readonly name: string; readonly counts: Counts }[]): readonly string[] {
  const width = Math.max(title.length, ...rows.map((row) => row.name.length));
  const line = (name: string, cells: readonly (string | number)[]): string =>
    `${name.padEnd(width)}  ${cells.map((cell) => String(cell).padStart(8)).join('')}`;
  return [
    line(title, outcomes),
    ...rows.map((row) =>
      line(
        row.name,
        outcomes.map((name) => row.counts[name]),
      ),
    ),
  ];
}

function failures(results: readonly ComparedResult[], options: ReportOptions): readonly string[] {
  const bad = results.filter((one) => one.outcome === 'fail' || one.outcome === 'error');
  const shown = options.withExpectations ? bad.filter((one) => one.comparison !== 'as-expected') : bad;
  const known = bad.length - shown.length;
  const passes = results.filter((one) => one.comparison === 'unexpected-pass');
  return [
    ...shown.flatMap(describe),
    ...(known === 0 ? [] : [`${known} more failed as expected`, '']),
    ...passes.map((one) => `UNEXPECTED PASS ${one.case.id}: take it from the list of expected verdicts`),
    ...(passes.length === 0 ? [] : ['']),
  ];
}

function describe(one: ComparedResult): readonly string[] {
  return [
    `${one.outcome.toUpperCase()} [${one.case.level}] ${one.case.id}`,
    `  ${sectionName(one)}: ${one.case.title}`,
    `  ${one.message}`,
    ...quote('> ', one.exchange?.sent),
    ...quote('< ', one.exchange?.received),
    '',
  ];
}

/** The first lines of a message; the other reports hold it whole. */
function quote(mark: string, text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const lines = text.split('\n').map((line) => (line.length > 160 ? `${line.slice(0, 160)}…` : line));
  return [...lines.slice(0, 12), ...(lines.length > 12 ? ['…'] : [])].map((line) => `    ${mark}${line}`);
}

function leftovers(results: readonly ComparedResult[]): readonly string[] {
  return results.flatMap((one) => (one.leftover === undefined ? [] : [`LEFT BEHIND ${one.leftover}`]));
}

function verdict(results: readonly ComparedResult[], options: ReportOptions): string {
  const { pass, fail, error, skipped } = countOutcomes(results);
  const counts = `${pass} passed, ${fail} failed, ${error} could not be run, ${skipped} skipped`;
  const judged = options.withExpectations ? 'everything is as expected' : 'every MUST that applies passes';
  return isGood(results, options.withExpectations) ? `${counts}: ${judged}` : `${counts}: not conforming`;
}
