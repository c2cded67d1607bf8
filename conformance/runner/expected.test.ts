import test from 'ava';
import { casesOf } from '../case/case.ts';
import type { Level } from '../case/case.ts';
import { compare, isGood, parseExpected, unknownIds } from './expected.ts';
import type { CaseResult, Outcome } from './result.ts';

function result(level: Level, outcome: Outcome): CaseResult {
  const define = casesOf('RFC 1')[level.toLowerCase() as Lowercase<Level>];
  const one = define('1', outcome, 'x', {}, () => Promise.resolve());
  return { case: one, outcome, message: '', exchange: undefined, durationMs: 0, leftover: undefined };
}

const known = (outcome: Outcome, verdict: 'fails' | 'errors') => [{ id: `rfc1-1-${outcome}`, verdict, why: 'known' }];

test('expected: regressions and unexpected passes both show', (t) => {
  const comparison = (outcome: Outcome, verdict?: 'fails' | 'errors') =>
    compare([result('MUST', outcome)], verdict === undefined ? [] : known(outcome, verdict))[0]?.comparison;
  t.is(comparison('pass'), 'as-expected');
  t.is(comparison('fail'), 'regression');
  t.is(comparison('error'), 'regression');
  t.is(comparison('skipped'), 'as-expected');
  t.is(comparison('pass', 'fails'), 'unexpected-pass');
  t.is(comparison('fail', 'fails'), 'as-expected');
  t.is(comparison('error', 'fails'), 'regression');
  t.is(comparison('error', 'errors'), 'as-expected');
  t.is(comparison('skipped', 'fails'), 'as-expected');
});

test('expected: without a list only MUST counts, with one everything does', (t) => {
  const should = compare([result('SHOULD', 'fail')], []);
  t.true(isGood(should, false));
  t.false(isGood(should, true));
  t.false(isGood(compare([result('MUST', 'fail')], []), false));
  t.true(isGood(compare([result('MUST', 'fail')], known('fail', 'fails')), true));
  t.false(isGood(compare([result('MUST', 'pass')], known('pass', 'fails')), true));
});

test('expected: a list with problems is refused with all of them', (t) => {
  t.deepEqual(parseExpected(''), []);
  t.deepEqual(parseExpected('- { id: a, verdict: fails, why: because }'), [
    { id: 'a', verdict: 'fails', why: 'because' },
  ]);
  t.throws(() => parseExpected('a: b'), { message: /no.* sequence|not a YAML sequence/ });
  const error = t.throws(() => parseExpected('- { id: a, verdict: perhaps, why: b }\n- { id: a, verdict: fails }'));
  t.is(error.message.split('\n').length, 2);
  t.throws(() => parseExpected('- { id: a, verdict: fails, why: b }\n- { id: a, verdict: fails, why: b }'), {
    message: /twice/,
  });
});

test('expected: entries of no case are told', (t) => {
  t.deepEqual(unknownIds(known('pass', 'fails'), new Set(['rfc1-1-fail'])), ['rfc1-1-pass']);
});
