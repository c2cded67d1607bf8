import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request as requestPlain } from 'node:http';
import { request } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { systemClock } from '../ports/clock.ts';
import { GatewayError } from '../ports/errors.ts';
import { silentLog } from '../ports/log.ts';
import { Secret } from '../ports/secret.ts';
import { createLog } from '../server/log.ts';
import { backUp } from './backup/backup.ts';
import { configFrom } from './config/load.ts';
import type { ConfigInput } from './config/schema.ts';
import { createGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

const password = 'correct horse battery';
const call = { signal: new AbortController().signal, log: silentLog };

async function folderFor(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-gateway-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

/** On free ports, quiet, with one account in the first domain. */
async function startIn(folder: string, more: ConfigInput = {}): Promise<Gateway> {
  const address = '127.0.0.1';
  const config = await configFrom(
    {
      listeners: { https: { port: 0, address }, http: { port: 0, address }, admin: { port: 0 } },
      logging: { level: 'silent' },
      domains: { 'univ.test': {} },
      ...more,
    },
    folder,
  );
  const log = createLog({ level: 'silent', clock: systemClock, destination: { write() {} } });
  const gateway = await createGateway(config, { log });
  const [domain] = gateway.domains.all;
  const login = `anne@${domain?.name}`;
  if ((await domain?.directory.lookup(login, call)) === undefined) {
    const anne = { kind: 'person', address: login, displayName: 'Anne', password: new Secret(password) } as const;
    await domain?.directory.administration?.create(anne, call);
  }
  return gateway;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

async function answerOf(sent: ReturnType<typeof request>, body?: Uint8Array): Promise<Answer> {
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks = (await response.toArray()) as Buffer[];
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
}

async function dav(gateway: Gateway, method: string, path: string, body?: Uint8Array): Promise<Answer> {
  const ca = await readFile(gateway.authorityFile ?? '');
  const { port } = gateway.addresses.https ?? {};
  const auth = `anne@univ.test:${password}`;
  const target = { host: '127.0.0.1', port, method, path: `/dav/files/anne@univ.test/${path}`, auth, ca, agent: false };
  return answerOf(request(target), body);
}

function plain(
  gateway: Gateway,
  listener: 'http' | 'admin',
  method: string,
  path: string,
  host?: string,
): Promise<Answer> {
  const { port } = gateway.addresses[listener] ?? {};
  const headers = host === undefined ? {} : { Host: host };
  return answerOf(requestPlain({ host: '127.0.0.1', port, method, path, headers, agent: false }));
}

test('createGateway: two gateways in one process, on ports that the system chose, know nothing of each other', async (t) => {
  await using first = await startIn(await folderFor(t));
  await using second = await startIn(await folderFor(t));
  t.not(first.addresses.https?.port, second.addresses.https?.port);
  t.is((await dav(first, 'PUT', 'a.txt', Buffer.from('first'))).status, 201);
  t.is((await dav(first, 'GET', 'a.txt')).body.toString(), 'first');
  t.is((await dav(second, 'GET', 'a.txt')).status, 404);
});

test('createGateway: what was written is there after it was disposed of and built again', async (t) => {
  const folder = await folderFor(t);
  {
    await using gateway = await startIn(folder);
    t.is((await dav(gateway, 'PUT', 'a.txt', Buffer.from('kept'))).status, 201);
  }
  await using again = await startIn(folder);
  t.is((await dav(again, 'GET', 'a.txt')).body.toString(), 'kept');
});

test('createGateway: a port that is taken is said, and nothing else listens', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const folder = await folderFor(t);
  const listeners: ConfigInput['listeners'] = {
    https: { port: 0, address: '127.0.0.1' },
    http: { port, address: '127.0.0.1' },
  };
  const error = await t.throwsAsync(startIn(folder, { listeners }), { instanceOf: GatewayError });
  t.is(error?.code, 'in-use');
  taken.close();
  // The stores were let go of: a second gateway opens them.
  await using gateway = await startIn(folder);
  t.truthy(gateway.addresses.https);
});

test('createGateway: a store that cannot be opened ends the start, named by its adapter', async (t) => {
  const adapters: ConfigInput['adapters'] = {
    store: { kind: 'sqlite', path: '/dev/null/store' },
    files: { kind: 'fs' },
    people: { kind: 'accounts' },
  };
  await t.throwsAsync(startIn(await folderFor(t), { adapters }), {
    instanceOf: GatewayError,
    message: /^adapter "store": /,
  });
});

test('the unencrypted listener sends browsers on and refuses everything else', async (t) => {
  await using gateway = await startIn(await folderFor(t));
  const { port } = gateway.addresses.https ?? {};
  const sent = await plain(gateway, 'http', 'GET', '/a%20b?c=d', 'files.univ.test:80');
  t.is(sent.status, 308);
  t.is(sent.headers.location, `https://files.univ.test:${port}/a%20b?c=d`);
  const refused = await plain(gateway, 'http', 'PROPFIND', '/');
  t.is(refused.status, 403);
  t.is(refused.headers['www-authenticate'], undefined);
  t.regex(refused.body.toString(), /over an encrypted connection only/);
  const strange = await plain(gateway, 'http', 'GET', '/', 'a b<c>');
  t.is(strange.headers.location, `https://localhost:${port}/`, 'what is no host is not reflected');
});

test('health and metrics: /readyz names what fails and says no while it drains', async (t) => {
  await using gateway = await startIn(await folderFor(t));
  t.is((await plain(gateway, 'admin', 'GET', '/healthz')).status, 200);
  t.deepEqual(JSON.parse((await plain(gateway, 'admin', 'GET', '/readyz')).body.toString()), {
    ready: true,
    failing: {},
  });
  await dav(gateway, 'OPTIONS', '');
  t.regex(
    (await plain(gateway, 'admin', 'GET', '/metrics')).body.toString(),
    /passerelle_http_requests_total\{[^}]*method="OPTIONS"[^}]*\} 1/,
  );
  await gateway.drain();
  t.is((await plain(gateway, 'admin', 'GET', '/readyz')).status, 503);
  await t.throwsAsync(dav(gateway, 'OPTIONS', ''), { code: 'ECONNREFUSED' });
});

test('reload: limits of WebDAV and of a domain hold for the next request', async (t) => {
  const folder = await folderFor(t);
  await using gateway = await startIn(folder);
  const body = randomBytes(2000);
  t.is((await dav(gateway, 'PUT', 'a', body)).status, 201);
  const input = { domains: { 'univ.test': { limits: { quota: 3000 } } }, logging: { level: 'silent' as const } };
  await gateway.reload(await configFrom(input, folder));
  t.is((await dav(gateway, 'PUT', 'b', body)).status, 507);
  await gateway.reload(await configFrom({ ...input, limits: { dav: { maxPutSize: 1000, inlineSize: 1000 } } }, folder));
  t.is((await dav(gateway, 'PUT', 'a', body)).status, 413);
});

test('backup: a copy of a running gateway, and a second one into the same folder, are whole', async (t) => {
  const folder = await folderFor(t);
  const copy = await folderFor(t);
  const large = randomBytes(300_000);
  await using gateway = await startIn(folder);
  await dav(gateway, 'PUT', 'small.txt', Buffer.from('small'));
  await dav(gateway, 'PUT', 'large.bin', large);
  const places: string[] = [];
  const progress = { database: (place: string, done: number) => void (done === 1 && places.push(place)) };
  const first = await backUp(gateway.adapters.values(), copy, progress, call);
  t.deepEqual(first, { databases: ['passerelle.sqlite'], blobsCopied: 1, blobsKept: 0 });
  t.true(places.includes('passerelle.sqlite'));
  await dav(gateway, 'PUT', 'second.bin', randomBytes(200_000));
  const second = await backUp(gateway.adapters.values(), copy, progress, call);
  t.deepEqual([second.blobsCopied, second.blobsKept], [1, 1]);
  t.deepEqual((await readdir(copy)).sort(), ['blobs', 'passerelle.sqlite']);

  await using restored = await startIn(copy, { server: { dataDir: '.' } });
  t.is((await dav(restored, 'GET', 'small.txt')).body.toString(), 'small');
  const hash = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');
  t.is(hash((await dav(restored, 'GET', 'large.bin')).body), hash(large));
  t.is((await dav(restored, 'GET', 'second.bin')).body.length, 200_000);
});
