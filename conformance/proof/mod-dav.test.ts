import test from 'ava';
import { startApache } from '../../protocol-tests/support/apache.ts';
import { partTest } from '../../protocol-tests/support/parts.ts';
import { profiles } from '../profiles.ts';
import { unknownIds } from '../runner/expected.ts';
import { readExpected, runSuite, surprises } from './run-suite.ts';

const cases = profiles.get('webdav') ?? [];

test('conformance: every verdict on mod_dav names a case', async (t) => {
  const ids = new Set(cases.map((one) => one.id));
  t.deepEqual(unknownIds(await readExpected('mod_dav'), ids), []);
});

partTest(
  test,
  ['apache2', 'openssl'],
  'conformance: Apache mod_dav passes every case but those examined',
  async (t) => {
    await using peer = await startApache();
    const expected = await readExpected('mod_dav');
    // Its lock database lets a request see a lock of a moment ago when several processes use it at once: no two cases that lock.
    const locking = cases.filter((one) => one.needs.includes('class 2'));
    const others = cases.filter((one) => !one.needs.includes('class 2'));
    const results = [
      ...(await runSuite(peer, others, expected, { parallel: 6 })),
      ...(await runSuite(peer, locking, expected, { parallel: 1 })),
    ];
    t.deepEqual(surprises(results), []);
    t.deepEqual(
      results.flatMap((one) => one.leftover ?? []),
      [],
    );
    t.true(results.filter((one) => one.outcome === 'pass').length > 300, 'most cases apply to mod_dav and pass');
  },
);
