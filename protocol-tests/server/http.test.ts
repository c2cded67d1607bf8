import { Readable } from 'node:stream';
import test from 'ava';
import type { HttpHandler } from '../../gateway/server/http-handler.ts';
import { sendOctets, sendStream } from '../../gateway/server/send-stream.ts';
import { until } from '../support/wait.ts';
import { bodyOf, get, openPlain, openTestListener } from './fixture.ts';

const keepAlive = 'GET /a HTTP/1.1\r\nHost: test\r\n\r\n';

/** Answers with the number of octets of the body. */
const countBody: HttpHandler = async (request, response) => {
  let octets = 0;
  if (request.headers.expect !== undefined) response.writeContinue();
  for await (const chunk of request as AsyncIterable<Buffer>) octets += chunk.length;
  response.end(`counted ${octets}`);
};

const malformed: readonly (readonly [string, string, number])[] = [
  ['rfc9112 3: no request line', 'nonsense\r\n\r\n', 400],
  ['rfc9112 3.2: no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['rfc9112 2.2: a bare LF in a field', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\nb\r\n\r\n', 400],
  ['rfc9112 5: NUL in a field', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n', 400],
  [
    'rfc9112 6.3: two different lengths',
    'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    400,
  ],
  [
    'rfc9112 6.1: a length beside chunks',
    'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    400,
  ],
  [
    'rfc9112 7.1: a chunk size that is no number',
    'PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n',
    400,
  ],
  ['rfc6585 5: a header that is too large', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
  ['rfc6585 5: a request line that is too large', `GET /${'a'.repeat(40_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 431],
  ['rfc9110 10.1.1: an expectation that is unknown', 'GET / HTTP/1.1\r\nHost: a\r\nExpect: more\r\n\r\n', 417],
  ['rfc9110 9.3.6: CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', 501],
];

for (const [name, octets, status] of malformed) {
  test(`${name} is answered with ${status}`, async (t) => {
    await using listener = await openTestListener({ handler: countBody });
    using client = await openPlain(listener.port);
    client.write(octets);
    t.regex(await client.receive('\r\n\r\n'), new RegExp(`^HTTP/1\\.1 ${status} `));
    if (status !== 417) await client.end();
  });
}

test('rfc9110 15.5: an answer to a malformed request carries the connection’s id', async (t) => {
  await using listener = await openTestListener();
  using client = await openPlain(listener.port);
  client.write('nonsense\r\n\r\n');
  const answer = await client.end();
  const line = listener.log.lines.find(({ event }) => event === 'http.malformed');
  t.truthy(line?.connection);
  t.true(answer.includes(`(connection ${line?.connection})`));
});

test.serial('rfc9110 15.5.9: a header that trickles in is given up with 408', async (t) => {
  await using listener = await openTestListener({ http: { headersTimeoutMs: 200 } });
  using client = await openPlain(listener.port);
  client.write('GET / HTTP/1.1\r\nHost: a\r\n');
  const trickle = setInterval(() => client.write('X: a\r\n'), 10);
  const answer = await client.end();
  clearInterval(trickle);
  t.regex(answer, /^HTTP\/1\.1 408 /);
});

test.serial('rfc9112 9.3: the header of a later request has its time too', async (t) => {
  await using listener = await openTestListener({ http: { headersTimeoutMs: 200 } });
  using client = await openPlain(listener.port);
  client.write(keepAlive);
  await client.receive('}');
  client.write('GET / HTTP/1.1\r\n');
  t.regex(await client.end(), /HTTP\/1\.1 200 [^]*HTTP\/1\.1 408 /);
});

test.serial(
  'rfc9112 9.5: a silent connection is closed without a word, after the time that was announced',
  async (t) => {
    await using listener = await openTestListener({ http: { keepAliveTimeoutMs: 1_000 } });
    using client = await openPlain(listener.port);
    client.write(keepAlive);
    const answer = await client.end();
    t.regex(answer, /^HTTP\/1\.1 200 /);
    t.regex(answer, /\r\nKeep-Alive: timeout=1[,\r]/);
    t.notRegex(answer, /408/);
  },
);

test.serial(
  'slow-loris: 200 connections that never end their header do not keep another from being served',
  async (t) => {
    await using listener = await openTestListener({ http: { headersTimeoutMs: 500 } });
    const slow = await Promise.all(Array.from({ length: 200 }, async () => await openPlain(listener.port)));
    for (const client of slow) client.write('GET / HTTP/1.1\r\nX: ');
    using client = await openPlain(listener.port);
    client.write(get);
    t.regex(await client.end(), /^HTTP\/1\.1 200 /);
    for (const loris of slow) t.regex(await loris.end(), /^HTTP\/1\.1 408 /);
    for (const loris of slow) loris.socket.destroy();
    await until('all to be closed', () => listener.https.http.connections === 0);
  },
);

test.serial('idle: 1,000 connections without a word, and a request is still served', async (t) => {
  await using listener = await openTestListener({ limits: { connectionsPerNetwork: 2_000 } });
  const idle = await Promise.all(Array.from({ length: 1_000 }, async () => await openPlain(listener.port)));
  await until('all to be accepted', () => listener.https.http.connections === 1_000);
  using client = await openPlain(listener.port);
  client.write(get);
  t.regex(await client.end(), /^HTTP\/1\.1 200 /);
  t.is(listener.https.http.connections, 1_000);
  for (const { socket } of idle) socket.destroy();
});

test.serial('upload: a body that moves may take longer than every other time', async (t) => {
  const http = { headersTimeoutMs: 100, keepAliveTimeoutMs: 100, bodyProgressTimeoutMs: 200, bodyMinimumOctets: 10 };
  await using listener = await openTestListener({ handler: countBody, http });
  using client = await openPlain(listener.port);
  const began = performance.now();
  let octets = 0;
  client.write('PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
  while (performance.now() - began < 1_000) {
    client.write('14\r\n01234567890123456789\r\n');
    octets += 20;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  client.write('0\r\n\r\n');
  t.regex(await client.receive('counted'), new RegExp(`^HTTP/1\\.1 200 [^]*counted ${octets}`));
});

test.serial('upload: a body that stops is given up with 408, and the handler learns of it', async (t) => {
  const aborted = Promise.withResolvers<unknown>();
  const handler: HttpHandler = async (request, response, _connection, { signal }) => {
    signal.addEventListener('abort', () => aborted.resolve(signal.reason));
    for await (const _chunk of request);
    response.end();
  };
  await using listener = await openTestListener({ handler, http: { bodyProgressTimeoutMs: 200 } });
  using client = await openPlain(listener.port);
  client.write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nbeginning');
  t.regex(await client.end(), /^HTTP\/1\.1 408 /);
  t.like(await aborted.promise, { name: 'GatewayError', code: 'unavailable' });
});

test.serial('upload: one that trickles below the least is given up', async (t) => {
  const http = { bodyProgressTimeoutMs: 300, bodyMinimumOctets: 1_000 };
  await using listener = await openTestListener({ handler: countBody, http });
  using client = await openPlain(listener.port);
  client.write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n');
  const trickle = setInterval(() => client.write('x'), 10);
  const answer = await client.end();
  clearInterval(trickle);
  t.regex(answer, /^HTTP\/1\.1 408 /);
});

test.serial('upload: time in which the handler does not read is not held against the client', async (t) => {
  const go = Promise.withResolvers<void>();
  const handler: HttpHandler = async (request, response, connection, exchange) => {
    await go.promise;
    await countBody(request, response, connection, exchange);
  };
  await using listener = await openTestListener({ handler, http: { bodyProgressTimeoutMs: 100, lingerMs: 400 } });
  using client = await openPlain(listener.port);
  const body = 'x'.repeat(1_000_000);
  client.write(`PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  setTimeout(go.resolve, 600);
  t.regex(await client.receive('counted'), /^HTTP\/1\.1 200 [^]*counted 1000000/);
});

test('rfc9110 10.1.1: 100 Continue is the handler’s to send', async (t) => {
  await using listener = await openTestListener({ handler: countBody });
  using client = await openPlain(listener.port);
  client.write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n');
  await client.receive('HTTP/1.1 100 Continue\r\n\r\n');
  client.write('body');
  t.regex(await client.receive('counted'), /counted 4/);
});

test('rfc9110 10.1.1: a refusal instead of 100 Continue costs the client no body, and ends the connection', async (t) => {
  const handler: HttpHandler = async (_request, response) => {
    response.writeHead(401).end();
  };
  await using listener = await openTestListener({ handler });
  using client = await openPlain(listener.port);
  client.write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n');
  const answer = await client.end();
  t.regex(answer, /^HTTP\/1\.1 401 /);
  t.regex(answer, /\r\nConnection: close\r\n/i);
  t.notRegex(answer, /100 Continue/);
});

test.serial('rfc9110 10.1.1: a client that waits to continue does not stall', async (t) => {
  const go = Promise.withResolvers<void>();
  const handler: HttpHandler = async (request, response, connection, exchange) => {
    await go.promise;
    await countBody(request, response, connection, exchange);
  };
  await using listener = await openTestListener({ handler, http: { bodyProgressTimeoutMs: 100 } });
  using client = await openPlain(listener.port);
  client.write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n');
  setTimeout(go.resolve, 500);
  await client.receive('100 Continue');
  client.write('body');
  t.regex(await client.receive('counted'), /counted 4/);
});

test.serial('rfc9112 9.6: an early answer with Connection: close reaches a client that still sends', async (t) => {
  const handler: HttpHandler = async (_request, response) => {
    response.writeHead(413, { Connection: 'close', 'Content-Length': 9 }).end('too large');
  };
  await using listener = await openTestListener({ handler });
  using client = await openPlain(listener.port);
  const octets = 8_000_000;
  client.write(`PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${octets}\r\n\r\n`);
  for (let sent = 0; sent < octets; sent += 100_000) client.write('x'.repeat(100_000));
  t.regex(await client.end(), /^HTTP\/1\.1 413 [^]*too large$/);
  t.is(client.socket.errored, null);
});

test('rfc9112 9.6: a body that the handler left unread is read away, and the connection lives on', async (t) => {
  const handler: HttpHandler = async (request, response) => {
    for await (const _chunk of request) break;
    response.writeHead(request.method === 'PUT' ? 413 : 200, { 'Content-Length': 4 }).end('done');
  };
  await using listener = await openTestListener({ handler });
  using client = await openPlain(listener.port);
  client.write(`PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n${'x'.repeat(200_000)}`);
  await client.receive('done');
  client.write('x'.repeat(100_000));
  client.write(get);
  t.regex(await client.end(), /^HTTP\/1\.1 413 [^]*doneHTTP\/1\.1 200 /);
});

test.serial('rfc9112 9.6: a body that never ends after the answer ends the connection', async (t) => {
  const handler: HttpHandler = async (_request, response) => {
    response.writeHead(413).end('done');
  };
  await using listener = await openTestListener({ handler, http: { lingerMs: 200 } });
  using client = await openPlain(listener.port);
  client.write('PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
  const trickle = setInterval(() => client.write('1\r\nx\r\n'), 10);
  t.regex(await client.end(), /^HTTP\/1\.1 413 /);
  clearInterval(trickle);
});

test('rfc9112 9.3.2: pipelined requests are handled one after the other', async (t) => {
  const running: string[] = [];
  const handler: HttpHandler = async (request, response) => {
    running.push(`begin ${request.url}`);
    await new Promise((resolve) => setTimeout(resolve, request.url === '/1' ? 50 : 0));
    running.push(`end ${request.url}`);
    response.end();
  };
  await using listener = await openTestListener({ handler });
  using client = await openPlain(listener.port);
  client.write(
    'PUT /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  );
  await client.end();
  t.deepEqual(running, ['begin /1', 'end /1', 'begin /2', 'end /2', 'begin /3', 'end /3']);
});

test('rfc9112 9.3.2: a client that pipelines without end is cut off', async (t) => {
  const stay = Promise.withResolvers<void>();
  await using listener = await openTestListener({ handler: async () => await stay.promise });
  using client = await openPlain(listener.port);
  client.write(keepAlive.repeat(1_000));
  t.is(await client.end(), '');
  stay.resolve();
});

test('rfc9110 7.8: a wish to upgrade is passed over, and the request answered', async (t) => {
  await using listener = await openTestListener();
  using client = await openPlain(listener.port);
  client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n');
  t.regex(await client.end(), /^HTTP\/1\.1 200 /);
});

test('rfc9112 9.6: after the last request of a connection the server says that it closes', async (t) => {
  await using listener = await openTestListener({ http: { requestsPerConnection: 2 } });
  using client = await openPlain(listener.port);
  client.write(keepAlive);
  t.notRegex(await client.receive('}'), /Connection: close/);
  client.write(keepAlive);
  t.regex(await client.end(), /}HTTP\/1\.1 200 [^]*Connection: close/);
});

test('handler: one that rejects is answered with 500 and the connection’s id, and logged', async (t) => {
  const handler: HttpHandler = async (_request, response) => {
    response.setHeader('X-Secret', 'half made');
    throw new Error('a fault');
  };
  await using listener = await openTestListener({ handler });
  using client = await openPlain(listener.port);
  client.write(keepAlive);
  const answer = await client.end();
  t.regex(answer, /^HTTP\/1\.1 500 /);
  t.notRegex(answer, /X-Secret|a fault/);
  const line = listener.log.lines.find(({ event }) => event === 'http.handler');
  t.like(line, { level: 'error', result: 'failed' });
  t.true(answer.includes(`(connection ${line?.connection})`));
});

test('handler: one that rejects in the middle of its answer breaks it off', async (t) => {
  const handler: HttpHandler = async (_request, response) => {
    response.writeHead(200, { 'Content-Length': 100 });
    await new Promise<void>((resolve) => response.write('half', () => resolve()));
    throw new Error('a fault');
  };
  await using listener = await openTestListener({ handler });
  using client = await openPlain(listener.port);
  client.write(keepAlive);
  t.regex(await client.end(), /half$/);
  t.true(listener.log.lines.some(({ event, level }) => event === 'http.handler' && level === 'error'));
});

test('handler: one that returns without an answer is a fault, and answered for', async (t) => {
  await using listener = await openTestListener({ handler: async () => {} });
  using client = await openPlain(listener.port);
  client.write(keepAlive);
  t.regex(await client.end(), /^HTTP\/1\.1 500 /);
});

test('handler: its signal aborts when the client goes away', async (t) => {
  const began = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  const handler: HttpHandler = async (_request, response, _connection, { signal }) => {
    signal.addEventListener('abort', () => aborted.resolve());
    began.resolve();
    await aborted.promise;
    response.destroy();
  };
  await using listener = await openTestListener({ handler });
  using client = await openPlain(listener.port);
  client.write(keepAlive);
  await began.promise;
  client.socket.destroy();
  await aborted.promise;
  await until('the access line', () => listener.log.lines.some(({ event }) => event === 'http.request'));
  t.like(
    listener.log.lines.find(({ event }) => event === 'http.request'),
    { result: 'aborted', status: 0 },
  );
});

test('access log: one line a request, with the person and only the beginning of the path', async (t) => {
  const handler: HttpHandler = async (request, response, _connection, exchange) => {
    exchange.setPrincipal('p-1');
    request.resume();
    response.writeHead(207).end('x'.repeat(1_000));
  };
  await using listener = await openTestListener({ handler });
  using client = await openPlain(listener.port);
  const asked =
    'PROPFIND /dav/files/love-letters/anna.txt?q=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody';
  client.write(asked);
  const answer = await client.end();
  const lines = listener.log.lines.filter(({ event }) => event === 'http.request');
  t.is(lines.length, 1);
  t.like(lines[0], {
    level: 'info',
    result: 'ok',
    method: 'PROPFIND',
    path: '/dav/files/…',
    status: 207,
    principal: 'p-1',
    receivedOctets: asked.length,
    sentOctets: answer.length,
  });
  t.is(typeof lines[0]?.['durationMs'], 'number');
  t.truthy(lines[0]?.connection);
});

test('drain: a running request is finished and says Connection: close, an idle connection is closed at once', async (t) => {
  const go = Promise.withResolvers<void>();
  const began = Promise.withResolvers<void>();
  const handler: HttpHandler = async (request, response) => {
    if (request.url === '/slow') {
      began.resolve();
      await go.promise;
    }
    response.writeHead(200, { 'Content-Length': 8 }).end('finished');
  };
  await using listener = await openTestListener({ handler });
  using idle = await openPlain(listener.port);
  idle.write(keepAlive);
  await idle.receive('finished');
  using busy = await openPlain(listener.port);
  busy.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
  await began.promise;
  const drained = listener.https.drain(60_000);
  await idle.end();
  await t.throwsAsync(openPlain(listener.port), { code: 'ECONNREFUSED' });
  t.is(busy.received, '');
  go.resolve();
  t.regex(await busy.end(), /^HTTP\/1\.1 200 [^]*Connection: close[^]*finished$/);
  await drained;
});

test.serial('drain: what still runs after the time of grace is aborted', async (t) => {
  const began = Promise.withResolvers<void>();
  const handler: HttpHandler = async (_request, _response, _connection, { signal }) => {
    began.resolve();
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  };
  await using listener = await openTestListener({ handler });
  using client = await openPlain(listener.port);
  client.write(keepAlive);
  await began.promise;
  await listener.https.drain(50);
  t.is(await client.end(), '');
  t.is(listener.https.http.connections, 0);
});

for (const way of ['stream', 'reader'] as const) {
  test(`download: a client that reads slowly holds the source back: ${way}`, async (t) => {
    const size = 64 * 1024 * 1024;
    let read = 0;
    const octets = Buffer.alloc(256 * 1024, 'a');
    const handler: HttpHandler = async (_request, response, _connection, { signal }) => {
      response.writeHead(200, { 'Content-Length': size });
      if (way === 'stream') {
        const source = Readable.from(
          (function* () {
            for (; read < size; read += octets.length) yield octets;
          })(),
        );
        await sendStream(response, source, signal);
      } else {
        const source = {
          async read(buffer: Uint8Array): Promise<number> {
            buffer.fill(97);
            read += buffer.length;
            return buffer.length;
          },
        };
        await sendOctets(response, source, 0, size, signal);
      }
    };
    await using listener = await openTestListener({ handler });
    using client = await openPlain(listener.port);
    client.socket.pause();
    client.write(get);
    let last = -1;
    await until(
      'the source to stand still',
      () => {
        const stands = read > 0 && read === last;
        last = read;
        return stands;
      },
      { everyMs: 100 },
    );
    t.true(read < size / 2, `${read} octets were read ahead`);
    client.socket.resume();
    t.is((await client.end()).length, (await client.end()).indexOf('\r\n\r\n') + 4 + size);
  });
}

test.serial('download: a client that takes nothing is given up', async (t) => {
  const failed = Promise.withResolvers<unknown>();
  const handler: HttpHandler = async (_request, response, _connection, { signal }) => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(256 * 1024);
      })(),
    );
    await sendStream(response, endless, signal).catch((error: unknown) => {
      failed.resolve(error);
      throw error;
    });
  };
  await using listener = await openTestListener({ handler, http: { sendTimeoutMs: 200 } });
  using client = await openPlain(listener.port);
  client.socket.pause();
  client.write(keepAlive);
  t.like(await failed.promise, { name: 'GatewayError', code: 'unavailable' });
});

test('download: a source that fails is logged as a fault, and the answer broken off', async (t) => {
  const handler: HttpHandler = async (_request, response, _connection, { signal }) => {
    response.writeHead(200, { 'Content-Length': 10 });
    const source = Readable.from(
      (async function* () {
        yield Buffer.from('half');
        await until('the half to have left', () => response.writableLength === 0);
        throw new Error('the disk is gone');
      })(),
    );
    await sendStream(response, source, signal);
  };
  await using listener = await openTestListener({ handler });
  using client = await openPlain(listener.port);
  client.write(keepAlive);
  t.regex(await client.end(), /half$/);
  t.true(listener.log.lines.some(({ event, level }) => event === 'http.handler' && level === 'error'));
});

test('download: a source that is shorter than was promised is a fault', async (t) => {
  const handler: HttpHandler = async (_request, response, _connection, { signal }) => {
    response.writeHead(200, { 'Content-Length': 10 });
    const source = { read: async (_buffer: Uint8Array, position: number) => (position === 0 ? 4 : 0) };
    await sendOctets(response, source, 0, 10, signal);
  };
  await using listener = await openTestListener({ handler });
  using client = await openPlain(listener.port);
  client.write(keepAlive);
  await client.end();
  const line = listener.log.lines.find(({ event }) => event === 'http.handler');
  t.like(line?.error, { code: 'internal' });
});

test('connection: every one has an id of its own', async (t) => {
  await using listener = await openTestListener();
  const ids = new Set<unknown>();
  for (let count = 0; count < 20; count += 1) {
    using client = await openPlain(listener.port);
    client.write(get);
    ids.add((bodyOf(await client.end()) as { readonly id: unknown }).id);
  }
  t.is(ids.size, 20);
});
