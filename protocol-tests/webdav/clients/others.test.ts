/** What gvfs (GNOME), neon (davfs2, cadaver), KDE, rclone and Cyberduck do that others do not. */
import { createHash } from 'node:crypto';
import test from 'ava';
import { lockBody, lockTokenOf, propfind, xmlHeaders } from '../../support/dav.ts';
import { startGateway } from '../../support/gateway.ts';
import type { RunningGateway } from '../../support/gateway.ts';

let gateway: RunningGateway;
test.before(async () => {
  gateway = await startGateway();
});
test.after.always(async () => gateway?.[Symbol.asyncDispose]());

function home(): string {
  return new URL(gateway.davUrl()).pathname;
}

test('gvfs: finds DAV in OPTIONS, lists with quota and etags, renames with Overwrite: F', async (t) => {
  using client = gateway.client();
  t.truthy((await client.request('OPTIONS', home())).headers['dav']);
  await client.request('MKCOL', `${home()}gvfs/`);
  await client.request('PUT', `${home()}gvfs/a.txt`, { body: 'a' });
  const listing = await propfind(
    client,
    `${home()}gvfs`,
    '1',
    'creationdate',
    'displayname',
    'getcontentlength',
    'getcontenttype',
    'getetag',
    'getlastmodified',
    'resourcetype',
    'quota-available-bytes',
  );
  t.deepEqual(
    listing.responses.map((response) => response.href),
    [`${home()}gvfs/`, `${home()}gvfs/a.txt`],
  );
  t.regex(listing.byHref(`${home()}gvfs/a.txt`)?.properties.get('{DAV:}getetag')?.text ?? '', /^"[^"]+"$/);
  await client.request('PUT', `${home()}gvfs/b.txt`, { body: 'b' });
  const destination = `${gateway.davUrl()}gvfs/b.txt`;
  const refused = await client.request('MOVE', `${home()}gvfs/a.txt`, { headers: { destination, overwrite: 'F' } });
  t.is(refused.status, 412);
});

test('neon: a collection is locked with depth infinity and used through tagged If lists', async (t) => {
  using client = gateway.client();
  await client.request('MKCOL', `${home()}neon/`);
  const token = lockTokenOf(
    await client.request('LOCK', `${home()}neon/`, { headers: { ...xmlHeaders, depth: 'infinity' }, body: lockBody() }),
  );
  t.is((await client.request('PUT', `${home()}neon/x`, { body: 'x' })).status, 423);
  const tagged = { if: `<${gateway.davUrl()}neon/> (<${token}>)` };
  t.is((await client.request('PUT', `${home()}neon/x`, { headers: tagged, body: 'x' })).status, 201);
  t.is((await client.request('DELETE', `${home()}neon/x`, { headers: tagged })).status, 204);
  const unlocked = await client.request('UNLOCK', `${home()}neon/`, { headers: { 'lock-token': `<${token}>` } });
  t.is(unlocked.status, 204);
});

test('davfs2: a partial update by PATCH changes just those octets', async (t) => {
  using client = gateway.client();
  const path = `${home()}patched.bin`;
  const put = await client.request('PUT', path, { body: '0123456789' });
  const type = { 'content-type': 'application/x-sabredav-partialupdate' };
  const patch = async (range: string, body: string, more: Record<string, string> = {}): Promise<number> =>
    (
      await client.request('PATCH', path, {
        headers: { ...type, 'x-update-range': range, 'content-length': body.length, ...more },
        body,
      })
    ).status;
  t.is(await patch('bytes=2-4', 'abc'), 204);
  t.is(await patch('append', '++'), 204);
  t.is(await patch('bytes=-1', '!'), 204);
  t.is((await client.request('GET', path)).text, '01abc56789+!');
  t.is(await patch('bytes=100-', 'x'), 416);
  t.is(await patch('bytes=0-5', 'x'), 400);
  t.is(await patch('append', 'x', { 'if-match': String(put.headers['etag']) }), 412);
});

test('rclone: X-OC-Mtime is accepted and becomes the modification time', async (t) => {
  using client = gateway.client();
  const path = `${home()}mtime.txt`;
  const put = await client.request('PUT', path, { headers: { 'x-oc-mtime': '1583229602' }, body: 'x' });
  t.is(put.headers['x-oc-mtime'], 'accepted');
  const answer = await propfind(client, path, '0', 'getlastmodified');
  t.is(answer.responses[0]?.properties.get('{DAV:}getlastmodified')?.text, 'Tue, 03 Mar 2020 10:00:02 GMT');
});

test('checksums: an upload whose checksum differs is refused and leaves what was there', async (t) => {
  using client = gateway.client();
  const path = `${home()}sum.bin`;
  for (const octets of [Buffer.from('small'), Buffer.alloc(200_000, 'large')]) {
    const sum = (algorithm: string, encoding: 'hex' | 'base64'): string =>
      createHash(algorithm).update(octets).digest(encoding);
    const right = [
      { 'oc-checksum': `SHA1:${sum('sha1', 'hex')}` },
      { 'oc-checksum': `MD5:${sum('md5', 'hex')}` },
      { digest: `sha-256=${sum('sha256', 'base64')}` },
      { 'repr-digest': `sha-256=:${sum('sha256', 'base64')}:` },
      { 'content-digest': `sha-512=:${sum('sha512', 'base64')}:` },
    ];
    for (const headers of right) {
      const put = await client.request('PUT', path, { headers, body: octets });
      t.true(put.status === 201 || put.status === 204, JSON.stringify(headers));
    }
    const wrong = { 'oc-checksum': `SHA1:${'0'.repeat(40)}` };
    t.is((await client.request('PUT', path, { headers: wrong, body: Buffer.alloc(300_000) })).status, 400);
    t.deepEqual((await client.request('GET', path)).body, octets);
  }
});

test('cyberduck: ranges resume a download', async (t) => {
  using client = gateway.client();
  const path = `${home()}resume.bin`;
  const octets = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
  const put = await client.request('PUT', path, { body: octets });
  const etag = String(put.headers['etag']);
  const rest = await client.request('GET', path, { headers: { range: 'bytes=150000-', 'if-range': etag } });
  t.is(rest.status, 206);
  t.is(rest.headers['content-range'], 'bytes 150000-199999/200000');
  t.deepEqual(rest.body, octets.subarray(150_000));
  const changed = await client.request('GET', path, { headers: { range: 'bytes=150000-', 'if-range': '"other"' } });
  t.is(changed.status, 200);
  const parts = await client.request('GET', path, { headers: { range: 'bytes=0-9,100-109' } });
  t.is(parts.status, 206);
  t.regex(String(parts.headers['content-type']), /^multipart\/byteranges; boundary=/);
  t.is(Number(parts.headers['content-length']), parts.body.byteLength);
});
