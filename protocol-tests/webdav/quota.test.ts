/** RFC 4331: quota is told and enforced. */
import { Readable } from 'node:stream';
import test from 'ava';
import { propfind } from '../support/dav.ts';
import { gatewayDomain, startGateway } from '../support/gateway.ts';

test('rfc4331 6: what does not fit is refused with 507 and leaves everything as it was', async (t) => {
  await using gateway = await startGateway({
    configuration: { domains: { [gatewayDomain]: { limits: { quota: '1MiB' } } } },
  });
  using client = gateway.client();
  const home = new URL(gateway.davUrl()).pathname;
  const usage = async (): Promise<readonly number[]> => {
    const { responses } = await propfind(client, home, '0', 'quota-used-bytes', 'quota-available-bytes');
    const read = (name: string): number => Number(responses[0]?.properties.get(`{DAV:}${name}`)?.text);
    return [read('quota-used-bytes'), read('quota-available-bytes')];
  };
  const mebibyte = 1024 * 1024;
  t.deepEqual(await usage(), [0, mebibyte]);
  t.is((await client.request('PUT', `${home}a`, { body: Buffer.alloc(600_000) })).status, 201);
  t.deepEqual(await usage(), [600_000, mebibyte - 600_000]);
  const refused = await client.request('PUT', `${home}b`, { body: Buffer.alloc(600_000) });
  t.is(refused.status, 507);
  t.regex(refused.text, /quota-not-exceeded/);
  const chunked = await client.request('PUT', `${home}b`, { body: Readable.from([Buffer.alloc(600_000)]) });
  t.is(chunked.status, 507);
  t.is((await client.request('GET', `${home}b`)).status, 404);
  const copy = { headers: { destination: `${gateway.davUrl()}c` } };
  t.is((await client.request('COPY', `${home}a`, copy)).status, 507);
  // A file replaced by a smaller one fits, and a removed tree makes room at once.
  t.is((await client.request('PUT', `${home}a`, { body: Buffer.alloc(900_000) })).status, 204);
  await client.request('MKCOL', `${home}d/`);
  await client.request('MOVE', `${home}a`, { headers: { destination: `${gateway.davUrl()}d/a` } });
  t.is((await client.request('DELETE', `${home}d/`)).status, 204);
  t.is((await client.request('PUT', `${home}e`, { body: Buffer.alloc(900_000) })).status, 201);
});
