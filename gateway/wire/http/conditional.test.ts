import test from 'ava';
import type { ConditionalHeaders, ConditionalOutcome, CurrentState } from './conditional.ts';
import { evaluateConditional, ifRangeHolds } from './conditional.ts';

const before = 'Sun, 06 Nov 1994 08:49:36 GMT';
const then = 'Sun, 06 Nov 1994 08:49:37 GMT';
const after = 'Sun, 06 Nov 1994 08:49:38 GMT';
const state: CurrentState = { etag: 'v1', modifiedMs: Date.UTC(1994, 10, 6, 8, 49, 37, 900) };
const none = undefined;
const bare: CurrentState = { etag: undefined, modifiedMs: undefined };

type Case = readonly [
  section: string,
  method: string,
  headers: ConditionalHeaders,
  current: CurrentState | undefined,
  outcome: ConditionalOutcome,
];

const cases: readonly Case[] = [
  ['13', 'GET', {}, state, 'proceed'],
  ['13.1.1', 'PUT', { ifMatch: '"v1"' }, state, 'proceed'],
  ['13.1.1', 'PUT', { ifMatch: '"v0", "v1"' }, state, 'proceed'],
  ['13.1.1', 'PUT', { ifMatch: '"v0"' }, state, 'failed'],
  ['13.1.1', 'PUT', { ifMatch: 'W/"v1"' }, state, 'failed'],
  ['13.1.1', 'PUT', { ifMatch: '*' }, state, 'proceed'],
  ['13.1.1', 'PUT', { ifMatch: '*' }, none, 'failed'],
  ['13.1.1', 'PUT', { ifMatch: '"v1"' }, none, 'failed'],
  ['13.1.1', 'PUT', { ifMatch: 'bogus' }, state, 'failed'],
  ['13.1.1', 'PUT', { ifMatch: '' }, state, 'failed'],
  ['13.1.1', 'GET', { ifMatch: '"v0"' }, state, 'failed'],
  ['13.1.1', 'PUT', { ifMatch: '*' }, bare, 'proceed'],
  ['13.1.1', 'PUT', { ifMatch: '"undefined"' }, bare, 'failed'],
  ['13.1.2', 'GET', { ifNoneMatch: '"v1"' }, state, 'not-modified'],
  ['13.1.2', 'HEAD', { ifNoneMatch: 'W/"v1"' }, state, 'not-modified'],
  ['13.1.2', 'GET', { ifNoneMatch: '"v0"' }, state, 'proceed'],
  ['13.1.2', 'GET', { ifNoneMatch: '*' }, state, 'not-modified'],
  ['13.1.2', 'GET', { ifNoneMatch: '*' }, none, 'proceed'],
  ['13.1.2', 'PUT', { ifNoneMatch: '*' }, none, 'proceed'],
  ['13.1.2', 'PUT', { ifNoneMatch: '*' }, state, 'failed'],
  ['13.1.2', 'PUT', { ifNoneMatch: '"v1"' }, state, 'failed'],
  ['13.1.2', 'PROPFIND', { ifNoneMatch: '"v1"' }, state, 'failed'],
  ['13.1.2', 'PUT', { ifNoneMatch: '"v0"' }, state, 'proceed'],
  ['13.1.2', 'PUT', { ifNoneMatch: '"v0"' }, none, 'proceed'],
  ['13.1.2', 'PUT', { ifNoneMatch: 'v1' }, state, 'failed'],
  ['13.1.2', 'GET', { ifNoneMatch: 'v1' }, state, 'proceed'],
  ['13.1.3', 'GET', { ifModifiedSince: before }, state, 'proceed'],
  ['13.1.3', 'GET', { ifModifiedSince: then }, state, 'not-modified'],
  ['13.1.3', 'HEAD', { ifModifiedSince: ` ${after} ` }, state, 'not-modified'],
  ['13.1.3', 'PUT', { ifModifiedSince: after }, state, 'proceed'],
  ['13.1.3', 'GET', { ifModifiedSince: 'yesterday' }, state, 'proceed'],
  ['13.1.3', 'GET', { ifModifiedSince: after }, none, 'proceed'],
  ['13.1.3', 'GET', { ifModifiedSince: after }, bare, 'proceed'],
  ['13.1.3', 'GET', { ifModifiedSince: after, ifNoneMatch: '"v0"' }, state, 'proceed'],
  ['13.1.4', 'PUT', { ifUnmodifiedSince: before }, state, 'failed'],
  ['13.1.4', 'PUT', { ifUnmodifiedSince: then }, state, 'proceed'],
  ['13.1.4', 'GET', { ifUnmodifiedSince: before }, state, 'failed'],
  ['13.1.4', 'PUT', { ifUnmodifiedSince: 'yesterday' }, state, 'proceed'],
  ['13.1.4', 'PUT', { ifUnmodifiedSince: before }, none, 'proceed'],
  ['13.1.4', 'PUT', { ifUnmodifiedSince: before }, bare, 'proceed'],
  ['13.1.4', 'PUT', { ifUnmodifiedSince: before, ifMatch: '"v1"' }, state, 'proceed'],
  ['13.2.2', 'GET', { ifMatch: '"v1"', ifNoneMatch: '"v1"' }, state, 'not-modified'],
  ['13.2.2', 'PUT', { ifMatch: '"v1"', ifNoneMatch: '"v1"' }, state, 'failed'],
  ['13.2.2', 'GET', { ifMatch: '"v0"', ifNoneMatch: '"v1"' }, state, 'failed'],
  ['13.2.2', 'GET', { ifUnmodifiedSince: then, ifModifiedSince: then }, state, 'not-modified'],
];

for (const [section, method, headers, current, outcome] of cases) {
  const on = current === undefined ? 'nothing' : (current.etag ?? 'a representation without validators');
  test(`rfc9110 ${section}: ${method} ${JSON.stringify(headers)} on ${on}: ${outcome}`, (t) => {
    t.is(evaluateConditional(method, headers, current), outcome);
  });
}

for (const [header, current, holds] of [
  ['"v1"', state, true],
  [' "v1" ', state, true],
  ['"v0"', state, false],
  ['W/"v1"', state, false],
  ['"v1", "v0"', state, false],
  ['v1', state, false],
  [then, state, true],
  [before, state, false],
  [after, state, false],
  ['', state, false],
  ['*', state, false],
  ['"v1"', bare, false],
  [then, bare, false],
] as const) {
  test(`rfc9110 13.1.5: If-Range ${JSON.stringify(header)} on ${current.etag ?? 'no validators'}: ${holds}`, (t) => {
    t.is(ifRangeHolds(header, current), holds);
  });
}
