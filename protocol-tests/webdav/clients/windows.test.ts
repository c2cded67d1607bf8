/** What the Windows redirector (the "network location" of Explorer) and Office do, step by step. */
import test from 'ava';
import { lockTokenOf, propfind, xmlHeaders } from '../../support/dav.ts';
import { startGateway } from '../../support/gateway.ts';
import type { RunningGateway } from '../../support/gateway.ts';
import { HttpClient } from '../../support/http-client.ts';
import { parseMultistatus } from '../../support/multistatus.ts';

let gateway: RunningGateway;
test.before(async () => {
  gateway = await startGateway();
});
test.after.always(async () => gateway?.[Symbol.asyncDispose]());

const explorer = { 'user-agent': 'Microsoft-WebDAV-MiniRedir/10.0.19045', translate: 'f' };
const office = { 'user-agent': 'Microsoft Office Word 2014 (16.0)' };

const lockInfo =
  '<?xml version="1.0" encoding="utf-8" ?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>' +
  '<D:locktype><D:write/></D:locktype><D:owner><D:href>UNIV\\ada</D:href></D:owner></D:lockinfo>';

const win32Times =
  '<?xml version="1.0" encoding="utf-8" ?><D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:">' +
  '<D:set><D:prop><Z:Win32CreationTime>Tue, 03 Mar 2020 10:00:00 GMT</Z:Win32CreationTime>' +
  '<Z:Win32LastAccessTime>Tue, 03 Mar 2020 10:00:00 GMT</Z:Win32LastAccessTime>' +
  '<Z:Win32LastModifiedTime>Tue, 03 Mar 2020 10:00:02 GMT</Z:Win32LastModifiedTime>' +
  '<Z:Win32FileAttributes>00000020</Z:Win32FileAttributes></D:prop></D:set></D:propertyupdate>';

test('windows: OPTIONS without credentials names DAV and MS-Author-Via on every prefix of the path', async (t) => {
  using anonymous = new HttpClient({ url: gateway.url, caFile: gateway.caFile });
  for (const path of ['/', '/dav', '/dav/files', `/dav/files/${gateway.user.address}`, '/dav/files/nobody/x']) {
    const answer = await anonymous.request('OPTIONS', path, { headers: explorer });
    t.is(answer.status, 200, path);
    t.regex(String(answer.headers['dav']), /\b1, 2\b/, path);
    t.is(answer.headers['ms-author-via'], 'DAV', path);
    t.regex(String(answer.headers['allow']), /PROPFIND/, path);
  }
});

test('windows: PROPFIND without a body on every prefix is answered, never redirected', async (t) => {
  using client = gateway.client();
  for (const path of ['/', '/dav', '/dav/files', `/dav/files/${gateway.user.address}`]) {
    const answer = await client.request('PROPFIND', path, {
      headers: { ...explorer, depth: '0', 'content-length': 0 },
    });
    t.is(answer.status, 207, path);
    const [response] = parseMultistatus(answer.body).responses;
    t.true(response?.properties.has('{DAV:}resourcetype'), path);
  }
});

test('windows: copying a file in: LOCK, PUT of nothing, PROPPATCH of Win32 times, PUT, HEAD, UNLOCK', async (t) => {
  using client = gateway.client();
  const path = `${new URL(gateway.davUrl()).pathname}Rapport%20final.docx`;
  const missing = await client.request('PROPFIND', path, { headers: { ...explorer, depth: '0' } });
  t.is(missing.status, 404);
  const empty = await client.request('PUT', path, { headers: { ...explorer, 'content-length': 0 } });
  t.is(empty.status, 201);
  // No Depth header: the redirector leaves it out.
  const locked = await client.request('LOCK', path, {
    headers: { ...explorer, ...xmlHeaders, timeout: 'Second-3600' },
    body: lockInfo,
  });
  t.is(locked.status, 200);
  const token = lockTokenOf(locked);
  const patched = await client.request('PROPPATCH', path, {
    headers: { ...explorer, ...xmlHeaders, if: `(<${token}>)` },
    body: win32Times,
  });
  t.is(patched.status, 207);
  for (const { status } of parseMultistatus(patched.body).responses[0]?.properties.values() ?? []) t.is(status, 200);
  const put = await client.request('PUT', path, { headers: { ...explorer, if: `(<${token}>)` }, body: 'the report' });
  t.is(put.status, 204);
  const head = await client.request('HEAD', path, { headers: explorer });
  t.is(head.headers['content-length'], '10');
  const unlocked = await client.request('UNLOCK', path, { headers: { ...explorer, 'lock-token': `<${token}>` } });
  t.is(unlocked.status, 204);
});

test('windows: Win32LastModifiedTime becomes the modification time and reads back', async (t) => {
  using client = gateway.client();
  const path = `${new URL(gateway.davUrl()).pathname}times.txt`;
  await client.request('PUT', path, { body: 'x' });
  await client.request('PROPPATCH', path, { headers: { ...explorer, ...xmlHeaders }, body: win32Times });
  const answer = await propfind(
    client,
    path,
    '0',
    'getlastmodified',
    '<Z:Win32LastModifiedTime xmlns:Z="urn:schemas-microsoft-com:"/>',
    '<Z:Win32FileAttributes xmlns:Z="urn:schemas-microsoft-com:"/>',
  );
  const { properties } = answer.responses[0] ?? {};
  t.is(properties?.get('{DAV:}getlastmodified')?.text, 'Tue, 03 Mar 2020 10:00:02 GMT');
  t.is(properties?.get('{urn:schemas-microsoft-com:}Win32LastModifiedTime')?.text, 'Tue, 03 Mar 2020 10:00:02 GMT');
  t.is(properties?.get('{urn:schemas-microsoft-com:}Win32FileAttributes')?.text, '00000020');
});

test('windows: the lock token counts in Lock-Token as well as in If', async (t) => {
  using client = gateway.client();
  const path = `${new URL(gateway.davUrl()).pathname}token.txt`;
  const token = lockTokenOf(
    await client.request('LOCK', path, { headers: { ...explorer, ...xmlHeaders }, body: lockInfo }),
  );
  t.is((await client.request('PUT', path, { headers: explorer, body: 'no' })).status, 423);
  const put = await client.request('PUT', path, { headers: { ...explorer, 'lock-token': `<${token}>` }, body: 'yes' });
  t.is(put.status, 204);
});

test('office: opens a document for writing: lock on the file, refresh by If, save, unlock', async (t) => {
  using client = gateway.client();
  const path = `${new URL(gateway.davUrl()).pathname}th%C3%A8se.docx`;
  await client.request('PUT', path, { headers: office, body: 'version 1' });
  const head = await client.request('HEAD', path, { headers: office });
  t.is(head.status, 200);
  const locked = await client.request('LOCK', path, {
    headers: { ...office, ...xmlHeaders, depth: '0', timeout: 'Second-3600' },
    body: lockInfo,
  });
  const token = lockTokenOf(locked);
  const refreshed = await client.request('LOCK', path, {
    headers: { ...office, if: `(<${token}>)`, timeout: 'Second-3600' },
  });
  t.is(refreshed.status, 200);
  t.regex(refreshed.text, new RegExp(token));
  const saved = await client.request('PUT', path, { headers: { ...office, if: `(<${token}>)` }, body: 'version 2' });
  t.is(saved.status, 204);
  t.is((await client.request('UNLOCK', path, { headers: { ...office, 'lock-token': `<${token}>` } })).status, 204);
  t.is((await client.request('GET', path)).text, 'version 2');
});
