import test from 'ava';
import { startGateway } from '../support/gateway.ts';
import { assertNothingTold, assertSound, rawRequest, requestTarget } from '../support/hostile.ts';
import type { HttpAnswer } from '../support/http-client.ts';
import { rawAnswer, rawStatus } from '../support/raw-connection.ts';

/** Every way that somebody has spelled "one folder up" in a URL. */
const traversals = [
  '../../../../etc/passwd',
  '..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e/%2e%2e/%2e%2e/etc/passwd',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '.%2e/.%2e/etc/passwd',
  '..%5c..%5cetc%5cpasswd',
  '..\\..\\etc\\passwd',
  '%252e%252e%252fetc%252fpasswd',
  '..%c0%af..%c0%afetc/passwd',
  '%c0%ae%c0%ae/etc/passwd',
  '..%ef%bc%8fetc/passwd',
  '....//....//etc/passwd',
  '..;/..;/etc/passwd',
  'a/../../../etc/passwd',
  './././../bob@univ.test/private.txt',
  '..%2fbob@univ.test%2fprivate.txt',
  '%2e%2e/bob@univ.test/private.txt',
];

const refusals = new Set([400, 403, 404, 405, 409]);

test('rfc3986 6.2.2.3: no spelling of dot segments leads out of a home folder, to read, write, copy or move', async (t) => {
  await using gateway = await startGateway({ users: ['ada', 'bob'] });
  const { pid } = gateway;
  using bob = gateway.client(gateway.userNamed('bob'));
  t.is((await bob.request('PUT', 'private.txt', { body: 'of Bob alone' })).status, 201);
  using ada = gateway.client();
  t.is((await ada.request('PUT', 'mine.txt', { body: 'of Ada' })).status, 201);
  const home = new URL(gateway.davUrl()).pathname;
  for (const path of traversals) {
    const target = requestTarget(gateway);
    // A backslash is a letter like any other in a name: where a copy below made such a file, it is Ada's own.
    const get = await rawAnswer(target, rawRequest(gateway, 'GET', home + path));
    t.true(
      refusals.has(get.status ?? 0) || (get.status === 200 && get.text.endsWith('of Ada')),
      `GET ${path}: ${get.text}`,
    );
    for (const method of ['COPY', 'MOVE']) {
      const status = await rawStatus(
        target,
        rawRequest(gateway, method, `${home}mine.txt`, { destination: home + path }),
      );
      t.true(
        status !== undefined && (refusals.has(status) || status === 201 || status === 204),
        `${method} to ${path}: ${status}`,
      );
      await ada.request('PUT', 'mine.txt', { body: 'of Ada' });
    }
  }
  t.is((await bob.request('GET', 'private.txt')).text, 'of Bob alone');
  const listing = await bob.request('PROPFIND', '', { headers: { depth: '1' } });
  t.is(listing.text.match(/<[^>]*:?href>[^<]*private\.txt/g)?.length, 1);
  t.notRegex(listing.text, /passwd|mine/);
  await assertSound(t, gateway, pid);
});

const lockInfo =
  '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';

test("rfc4918 7.5: another person's folder answers as if nothing were there", async (t) => {
  await using gateway = await startGateway({ users: ['ada', 'bob'] });
  using bob = gateway.client(gateway.userNamed('bob'));
  await bob.request('PUT', 'private.txt', { body: 'of Bob alone' });
  using ada = gateway.client();
  const home = new URL(gateway.davUrl(gateway.userNamed('bob'))).pathname;
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PROPFIND', 'PROPPATCH', 'MKCOL', 'LOCK', 'COPY']) {
    const ask = (name: string): Promise<HttpAnswer> => {
      const headers = { depth: '0', destination: `${home}copy.txt` };
      return ada.request(method, home + name, method === 'LOCK' ? { headers, body: lockInfo } : { headers });
    };
    const there = await ask('private.txt');
    const notThere = await ask('never-made.txt');
    t.true(there.status >= 400 && there.status < 500, `${method}: ${there.status}`);
    t.is(there.status, notThere.status, method);
    assertNothingTold(t, there.text);
  }
  t.is((await bob.request('GET', 'private.txt')).text, 'of Bob alone');
});
