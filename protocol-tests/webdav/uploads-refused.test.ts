/** Resumable uploads (tus 1.0) that cannot become a file: refused as early as that is known, and not lost for a lock. */
import { Readable } from 'node:stream';
import test from 'ava';
import { lockBody, lockTokenOf, xmlHeaders } from '../support/dav.ts';
import { gatewayDomain, startGateway } from '../support/gateway.ts';
import type { RunningGateway } from '../support/gateway.ts';
import { rawRequest, requestTarget } from '../support/hostile.ts';
import type { HttpAnswer, HttpClient } from '../support/http-client.ts';
import { openRaw } from '../support/raw-connection.ts';
import { homeOf, share } from '../support/share.ts';

const quotaOctets = 1024 * 1024;

let gateway: RunningGateway;
test.before(async () => {
  gateway = await startGateway({
    users: ['ada', 'bob'],
    configuration: { domains: { [gatewayDomain]: { limits: { quota: '1MiB' } } } },
  });
});
test.after.always(async () => gateway?.[Symbol.asyncDispose]());

const tus = { 'tus-resumable': '1.0.0' };
const octetStream = { ...tus, 'content-type': 'application/offset+octet-stream' };

function create(
  client: HttpClient,
  folder: string,
  metadata: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string | number>>,
): Promise<HttpAnswer> {
  const pairs = Object.entries(metadata).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`);
  return client.request('POST', folder, { headers: { ...tus, ...headers, 'upload-metadata': pairs.join(',') } });
}

function append(
  client: HttpClient,
  path: string,
  offset: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string | number>> = {},
): Promise<HttpAnswer> {
  return client.request('PATCH', path, { headers: { ...octetStream, 'upload-offset': offset, ...headers }, body });
}

async function offsetOf(client: HttpClient, path: string): Promise<unknown> {
  return (await client.request('HEAD', path, { headers: tus })).headers['upload-offset'];
}

test.serial('rfc4331 6: a body of unknown length is refused when the quota is full, not when it ends', async (t) => {
  using client = gateway.client(gateway.user, false);
  const chunk = Buffer.alloc(64 * 1024);
  let sentOctets = 0;
  const body = Readable.from(
    (function* () {
      for (; sentOctets < 300 * quotaOctets; sentOctets += chunk.byteLength) yield chunk;
    })(),
  );
  const answer = await client.request('PUT', 'endless.bin', { body });
  body.destroy();
  t.is(answer.status, 507);
  t.true(sentOctets < 50 * quotaOctets, `${sentOctets} octets were sent`);
});

test.serial('tus creation: what the quota has no room for is refused before the first octet', async (t) => {
  using client = gateway.client();
  const tooLarge = await create(client, homeOf('ada'), { filename: 'a' }, { 'upload-length': quotaOctets + 1 });
  t.is(tooLarge.status, 507);
  t.regex(tooLarge.text, /quota-not-exceeded/);
  t.is(tooLarge.headers['location'], undefined);
  const deferred = await create(client, homeOf('ada'), { filename: 'b' }, { 'upload-defer-length': '1' });
  const path = String(deferred.headers['location']);
  t.is((await append(client, path, 0, Buffer.alloc(quotaOctets + 1))).status, 507);
  t.is(await offsetOf(client, path), '0');
  t.is((await append(client, path, 0, 'abc')).status, 204);
  t.is((await append(client, path, 3, 'x', { 'upload-length': quotaOctets + 1 })).status, 507);
});

test.serial('tus creation-defer-length: a length that is behind what arrived is refused', async (t) => {
  using client = gateway.client();
  const deferred = await create(client, homeOf('ada'), { filename: 'short' }, { 'upload-defer-length': '1' });
  const path = String(deferred.headers['location']);
  t.is((await append(client, path, 0, '12345')).status, 204);
  t.is((await append(client, path, 5, '6', { 'upload-length': 3 })).status, 400);
  t.is((await append(client, path, 5, '6', { 'upload-length': 6 })).status, 204);
  t.is((await client.request('GET', `${homeOf('ada')}short`)).text, '123456');
});

test.serial('rfc9110 8.3: a filetype that is no media type harms nobody who reads the file', async (t) => {
  using client = gateway.client();
  for (const [index, filetype] of ['text/html\r\nSet-Cookie: a=b', 'тип/файл', 'nonsense', ''].entries()) {
    const filename = `typed-${index}.txt`;
    const created = await create(client, homeOf('ada'), { filename, filetype }, { 'upload-length': 1 });
    t.is((await append(client, String(created.headers['location']), 0, 'x')).status, 204);
    const got = await client.request('GET', homeOf('ada') + filename);
    t.is(got.status, 200, filetype);
    t.is(got.headers['content-type'], 'text/plain; charset=utf-8');
    t.is(got.headers['set-cookie'], undefined);
  }
});

test.serial('tus: an upload waits for a lock on its file, and is refused before its octets are sent', async (t) => {
  using client = gateway.client();
  const file = `${homeOf('ada')}report.docx`;
  await client.request('PUT', file, { body: 'old' });
  const lock = { headers: { ...xmlHeaders, depth: '0' }, body: lockBody() };
  const created = await create(client, homeOf('ada'), { filename: 'report.docx' }, { 'upload-length': 100_000 });
  const path = String(created.headers['location']);
  t.is((await append(client, path, 0, Buffer.alloc(60_000, 'a'))).status, 204);
  const token = lockTokenOf(await client.request('LOCK', file, lock));
  using connection = await openRaw(requestTarget(gateway));
  const headers = { ...octetStream, 'upload-offset': '60000', expect: '100-continue', 'content-length': '40000' };
  connection.write(rawRequest(gateway, 'PATCH', path, headers));
  t.is(await connection.status(), 423);
  t.is(await offsetOf(client, path), '60000');
  await client.request('UNLOCK', file, { headers: { 'lock-token': `<${token}>` } });
  t.is((await append(client, path, 60_000, Buffer.alloc(40_000, 'b'))).status, 204);
  t.is((await client.request('GET', file)).text, 'a'.repeat(60_000) + 'b'.repeat(40_000));
});

test.serial('tus: nothing more is taken once the privilege to write the file is gone', async (t) => {
  using ada = gateway.client();
  using bob = gateway.client(gateway.userNamed('bob'));
  await ada.request('MKCOL', `${homeOf('ada')}Drop/`);
  await share(ada, `${homeOf('ada')}Drop/`, 'bob', 'read', 'write');
  const folder = `${homeOf('bob')}Drop/`;
  const path = String((await create(bob, folder, { filename: 'a' }, { 'upload-length': 10 })).headers['location']);
  t.is((await append(bob, path, 0, '12345')).status, 204);
  await share(ada, `${homeOf('ada')}Drop/`, 'bob', 'read');
  t.is((await append(bob, path, 5, '6789')).status, 403);
  t.is(await offsetOf(bob, path), '5');
  await share(ada, `${homeOf('ada')}Drop/`, 'bob', 'read', 'write');
  t.is((await append(bob, path, 5, '67890')).status, 204);
  t.is((await ada.request('GET', `${homeOf('ada')}Drop/a`)).text, '1234567890');
});
