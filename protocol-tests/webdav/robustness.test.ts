import test from 'ava';
import { startGateway } from '../support/gateway.ts';
import { assertSound, openMany, rawRequest, requestTarget } from '../support/hostile.ts';
import { rawStatus } from '../support/raw-connection.ts';
import { until } from '../support/wait.ts';

test('rfc9112 3: malformed request lines, headers and framing are answered with 4xx or closed', async (t) => {
  await using gateway = await startGateway();
  const { pid } = gateway;
  const home = new URL(gateway.davUrl()).pathname;
  const ask = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'PUT', body = ''): Buffer =>
    rawRequest(gateway, method, home + path, headers, body);
  const cases: readonly (readonly [string, Buffer])[] = [
    ['NUL, encoded', ask('a%00b')],
    ['NUL, bare', ask('a\0b')],
    ['a control character', ask('a%0ab')],
    ['a name of 256 octets', ask('x'.repeat(256))],
    ['a path of 5,000 octets', ask('abcdefghi/'.repeat(500))],
    ['a path of 1,000 segments', ask('a/'.repeat(1_000))],
    ['a request line of 100,000 octets', ask('x'.repeat(100_000))],
    ['a header of 100,000 octets', ask('a', { 'x-long': 'x'.repeat(100_000) })],
    ['10,000 headers', ask('a', Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`x-${i}`, 'y'])))],
    ['a percent sign alone', ask('100%')],
    ['percent and no hexadecimal digits', ask('%zz')],
    ['octets that are no UTF-8', ask('%ff%fe')],
    ['a length that is no number', ask('a', { 'content-length': 'many' })],
    ['a negative length', ask('a', { 'content-length': '-1' })],
    ['two lengths', ask('a', { 'Content-Length': '5' }, 'PUT', 'abc')],
    ['a length and chunks', ask('a', { 'transfer-encoding': 'chunked' }, 'PUT', '0\r\n\r\n')],
    [
      'a chunk size that is none',
      Buffer.from(ask('a').toString().replace('content-length: 0', 'transfer-encoding: chunked') + 'zz\r\n'),
    ],
    ['an unknown transfer coding', ask('a', { 'transfer-encoding': 'gzip' })],
    [
      'no Host',
      Buffer.from(
        ask('a')
          .toString()
          .replace(/^host: .*\r\n/m, ''),
      ),
    ],
    ['an unknown version', Buffer.from(ask('a').toString().replace('HTTP/1.1', 'HTTP/9.9'))],
    ['an unknown method', ask('a', {}, 'FROBNICATE')],
    ['a method of 10,000 letters', ask('a', {}, 'X'.repeat(10_000))],
    ['no request at all', Buffer.from('\x16\x03\x01\x00\x00 nothing that is HTTP\r\n\r\n')],
    ['a Depth that is none', ask('', { depth: 'many' }, 'PROPFIND')],
    ['an If that is none', ask('a', { if: '(<' })],
    ['a Destination elsewhere', ask('a', { destination: 'https://elsewhere.example/x' }, 'COPY')],
    ['no Destination', ask('a', {}, 'MOVE')],
    ['an Overwrite that is none', ask('a', { destination: `${home}b`, overwrite: 'X' }, 'COPY')],
  ];
  using client = gateway.client();
  await client.request('PUT', 'a', { body: 'a' });
  for (const [what, octets] of cases) {
    const status = await rawStatus(requestTarget(gateway), octets);
    t.true(status === undefined || (status >= 400 && status < 600 && status !== 500), `${what}: ${status}`);
  }
  await assertSound(t, gateway, pid);
});

test('a body over the limit is refused with 413 and leaves nothing, whether its length was told or not', async (t) => {
  const limit = 1_000_000;
  await using gateway = await startGateway({ configuration: { limits: { dav: { maxPutSize: limit } } } });
  using client = gateway.client(gateway.user, false);
  const body = 'x'.repeat(limit + 1);
  for (const headers of [{ 'content-length': String(limit + 1) }, { 'transfer-encoding': 'chunked' }]) {
    const { status } = await client.request('PUT', 'large.bin', { headers, body });
    t.is(status, 413);
    t.is((await client.request('GET', 'large.bin')).status, 404);
  }
  t.is((await client.request('PUT', 'large.bin', { body: 'x'.repeat(limit) })).status, 201);
});

/** What the tests of many connections from one address need. */
const manyFromOneAddress = { limits: { connections: { perNetwork: 5_000 } } };

test('1,000 idle connections leave the gateway answering, in bounded memory', async (t) => {
  await using gateway = await startGateway({ configuration: manyFromOneAddress });
  const { pid } = gateway;
  const idle = await openMany(requestTarget(gateway), 1_000);
  try {
    t.is(idle.filter((connection) => !connection.isClosed).length, 1_000);
    await assertSound(t, gateway, pid);
  } finally {
    for (const connection of idle) connection[Symbol.dispose]();
  }
  await assertSound(t, gateway, pid);
});

test('one address cannot take all connections: beyond its share it is turned away, others come in', async (t) => {
  await using gateway = await startGateway({ configuration: { limits: { connections: { perNetwork: 20 } } } });
  const { pid } = gateway;
  const greedy = await openMany(requestTarget(gateway), 200, '127.0.0.2');
  try {
    await until('the surplus to be closed', () => greedy.filter((connection) => !connection.isClosed).length <= 20);
    t.is(greedy.filter((connection) => !connection.isClosed).length, 20);
    await assertSound(t, gateway, pid);
  } finally {
    for (const connection of greedy) connection[Symbol.dispose]();
  }
});

test('a request whose headers or body trickle in is given up, and others are answered meanwhile', async (t) => {
  await using gateway = await startGateway({
    configuration: { limits: { http: { headersTimeout: '2s', bodyProgressTimeout: '2s' } } },
  });
  const { pid } = gateway;
  const slow = await openMany(requestTarget(gateway), 100);
  const request = rawRequest(gateway, 'PUT', `${new URL(gateway.davUrl()).pathname}slow.txt`, {
    'content-length': '1000',
  }).toString();
  const feed = setInterval(() => {
    slow.forEach((connection, index) => {
      if (index % 2 === 0) connection.write('x-a: b\r\n'); // headers without an end
    });
  }, 200);
  try {
    slow.forEach((connection, index) => {
      connection.write(index % 2 === 0 ? request.slice(0, request.indexOf('\r\n') + 2) : `${request}ten octets`);
    });
    await assertSound(t, gateway, pid);
    await until('every slow connection to be closed', () => slow.every((connection) => connection.isClosed), {
      timeoutMs: 60_000,
    });
  } finally {
    clearInterval(feed);
    for (const connection of slow) connection[Symbol.dispose]();
  }
  using client = gateway.client();
  t.is((await client.request('GET', 'slow.txt')).status, 404);
  await assertSound(t, gateway, pid);
});

test('500 uploads that break off half way leave no file, no memory and the old content', async (t) => {
  await using gateway = await startGateway();
  const { pid } = gateway;
  using client = gateway.client();
  await client.request('PUT', 'old.bin', { body: 'the old content' });
  const path = new URL(gateway.davUrl()).pathname;
  for (let round = 0; round < 10; round += 1) {
    const broken = await openMany(requestTarget(gateway), 50);
    broken.forEach((connection, index) => {
      const name = index % 2 === 0 ? 'old.bin' : `new-${round}-${index}.bin`;
      connection.write(rawRequest(gateway, 'PUT', path + name, { 'content-length': '1000000' }));
      connection.write('x'.repeat(200_000));
    });
    for (const connection of broken) connection[Symbol.dispose]();
  }
  t.is((await client.request('GET', 'old.bin')).text, 'the old content');
  const listing = await client.request('PROPFIND', '', { headers: { depth: '1' } });
  t.notRegex(listing.text, /new-/);
  await assertSound(t, gateway, pid);
});
