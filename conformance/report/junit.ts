import { escapeAttribute, escapeText } from '../../gateway/wire/xml/format.ts';
import type { ComparedResult } from '../runner/expected.ts';
import type { RunResult } from '../runner/result.ts';
import { sectionName } from '../runner/summary.ts';

/**
 * The run as JUnit XML, one suite a standard, for CI systems that show it. What fails as expected is skipped with the reason;
 * an unexpected pass is a failure.
 */
export function formatJunit(run: RunResult, results: readonly ComparedResult[]): string {
  const standards = [...new Set(results.map((one) => one.case.standard))];
  const suites = standards.map((standard) =>
    suite(
      standard,
      results.filter((one) => one.case.standard === standard),
    ),
  );
  const head = `<testsuites name="${escapeAttribute(`conformance ${run.profile}`)}" time="${seconds(run.durationMs)}">`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...suites, '</testsuites>', ''].join('\n');
}

function suite(standard: string, results: readonly ComparedResult[]): string {
  const bodies = results.map(body);
  const count = (element: string): number => bodies.filter((text) => text.startsWith(`<${element}`)).length;
  const durationMs = results.reduce((sum, one) => sum + one.durationMs, 0);
  const counts = `tests="${results.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
  const cases = results.map((one, index) => testcase(one, bodies[index] ?? ''));
  return [
    `  <testsuite name="${escapeAttribute(standard)}" ${counts} time="${seconds(durationMs)}">`,
    ...cases,
    '  </testsuite>',
  ].join('\n');
}

function testcase(one: ComparedResult, content: string): string {
  const name = `${one.case.id} [${one.case.level}] ${one.case.title}`;
  const head = `    <testcase classname="${escapeAttribute(sectionName(one))}" name="${escapeAttribute(name)}" time="${seconds(one.durationMs)}"`;
  return content === '' ? `${head}/>` : `${head}>${content}</testcase>`;
}

function body(one: ComparedResult): string {
  const detail = [one.message, one.exchange?.sent, one.exchange?.received].filter((text) => text !== undefined);
  const told = escapeText(detail.join('\n\n'));
  const message = escapeAttribute(one.message);
  if (one.comparison === 'unexpected-pass') return '<failure message="passes although it is expected to fail"/>';
  if (one.outcome === 'pass') return '';
  if (one.outcome === 'skipped') return `<skipped message="${message}"/>`;
  if (one.comparison === 'as-expected') {
    return `<skipped message="${escapeAttribute(`fails as expected: ${one.expected?.why ?? ''}`)}"/>`;
  }
  return one.outcome === 'fail'
    ? `<failure message="${message}">${told}</failure>`
    : `<error message="${message}">${told}</error>`;
}

function seconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(3);
}
