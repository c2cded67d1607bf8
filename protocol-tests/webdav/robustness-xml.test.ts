import test from 'ava';
import { startGateway } from '../support/gateway.ts';
import { assertSound } from '../support/hostile.ts';
import type { HttpClient } from '../support/http-client.ts';

const laughs = Array.from({ length: 10 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');

/** RFC 4918 §8.2 (400 for what is not well-formed), §17.7 (entities), RFC 9110 §15.5.14 for what is too large. */
const hostileXml: readonly (readonly [string, string | Buffer, readonly number[]])[] = [
  ['a tag that is never closed', '<D:propfind xmlns:D="DAV:"><D:prop>', [400]],
  ['tags that cross', '<a xmlns="DAV:"><b></a></b>', [400]],
  ['a prefix that nobody declared', '<D:propfind><D:allprop/></D:propfind>', [400]],
  ['an empty prefix binding', '<D:propfind xmlns:D="DAV:" xmlns:e=""><D:prop><e:x/></D:prop></D:propfind>', [400]],
  ['something behind the end', '<D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind><more/>', [400]],
  ['no XML at all', 'this is not XML', [400]],
  ['octets that are no UTF-8', Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0xfe, 0xfd, 0x3c, 0x2f, 0x61, 0x3e]), [400]],
  ['NUL', '<D:propfind xmlns:D="DAV:"><D:prop>\0</D:prop></D:propfind>', [400]],
  ['an attribute twice', '<D:propfind xmlns:D="DAV:" a="1" a="2"><D:allprop/></D:propfind>', [400]],
  ['another root than expected', '<D:lockinfo xmlns:D="DAV:"/>', [400, 422]],
  [
    'an entity bomb',
    `<!DOCTYPE x [<!ENTITY l0 "ha">${laughs}]><propfind xmlns="DAV:"><prop>&l10;</prop></propfind>`,
    [400, 403],
  ],
  [
    'an external entity',
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><propfind xmlns="DAV:"><prop>&e;</prop></propfind>',
    [400, 403],
  ],
  ['elements 10,000 deep', `<D:propfind xmlns:D="DAV:">${'<D:prop>'.repeat(10_000)}`, [400, 413]],
  [
    'a million elements',
    `<D:propfind xmlns:D="DAV:"><D:prop>${'<D:a/>'.repeat(1_000_000)}</D:prop></D:propfind>`,
    [400, 413],
  ],
  [
    '10,000 attributes',
    `<D:propfind xmlns:D="DAV:" ${Array.from({ length: 10_000 }, (_, i) => `a${i}=""`).join(' ')}/>`,
    [400, 413],
  ],
  [
    'a name of a million letters',
    `<D:propfind xmlns:D="DAV:"><D:prop><D:${'x'.repeat(1_000_000)}/></D:prop></D:propfind>`,
    [207, 400, 413],
  ],
  ['ten million octets of text', `<D:propfind xmlns:D="DAV:">${'x'.repeat(10_000_000)}</D:propfind>`, [400, 413]],
];

test('rfc4918 8.2: hostile XML is refused with a clear answer by every method that reads XML', async (t) => {
  await using gateway = await startGateway();
  const { pid } = gateway;
  using client = gateway.client(gateway.user, false);
  await client.request('PUT', 'a.txt', { body: 'a' });
  for (const method of ['PROPFIND', 'PROPPATCH', 'LOCK', 'REPORT', 'ACL', 'MKCOL']) {
    for (const [what, body, statuses] of hostileXml) {
      const path = method === 'MKCOL' ? `new-${encodeURIComponent(what)}/` : 'a.txt';
      const status = await statusOf(client, method, path, body);
      const allowed =
        method === 'PROPFIND' ? statuses : [...statuses, 400, 403, 409, 415, 422].filter((code) => code !== 207);
      t.true(status === undefined || allowed.includes(status), `${method} with ${what}: ${status}`);
    }
  }
  await assertSound(t, gateway, pid);
});

/** undefined: the connection was closed while the client was still sending, as RFC 9110 §15.5.14 lets a server do. */
async function statusOf(
  client: HttpClient,
  method: string,
  path: string,
  body: string | Buffer,
): Promise<number | undefined> {
  try {
    const headers = { 'content-type': 'application/xml', depth: '0' };
    return (await client.request(method, path, { headers, body })).status;
  } catch (error) {
    if (['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
