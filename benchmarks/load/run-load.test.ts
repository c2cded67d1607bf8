import test from 'ava';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { RequestListener } from 'node:http';
import { createServerCertificate } from '../../protocol-tests/support/server-certificate.ts';
import { createTemporaryFolder } from '../../protocol-tests/support/temporary-folder.ts';
import type { LoadJob, RequestJob, SyncPagesJob } from './job.ts';
import { runLoad } from './run-load.ts';

interface Target extends AsyncDisposable {
  job(work: RequestJob | SyncPagesJob, connections?: number): LoadJob;
}

async function serve(listener: RequestListener): Promise<Target> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await createTemporaryFolder());
  const { certificateFile, keyFile, caFile } = await createServerCertificate(folder.path, 'load');
  const server: Server = createServer(
    { cert: await readFile(certificateFile), key: await readFile(keyFile) },
    listener,
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  stack.defer(async () => {
    server.closeAllConnections();
    await once(server.close(), 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const owned = stack.move();
  return {
    job: (work, connections = 2) => ({
      host: '127.0.0.1',
      port: address.port,
      caFile,
      authorization: 'Basic eDp5',
      connections,
      durationMs: 50,
      warmUp: 1,
      work,
    }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const get: RequestJob = {
  kind: 'request',
  method: 'GET',
  path: '/a',
  headers: {},
  body: undefined,
  statuses: [200],
};

test('load: every request is sent with credentials, answered, checked and counted', async (t) => {
  let served = 0;
  await using target = await serve((request, response) => {
    served += request.headers.authorization === 'Basic eDp5' ? 1 : 0;
    response.end('x'.repeat(100_000));
  });
  let begun = 0;
  const result = await runLoad(target.job({ ...get, answerOctets: 100_000 }), () => {
    begun += 1;
  });
  t.is(begun, 1);
  t.is(result.requests + 2, served); // and one of each connection to warm up
  t.is(result.octets, result.requests * 100_000);
  t.true(result.latencyMs.p50 > 0 && result.latencyMs.p50 <= result.latencyMs.max);
  t.regex(result.cipher, /^TLSv1\.3 TLS_/);
});

test('load: an upload arrives whole and no two are alike', async (t) => {
  const seen: string[] = [];
  const beginnings = new Set<string>();
  await using target = await serve((request, response) => {
    let octets = 0;
    request.on('data', (chunk: Buffer) => {
      if (octets === 0) beginnings.add(chunk.toString('hex', 0, 4));
      octets += chunk.length;
    });
    request.on('end', () => {
      seen.push(`${request.url ?? ''} ${octets}`);
      response.writeHead(201, { 'content-length': 0 }).end();
    });
  });
  const put: RequestJob = { ...get, method: 'PUT', path: '/{c}-{n}', body: 3_000_000, statuses: [201] };
  const result = await runLoad(target.job(put, 1), () => undefined);
  t.deepEqual(
    seen,
    Array.from({ length: result.requests + 1 }, (_, i) => `/0-${i + 1} 3000000`),
  );
  t.is(beginnings.size, seen.length);
});

for (const [what, work] of [
  ['another status', { ...get, statuses: [201] }],
  ['another length', { ...get, answerOctets: 3 }],
  ['other content', { ...get, firstAnswer: { needle: 'o', count: 3 } }],
] as const) {
  test(`load: ${what} than expected fails the run`, async (t) => {
    await using target = await serve((_, response) => void response.end('only one'));
    await t.throwsAsync(runLoad(target.job(work), () => undefined));
  });
}

test('load: a connection that is closed instead of answered fails the run', async (t) => {
  await using target = await serve((request) => request.socket.destroy());
  await t.throwsAsync(runLoad(target.job(get), () => undefined));
});

test('rfc6578 3.6: pages are asked for until one is not cut short, and their members counted', async (t) => {
  const pages = [
    '<D:multistatus><D:response>a</D:response><D:response><D:status>HTTP/1.1 507 x</D:status></D:response><D:sync-token>t1</D:sync-token></D:multistatus>',
    '<D:multistatus><D:response>b</D:response><D:sync-token>t2</D:sync-token></D:multistatus>',
  ];
  const tokens: string[] = [];
  await using target = await serve((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const token = /<D:sync-token>([^<]*)</.exec(text)?.[1] ?? '';
      tokens.push(token);
      response.writeHead(207).end(pages[token === '' ? 0 : 1]);
    });
  });
  const work: SyncPagesJob = { kind: 'sync-pages', path: '/', headers: {}, limit: 1, members: 2 };
  const result = await runLoad(target.job(work, 1), () => undefined);
  t.is(tokens.length, 2 * (result.requests + 1));
  t.deepEqual(tokens.slice(0, 2), ['', 't1']);
  await t.throwsAsync(runLoad(target.job({ ...work, members: 3 }), () => undefined));
});
