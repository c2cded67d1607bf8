import { escapeAttribute, escapeText } from '../../gateway/wire/xml/format.ts';
import { isGood } from '../runner/expected.ts';
import type { ComparedResult } from '../runner/expected.ts';
import type { RunResult } from '../runner/result.ts';
import { byLevel, bySection, countOutcomes, outcomes, sectionName } from '../runner/summary.ts';
import type { Row } from '../runner/summary.ts';
import { styleSheet } from './html-style.ts';
import { labels } from './labels.ts';
import type { ReportOptions } from './terminal.ts';

/** An English label with the French one beside it, marked as such for screen readers. */
function label(key: keyof typeof labels): string {
  const { en, fr } = labels[key];
  return `${escapeText(en)} <span lang="fr">/ ${escapeText(fr)}</span>`;
}

/**
 * The run as one page that needs nothing else: no script, no network. Headings in order, tables with captions and header cells,
 * outcomes told by words and not by colour alone, contrast of at least 7 to 1.
 */
export function formatHtml(run: RunResult, results: readonly ComparedResult[], options: ReportOptions): string {
  const failed = results.filter((one) => one.outcome === 'fail' || one.outcome === 'error');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>Conformance: ${escapeText(run.target)}</title>`,
    `<style>${styleSheet}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<h1>${label('title')}</h1>`,
    overview(run, results, options),
    `<h2 id="summary">${label('summary')}</h2>`,
    countTable('byLevel', 'level', byLevel(results)),
    countTable('bySection', 'section', bySection(results)),
    `<h2 id="failures">${label('failures')}</h2>`,
    failed.length === 0 ? `<p>${label('noFailures')}</p>` : failed.map(failure).join('\n'),
    `<h2 id="cases">${label('cases')}</h2>`,
    caseTable(results),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function overview(run: RunResult, results: readonly ComparedResult[], options: ReportOptions): string {
  const counts = countOutcomes(results);
  const good = isGood(results, options.withExpectations);
  const rows: readonly (readonly [keyof typeof labels, string])[] = [
    ['target', run.target],
    ['server', run.server ?? '-'],
    ['profile', run.profile],
    ['started', run.startedAt],
    ['duration', `${(run.durationMs / 1000).toFixed(1)} s`],
    ['capabilities', run.capabilities.join(', ')],
  ];
  const list = rows.map(([key, value]) => `<dt>${label(key)}</dt><dd>${escapeText(value)}</dd>`);
  const verdict = `<p class="verdict ${good ? 'pass' : 'fail'}"><strong>${label(good ? 'good' : 'bad')}</strong></p>`;
  const sentence = outcomes.map((name) => `${counts[name]} ${label(name)}`).join(', ');
  return `${verdict}\n<p>${sentence}</p>\n<dl>${list.join('\n')}</dl>`;
}

function countTable(caption: 'byLevel' | 'bySection', first: 'level' | 'section', rows: readonly Row[]): string {
  const head = [first, ...outcomes].map((name) => `<th scope="col">${label(name)}</th>`).join('');
  const body = rows.map(
    (row) =>
      `<tr><th scope="row">${escapeText(row.name)}</th>${outcomes.map((name) => `<td>${row.counts[name]}</td>`).join('')}</tr>`,
  );
  return `<table class="counts"><caption>${label(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table>`;
}

function failure(one: ComparedResult): string {
  const parts = [
    `<section id="${escapeAttribute(one.case.id)}">`,
    `<h3>${escapeText(one.case.id)}</h3>`,
    `<p>${escapeText(sectionName(one))}, ${one.case.level}: ${escapeText(one.case.title)}</p>`,
    `<p class="${one.outcome}"><strong>${label(one.outcome)}</strong>: ${escapeText(one.message)}</p>`,
  ];
  if (one.expected !== undefined)
    parts.push(`<p><strong>${label('expected')}</strong>: ${escapeText(one.expected.why)}</p>`);
  if (one.exchange !== undefined) {
    parts.push(`<h4>${label('sent')}</h4><pre tabindex="0">${escapeText(one.exchange.sent)}</pre>`);
    parts.push(`<h4>${label('received')}</h4><pre tabindex="0">${escapeText(one.exchange.received)}</pre>`);
  }
  parts.push('</section>');
  return parts.join('\n');
}

function caseTable(results: readonly ComparedResult[]): string {
  const columns = ['case', 'section', 'level', 'outcome', 'message'] as const;
  const head = columns.map((name) => `<th scope="col">${label(name)}</th>`).join('');
  const body = results.map((one) => {
    const linked = one.outcome === 'fail' || one.outcome === 'error';
    const id = escapeText(one.case.id);
    const name = linked ? `<a href="#${escapeAttribute(one.case.id)}">${id}</a>` : id;
    return (
      `<tr><th scope="row">${name}<br><span class="title">${escapeText(one.case.title)}</span></th>` +
      `<td>${escapeText(sectionName(one))}</td><td>${one.case.level}</td>` +
      `<td class="${one.outcome}">${label(one.outcome)}</td><td>${escapeText(one.message)}</td></tr>`
    );
  });
  return `<table><caption>${label('allCases')}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table>`;
}
