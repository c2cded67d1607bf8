import test from 'ava';
import { gatewayDomain, startGateway } from '../../protocol-tests/support/gateway.ts';
import { profiles } from '../profiles.ts';
import { unknownIds } from '../runner/expected.ts';
import { readExpected, runSuite, surprises } from './run-suite.ts';

const cases = profiles.get('webdav') ?? [];

test('conformance: every verdict on Passerelle names a case', async (t) => {
  const ids = new Set(cases.map((one) => one.id));
  t.deepEqual(unknownIds(await readExpected('passerelle'), ids), []);
});

test('conformance: Passerelle passes every case of WebDAV', async (t) => {
  // A quota, so that the cases of RFC 4331 find one.
  await using gateway = await startGateway({
    configuration: { domains: { [gatewayDomain]: { limits: { quota: '64MiB' } } } },
  });
  const { address, password } = gateway.user;
  const target = { url: gateway.davUrl(), user: address, password, caFile: gateway.caFile };
  const results = await runSuite(target, cases, await readExpected('passerelle'), { parallel: 4 });
  t.deepEqual(surprises(results), []);
  t.deepEqual(
    results.flatMap((one) => one.leftover ?? []),
    [],
  );
});
