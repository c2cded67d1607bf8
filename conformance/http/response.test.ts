import test from 'ava';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { HttpClient } from './client.ts';
import { endpointOf } from './endpoint.ts';
import { TransportError } from './transport-error.ts';

/** A server that answers a complete request with these octets, and closes when told so. */
async function serve(answer: string, close: boolean, complete = /\r\n\r\n$/) {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      requests.push(chunk.toString('latin1'));
      if (!complete.test(requests.join(''))) return;
      socket.write(answer);
      if (close) socket.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    requests,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}

const credentials = { user: 'ada', password: 'correct horse' };

async function ask(answer: string, close = false, method = 'GET') {
  await using server = await serve(answer, close);
  using client = new HttpClient(endpointOf(server.url, { verify: true }), credentials, AbortSignal.timeout(5_000));
  return await client.request({ method, target: '/' });
}

test('rfc9112 6.3: content ends with its length, with its last chunk, or with the connection', async (t) => {
  t.is((await ask('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd')).text, 'abc');
  const chunks = '3;x=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: 1\r\n\r\n';
  t.is((await ask(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`)).text, 'abcde');
  t.is((await ask('HTTP/1.1 200 OK\r\n\r\nabcdef', true)).text, 'abcdef');
  t.is((await ask('HTTP/1.1 204 No Content\r\n\r\n')).text, '');
  t.is((await ask('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n', false, 'HEAD')).text, '');
});

test('rfc9110 15.2: interim responses come before the final one', async (t) => {
  const response = await ask(
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 204 x\r\n\r\n',
  );
  t.deepEqual(
    response.interim.map((head) => head.status),
    [100, 103],
  );
  t.is(response.status, 204);
});

test('rfc9110 5.3: fields of one name are joined, whatever their case', async (t) => {
  const response = await ask('HTTP/1.1 204 No Content\r\nDAV: 1\r\ndav: 2, 3\r\n\r\n');
  t.is(response.header('Dav'), '1, 2, 3');
  t.is(response.header('allow'), undefined);
});

for (const [what, answer, problem] of [
  ['a connection that closes at once', '', 'no-answer'],
  ['an answer that ends in its fields', 'HTTP/1.1 200 OK\r\nDAV:', 'no-answer'],
  ['content that ends too early', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc', 'no-answer'],
  ['another protocol', 'SSH-2.0-x\r\n', 'malformed'],
  ['a line without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n', 'malformed'],
  ['a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n', 'malformed'],
  ['a chunk size that is no number', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 'malformed'],
] as const) {
  test(`conformance client: ${what} is told as ${problem}`, async (t) => {
    const error = await t.throwsAsync(ask(answer, true), { instanceOf: TransportError });
    t.is(error.problem, problem);
  });
}

test('conformance client: nobody at the port is told as unreachable', async (t) => {
  const server = await serve('', true);
  await server[Symbol.asyncDispose]();
  using client = new HttpClient(endpointOf(server.url, { verify: true }), undefined, AbortSignal.timeout(5_000));
  const error = await t.throwsAsync(client.request({ method: 'GET', target: '/' }), { instanceOf: TransportError });
  t.is(error.problem, 'unreachable');
});

test('conformance client: an answer that never comes is told as timed-out', async (t) => {
  await using server = await serve('HTTP/1.1 200 OK\r\n', false);
  const limit = new AbortController();
  using client = new HttpClient(endpointOf(server.url, { verify: true }), undefined, limit.signal);
  const answer = client.request({ method: 'GET', target: '/' });
  setImmediate(() => limit.abort());
  const error = await t.throwsAsync(answer, { instanceOf: TransportError });
  t.is(error.problem, 'timed-out');
});

test('conformance client: a report shows no credentials', async (t) => {
  const response = await ask('HTTP/1.1 200 OK\r\nSet-Cookie: sid=1\r\nContent-Length: 1\r\n\r\nx');
  t.true(response.exchange.sent.includes('Authorization: [secret]'));
  t.true(response.exchange.received.includes('Set-Cookie: [secret]'));
  t.false(response.exchange.sent.includes(Buffer.from('ada:correct horse').toString('base64')));
});

test('conformance client: a body goes out as it is, in the framing that was asked for', async (t) => {
  await using server = await serve('HTTP/1.1 204 No Content\r\n\r\n', false, /Ã©$|\r\n0\r\n\r\n$/);
  using client = new HttpClient(endpointOf(server.url, { verify: true }), undefined, AbortSignal.timeout(5_000));
  await client.request({ method: 'PUT', target: '/%41', body: 'é' });
  t.regex(server.requests.join(''), /^PUT \/%41 HTTP\/1\.1\r\n[^]*Content-Length: 2\r\n[^]*\r\nÃ©$/);
  server.requests.length = 0;
  await client.request({ method: 'PUT', target: '/', body: 'abc', framing: 'chunked' });
  t.regex(server.requests.join(''), /Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n/);
});
