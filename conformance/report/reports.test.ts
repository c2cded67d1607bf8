import test from 'ava';
import { parseXml } from '../dav/xml.ts';
import { casesOf } from '../case/case.ts';
import { compare } from '../runner/expected.ts';
import type { CaseResult, Outcome, RunResult } from '../runner/result.ts';
import { formatHtml } from './html.ts';
import { formatJson } from './json.ts';
import { formatJunit } from './junit.ts';
import { formatTerminal } from './terminal.ts';

const { must, should } = casesOf('RFC 4918');
const hostile = '<script>alert("&")</script>';

function result(slug: string, outcome: Outcome, message = '', level = must): CaseResult {
  const exchange = outcome === 'fail' ? { sent: `PUT /${hostile}`, received: 'HTTP/1.1 500 x' } : undefined;
  const one = level('9.1', slug, `The title of ${slug}.`, {}, () => Promise.resolve());
  return { case: one, outcome, message, exchange, durationMs: 1_500, leftover: undefined };
}

const results: readonly CaseResult[] = [
  result('good', 'pass'),
  result('bad', 'fail', hostile),
  result('known', 'fail', 'known fault'),
  result('broken', 'error', 'no connection', should),
  result('absent', 'skipped', 'the server does not offer: class 2'),
  result('mended', 'pass'),
];

const run: RunResult = {
  target: 'https://dav.example/',
  profile: 'webdav',
  server: 'Example/1',
  startedAt: '2026-11-23T12:00:00.000Z',
  durationMs: 9_000,
  capabilities: ['class 1'],
  results,
};

const compared = compare(results, [
  { id: 'rfc4918-9.1-known', verdict: 'fails', why: 'the peer says so' },
  { id: 'rfc4918-9.1-mended', verdict: 'fails', why: 'it was so once' },
]);

test('reports: the terminal names what is not as expected, with the dialogue', (t) => {
  const text = formatTerminal(run, compared, { withExpectations: true });
  t.true(text.includes('FAIL [MUST] rfc4918-9.1-bad'));
  t.true(text.includes('ERROR [SHOULD] rfc4918-9.1-broken'));
  t.true(text.includes('UNEXPECTED PASS rfc4918-9.1-mended'));
  t.true(text.includes('> PUT /'));
  t.false(text.includes('FAIL [MUST] rfc4918-9.1-known'));
  t.true(text.includes('1 more failed as expected'));
  t.regex(text, /RFC 4918 §9\.1 +2 +2 +1 +1/);
  t.true(text.trimEnd().endsWith('not conforming'));
});

test('reports: without expectations every failure is shown', (t) => {
  const text = formatTerminal(run, compare(results, []), { withExpectations: false });
  t.true(text.includes('FAIL [MUST] rfc4918-9.1-known'));
});

test('reports: JSON holds every case with outcome, comparison and dialogue', (t) => {
  const report = JSON.parse(formatJson(run, compared)) as {
    counts: Record<string, number>;
    cases: { id: string; outcome: string; comparison: string; exchange: { sent: string } | null }[];
  };
  t.deepEqual(report.counts, { pass: 2, fail: 2, error: 1, skipped: 1 });
  t.deepEqual(
    report.cases.map((one) => one.comparison),
    ['as-expected', 'regression', 'as-expected', 'regression', 'as-expected', 'unexpected-pass'],
  );
  t.is(report.cases[1]?.exchange?.sent, `PUT /${hostile}`);
});

test('reports: JUnit XML is well-formed and counts what is not as expected', (t) => {
  const xml = formatJunit(run, compared);
  t.is(typeof parseXml(Buffer.from(xml)), 'object');
  t.regex(xml, /tests="6" failures="2" errors="1" skipped="2"/);
});

test('reports: the HTML page is one document without scripts; its tables have captions and header cells', (t) => {
  const html = formatHtml(run, compared, { withExpectations: true });
  t.false(/<script|<link|src=|@import|url\(/.test(html));
  t.is(html.match(/<table/g)?.length, html.match(/<caption>/g)?.length);
  t.true(html.includes('<th scope="col">') && html.includes('<th scope="row">'));
  t.deepEqual([...html.matchAll(/<h(\d)/g)].map((match) => match[1]).slice(0, 3), ['1', '2', '2']);
  t.true(html.includes('<html lang="en">') && html.includes('<span lang="fr">'));
  t.true(html.includes('href="#rfc4918-9.1-bad"') && html.includes('<section id="rfc4918-9.1-bad">'));
  t.true(html.includes('&lt;script&gt;'));
});
