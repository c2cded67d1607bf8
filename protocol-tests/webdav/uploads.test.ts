/** Resumable uploads by tus 1.0. */
import test from 'ava';
import { startGateway } from '../support/gateway.ts';
import type { RunningGateway } from '../support/gateway.ts';
import type { HttpAnswer, HttpClient } from '../support/http-client.ts';

let gateway: RunningGateway;
test.before(async () => {
  gateway = await startGateway({ users: ['ada', 'bob'] });
});
test.after.always(async () => gateway?.[Symbol.asyncDispose]());

const tus = { 'tus-resumable': '1.0.0' };
const octetStream = { ...tus, 'content-type': 'application/offset+octet-stream' };

function home(): string {
  return new URL(gateway.davUrl()).pathname;
}

function metadata(name: string): string {
  return `filename ${Buffer.from(name).toString('base64')}`;
}

async function create(client: HttpClient, name: string, length: number): Promise<HttpAnswer> {
  const headers = { ...tus, 'upload-length': length, 'upload-metadata': metadata(name) };
  return client.request('POST', home(), { headers });
}

async function append(client: HttpClient, path: string, offset: number, body: Uint8Array): Promise<HttpAnswer> {
  return client.request('PATCH', path, { headers: { ...octetStream, 'upload-offset': offset }, body });
}

test('tus: OPTIONS tells version, extensions and the greatest size', async (t) => {
  using client = gateway.client();
  const { headers } = await client.request('OPTIONS', home());
  t.is(headers['tus-version'], '1.0.0');
  t.regex(String(headers['tus-extension']), /creation/);
  t.regex(String(headers['tus-max-size']), /^\d+$/);
});

test('tus: an upload in pieces appears when its last octet is there, and not before', async (t) => {
  using client = gateway.client();
  const octets = Buffer.from(Array.from({ length: 500_000 }, (_, index) => index % 253));
  const created = await create(client, 'thèse finale.pdf', octets.byteLength);
  t.is(created.status, 201);
  const path = String(created.headers['location']);
  const target = `${home()}th%C3%A8se%20finale.pdf`;
  t.is((await append(client, path, 0, octets.subarray(0, 200_000))).headers['upload-offset'], '200000');
  t.is((await client.request('GET', target)).status, 404);
  const head = await client.request('HEAD', path, { headers: tus });
  t.is(head.headers['upload-offset'], '200000');
  t.is(head.headers['upload-length'], '500000');
  t.is((await append(client, path, 100_000, octets.subarray(100_000))).status, 409);
  t.is((await append(client, path, 200_000, octets.subarray(200_000))).status, 204);
  t.deepEqual((await client.request('GET', target)).body, octets);
  t.is((await client.request('HEAD', path, { headers: tus })).status, 404);
});

test('tus: an upload survives a restart of the gateway', async (t) => {
  await using own = await startGateway();
  using client = own.client();
  const base = new URL(own.davUrl()).pathname;
  const headers = { ...tus, 'upload-length': 200_000, 'upload-metadata': metadata('a.bin') };
  const path = String((await client.request('POST', base, { headers })).headers['location']);
  await append(client, path, 0, Buffer.alloc(120_000, 'a'));
  await own.kill9();
  await own.start();
  using again = own.client();
  const head = await again.request('HEAD', path, { headers: tus });
  t.is(head.headers['upload-offset'], '120000');
  t.is((await append(again, path, 120_000, Buffer.alloc(80_000, 'b'))).status, 204);
  const { body } = await again.request('GET', `${base}a.bin`);
  t.is(body.toString(), 'a'.repeat(120_000) + 'b'.repeat(80_000));
});

test('tus: creation-with-upload, an empty file, and a length that comes later', async (t) => {
  using client = gateway.client();
  const body = Buffer.from('all at once');
  const headers = { ...octetStream, 'upload-length': body.byteLength, 'upload-metadata': metadata('once.txt') };
  const once = await client.request('POST', home(), { headers, body });
  t.is(once.status, 201);
  t.is(once.headers['upload-offset'], String(body.byteLength));
  t.is((await client.request('GET', `${home()}once.txt`)).text, 'all at once');
  t.is((await create(client, 'empty.txt', 0)).status, 201);
  t.is((await client.request('GET', `${home()}empty.txt`)).headers['content-length'], '0');
  const deferred = await client.request('POST', home(), {
    headers: { ...tus, 'upload-defer-length': '1', 'upload-metadata': metadata('later.txt') },
  });
  const path = String(deferred.headers['location']);
  t.is((await append(client, path, 0, Buffer.from('12345'))).status, 204);
  const last = await client.request('PATCH', path, {
    headers: { ...octetStream, 'upload-offset': 5, 'upload-length': 7 },
    body: '67',
  });
  t.is(last.status, 204);
  t.is((await client.request('GET', `${home()}later.txt`)).text, '1234567');
});

test('tus: an upload is its maker’s alone, can be given up, and never writes elsewhere', async (t) => {
  using client = gateway.client();
  using other = gateway.client(gateway.userNamed('bob'));
  const path = String((await create(client, 'mine.bin', 10)).headers['location']);
  t.is((await other.request('HEAD', path, { headers: tus })).status, 404);
  t.is((await append(other, path, 0, Buffer.alloc(10))).status, 404);
  t.is((await client.request('DELETE', path, { headers: tus })).status, 204);
  t.is((await client.request('HEAD', path, { headers: tus })).status, 404);
  for (const name of ['../x', 'a/b', '..', '', 'a\0b']) {
    const { status } = await create(client, name, 1);
    t.true(status >= 400 && status < 500, JSON.stringify(name));
  }
  t.is(
    (await other.request('POST', home(), { headers: { ...tus, 'upload-length': 1, 'upload-metadata': metadata('x') } }))
      .status,
    404,
  );
  const old = await client.request('POST', home(), { headers: { 'tus-resumable': '0.2.2', 'upload-length': 1 } });
  t.is(old.status, 412);
});
