/** What the macOS Finder (WebDAVFS) does, step by step. */
import { Readable } from 'node:stream';
import test from 'ava';
import { lockBody, lockTokenOf, propfind, xmlHeaders } from '../../support/dav.ts';
import { startGateway } from '../../support/gateway.ts';
import type { RunningGateway } from '../../support/gateway.ts';
import { requestTarget } from '../../support/hostile.ts';
import { basic } from '../../support/http-client.ts';
import { openRaw } from '../../support/raw-connection.ts';

let gateway: RunningGateway;
test.before(async () => {
  gateway = await startGateway();
});
test.after.always(async () => gateway?.[Symbol.asyncDispose]());

const finder = { 'user-agent': 'WebDAVFS/3.0.0 (03008000) Darwin/23.4.0 (x86_64)' };

function home(): string {
  return new URL(gateway.davUrl()).pathname;
}

test('finder: OPTIONS offers class 2, without which it mounts read-only', async (t) => {
  using client = gateway.client();
  const answer = await client.request('OPTIONS', home(), { headers: finder });
  t.deepEqual(String(answer.headers['dav']).split(', ').slice(0, 3), ['1', '2', '3']);
});

test('finder: quota properties answer on the home', async (t) => {
  using client = gateway.client();
  const answer = await propfind(client, home(), '0', 'quota-used-bytes', 'quota-available-bytes', 'resourcetype');
  t.regex(answer.responses[0]?.properties.get('{DAV:}quota-used-bytes')?.text ?? '', /^\d+$/);
});

test('finder: a chunked PUT with X-Expected-Entity-Length arrives whole', async (t) => {
  using client = gateway.client();
  const octets = Buffer.alloc(300_000, 'finder');
  const put = await client.request('PUT', `${home()}photo.jpg`, {
    headers: { ...finder, 'x-expected-entity-length': String(octets.byteLength) },
    body: Readable.from([octets.subarray(0, 100_000), octets.subarray(100_000)]),
  });
  t.is(put.status, 201);
  t.deepEqual((await client.request('GET', `${home()}photo.jpg`)).body, octets);
});

test('finder: a chunked PUT that ends before X-Expected-Entity-Length leaves the old file', async (t) => {
  using client = gateway.client();
  await client.request('PUT', `${home()}kept.txt`, { body: 'the old file' });
  const put = await client.request('PUT', `${home()}kept.txt`, {
    headers: { ...finder, 'x-expected-entity-length': '200000' },
    body: Readable.from([Buffer.alloc(100_000)]),
  });
  t.is(put.status, 400);
  t.is((await client.request('GET', `${home()}kept.txt`)).text, 'the old file');
});

test('finder: an upload that breaks off leaves the old file', async (t) => {
  using client = gateway.client();
  const path = `${home()}broken.txt`;
  await client.request('PUT', path, { body: 'the old file' });
  const { address, password } = gateway.user;
  using raw = await openRaw(requestTarget(gateway));
  const head = `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${basic(address, password)}\r\nContent-Length: 1000000\r\n\r\n`;
  raw.write(Buffer.concat([Buffer.from(head), Buffer.alloc(200_000)]));
  raw[Symbol.dispose]();
  const answer = await client.request('GET', path);
  t.is(answer.text, 'the old file');
});

test('finder: a new file is locked, written and unlocked; its ._ companion too', async (t) => {
  using client = gateway.client();
  for (const name of ['Notes.txt', '._Notes.txt', '.DS_Store']) {
    const path = home() + encodeURIComponent(name);
    t.is((await client.request('PROPFIND', path, { headers: { ...finder, depth: '0' } })).status, 404);
    const locked = await client.request('LOCK', path, {
      headers: { ...finder, ...xmlHeaders, depth: '0', timeout: 'Second-600' },
      body: lockBody('exclusive', '<D:href>http://www.apple.com/webdav_fs/</D:href>'),
    });
    t.is(locked.status, 201, name);
    const token = lockTokenOf(locked);
    const put = await client.request('PUT', path, { headers: { ...finder, if: `(<${token}>)` }, body: 'x' });
    t.is(put.status, 204, name);
    t.is((await client.request('UNLOCK', path, { headers: { ...finder, 'lock-token': `<${token}>` } })).status, 204);
  }
});

test('finder: deletes and renames with the lock it holds', async (t) => {
  using client = gateway.client();
  const path = `${home()}untitled.txt`;
  const lock = { headers: { ...finder, ...xmlHeaders, depth: '0' }, body: lockBody() };
  const token = lockTokenOf(await client.request('LOCK', path, lock));
  const moved = await client.request('MOVE', path, {
    headers: { ...finder, if: `(<${token}>)`, destination: `${gateway.davUrl()}titled.txt`, overwrite: 'F' },
  });
  t.is(moved.status, 201);
  const again = lockTokenOf(await client.request('LOCK', `${home()}titled.txt`, lock));
  const deleted = await client.request('DELETE', `${home()}titled.txt`, { headers: { ...finder, if: `(<${again}>)` } });
  t.is(deleted.status, 204);
});
