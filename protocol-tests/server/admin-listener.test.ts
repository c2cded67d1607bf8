import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import { openAdminListener } from '../../gateway/server/admin-listener.ts';
import type { AdminListener } from '../../gateway/server/admin-listener.ts';
import { ReadinessProbe } from '../../gateway/server/readiness.ts';
import type { ReadinessCheck } from '../../gateway/server/readiness.ts';
import { openPlain } from './fixture.ts';

async function open(
  checks: Readonly<Record<string, ReadinessCheck>> = {},
): Promise<AdminListener & { readonly probe: ReadinessProbe; readonly url: string }> {
  const probe = new ReadinessProbe({ checks, timeoutMs: 200, log: silentLog });
  const admin = await openAdminListener({
    address: '127.0.0.1',
    port: 0,
    log: silentLog,
    readiness: () => probe.check(),
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'a_total 1\n' }),
  });
  const url = `http://127.0.0.1:${admin.port}`;
  return { ...admin, probe, url, [Symbol.asyncDispose]: () => admin[Symbol.asyncDispose]() };
}

test('admin: /healthz says that the process lives', async (t) => {
  await using admin = await open();
  const response = await fetch(`${admin.url}/healthz`);
  t.is(response.status, 200);
  t.is(await response.text(), 'alive\n');
});

test('admin: /readyz is 200 when every check passes', async (t) => {
  await using admin = await open({ database: async () => {} });
  const response = await fetch(`${admin.url}/readyz?verbose`);
  t.is(response.status, 200);
  t.deepEqual(await response.json(), { ready: true, failing: {} });
});

test('admin: /readyz is 503 and names what fails, without telling host names', async (t) => {
  await using admin = await open({
    blobs: async () => {},
    database: async () => {
      throw new Error('connect db1.internal:5432 refused');
    },
    directory: async () => {
      throw new GatewayError('unavailable', 'the directory does not answer');
    },
    stuck: async () => await delay(60_000, undefined, { ref: false }),
  });
  const response = await fetch(`${admin.url}/readyz`);
  t.is(response.status, 503);
  t.deepEqual(await response.json(), {
    ready: false,
    failing: {
      database: 'the check failed',
      directory: 'the directory does not answer',
      stuck: 'no answer within 200 ms',
    },
  });
});

test('admin: /readyz is 503 while the gateway drains, and checks no more', async (t) => {
  await using admin = await open({ database: async () => t.fail() });
  admin.probe.drain();
  const response = await fetch(`${admin.url}/readyz`);
  t.is(response.status, 503);
  t.deepEqual(await response.json(), { ready: false, failing: { drain: 'the gateway is shutting down' } });
});

test('readiness: those who ask at the same time share one check', async (t) => {
  let checks = 0;
  const go = Promise.withResolvers<void>();
  const database = async (): Promise<void> => {
    checks += 1;
    await go.promise;
  };
  const probe = new ReadinessProbe({ checks: { database }, timeoutMs: 60_000, log: silentLog });
  const answers = [probe.check(), probe.check(), probe.check()];
  go.resolve();
  await Promise.all(answers);
  t.is(checks, 1);
  await probe.check();
  t.is(checks, 2);
});

test('admin: /metrics is served in the form that Prometheus reads', async (t) => {
  await using admin = await open();
  const response = await fetch(`${admin.url}/metrics`);
  t.is(response.headers.get('content-type'), 'text/plain; version=0.0.4');
  t.is(await response.text(), 'a_total 1\n');
});

test('rfc9110 9.3.2: HEAD has the header of GET and no body', async (t) => {
  await using admin = await open();
  const response = await fetch(`${admin.url}/metrics`, { method: 'HEAD' });
  t.is(response.headers.get('content-length'), '10');
  t.is(await response.text(), '');
});

test('rfc9110 15.5.6: other methods are refused with Allow', async (t) => {
  await using admin = await open();
  const response = await fetch(`${admin.url}/healthz`, { method: 'POST', body: 'x' });
  t.is(response.status, 405);
  t.is(response.headers.get('allow'), 'GET, HEAD');
});

test('admin: there is nothing else', async (t) => {
  await using admin = await open();
  t.is((await fetch(`${admin.url}/`)).status, 404);
  t.is((await fetch(`${admin.url}/metrics/..%2f`)).status, 404);
});

test('admin: a failure to collect is answered, not fatal', async (t) => {
  const admin = await openAdminListener({
    address: '127.0.0.1',
    port: 0,
    log: silentLog,
    readiness: async () => await Promise.reject(new Error('secret cause')),
    metrics: async () => await Promise.reject(new Error('secret cause')),
  });
  await using _admin = admin;
  const response = await fetch(`http://127.0.0.1:${admin.port}/readyz`);
  t.is(response.status, 500);
  t.notRegex(await response.text(), /secret cause/);
});

test('admin: a port that is taken is said so', async (t) => {
  await using admin = await open();
  const options = { address: '127.0.0.1', port: admin.port, log: silentLog };
  const answers = {
    readiness: async () => ({ ready: true, failing: {} }),
    metrics: async () => ({ contentType: '', body: '' }),
  };
  const error = await t.throwsAsync(openAdminListener({ ...options, ...answers }), { instanceOf: GatewayError });
  t.is(error?.code, 'in-use');
});

test('admin: disposal closes connections that are kept alive', async (t) => {
  const admin = await open();
  using client = await openPlain(admin.port);
  client.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
  await client.receive('alive');
  await admin[Symbol.asyncDispose]();
  await client.end();
  t.pass();
});
