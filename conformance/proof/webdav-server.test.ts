import test from 'ava';
import type { ConformanceCase } from '../case/case.ts';
import { profiles } from '../profiles.ts';
import type { ComparedResult } from '../runner/expected.ts';
import { RestartingPeer } from './restarting-peer.ts';
import { runSuite } from './run-suite.ts';

/** The faults that the package is known for, and the cases that must find them. */
const knownFaults: Readonly<Record<string, readonly string[]>> = {
  'If-Match is ignored: lost updates': [
    'rfc9110-13.1.1-if-match-differs',
    'rfc9110-13.1.1-if-match-delete',
    'rfc9110-13.1.1-if-match-get',
  ],
  'malformed XML is answered with 207': [
    'rfc4918-8.2-propfind-ill-formed-unclosed',
    'rfc4918-8.2-propfind-ill-formed-undeclared-prefix',
    'rfc4918-8.2-propfind-ill-formed-empty-prefix-binding',
  ],
  'an aborted PUT destroys the old file': ['rfc9112-8-interrupted-replace', 'rfc9112-8-interrupted-chunked'],
  'a locked resource is changed without its token': [
    'rfc4918-7-delete-needs-token',
    'rfc4918-7-put-needs-token',
    'rfc4918-9.9.4-locked-source',
  ],
  'PROPPATCH ends the process': ['rfc4918-8.2-proppatch-ill-formed'],
  'If ends the process': ['rfc4918-10.4.4-unknown-token', 'rfc4918-10.4.4-etag-matches'],
};

const wanted = new Set(Object.values(knownFaults).flat());
const cases: readonly ConformanceCase[] = (profiles.get('webdav') ?? []).filter((one) => wanted.has(one.id));

test('conformance: the known faults of the package webdav-server are found', async (t) => {
  await using peer = await RestartingPeer.start();
  const target = { url: peer.url.href, user: peer.user, password: peer.password, caFile: undefined };
  const results = await runSuite(target, cases, [], { parallel: 1, onResult: () => peer.ready() });
  const outcomes = new Map<string, ComparedResult>(results.map((one) => [one.case.id, one]));
  for (const [fault, ids] of Object.entries(knownFaults)) {
    for (const id of ids) t.is(outcomes.get(id)?.outcome, 'fail', `${fault}: ${id}`);
  }
  t.true(peer.deaths >= 2, 'some of these requests ended the process');
});
