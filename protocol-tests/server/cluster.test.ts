import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TLSSocket } from 'node:tls';
import anyTest from 'ava';
import type { TestFn } from 'ava';
import { createTestCertificates } from '../support/certificates.ts';
import type { TestCertificate, TestCertificates } from '../support/certificates.ts';
import { freePorts } from '../support/free-port.ts';
import { startProcess } from '../support/process.ts';
import type { RunningProcess } from '../support/process.ts';
import { until } from '../support/wait.ts';
import type { Introduction, ProgramOptions } from './cluster-program.ts';
import { Client, bodyOf, handshake } from './fixture.ts';

interface Context {
  readonly certificates: TestCertificates;
  readonly certificate: TestCertificate;
}

// Serial: each test runs three processes, and the machine may have two processors.
const test = (anyTest as TestFn<Context>).serial;

anyTest.before(async (t) => {
  const certificates = await createTestCertificates();
  const certificate = await certificates.make('cluster', 'cluster.example');
  t.context = { certificates, certificate };
});

(anyTest as TestFn<Context>).after.always(async (t) => {
  await t.context.certificates[Symbol.asyncDispose]();
});

interface Program extends AsyncDisposable {
  readonly process: RunningProcess;
  readonly port: number;
  readonly ca: string;
  /** GET of an admin page. */
  admin(path: string): Promise<{ readonly status: number; readonly body: string }>;
  /** Asks on a new connection. */
  ask(path: string, session?: Buffer): Promise<Introduction>;
  /** Asks until another process than `pid` answers. */
  askAnother(pid: number): Promise<Introduction>;
}

async function start({ certificate }: Context, options: Pick<ProgramOptions, 'workers' | 'failing'>): Promise<Program> {
  const [port, adminPort] = (await freePorts(2)) as [number, number];
  const { certificateFile, privateKeyFile, ca } = certificate;
  const program: ProgramOptions = { ...options, port, adminPort, certificateFile, privateKeyFile };
  const running = await startProcess({
    command: process.execPath,
    args: [fileURLToPath(new URL('cluster-program.ts', import.meta.url)), JSON.stringify(program)],
    ready: (process) => /"event":"program\.(?:ready|failed)"/.test(process.output()),
    readyTimeoutMs: 30_000,
  });
  const ask = async (path: string): Promise<Introduction> => {
    using client = new Client(await handshake(port, { ca }));
    client.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    return bodyOf(await client.end()) as Introduction;
  };
  return {
    process: running,
    port,
    ca,
    ask,
    async askAnother(pid) {
      return await until(`another process than ${pid} to answer`, async () => {
        const introduction = await ask('/');
        return introduction.pid !== pid && introduction;
      });
    },
    async admin(path) {
      const response = await fetch(`http://127.0.0.1:${adminPort}${path}`);
      return { status: response.status, body: await response.text() };
    },
    async [Symbol.asyncDispose]() {
      await running.kill();
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('cluster: workers share the listener, and the primary speaks for all of them', async (t) => {
  await using program = await start(t.context, { workers: 2 });
  const first = await program.ask('/');
  const second = await program.askAnother(first.pid);
  t.deepEqual(
    [first.number, second.number].toSorted((a, b) => a - b),
    [1, 2],
  );
  t.not(first.pid, program.process.pid);
  t.not(second.pid, program.process.pid);
  t.deepEqual(await program.admin('/readyz'), { status: 200, body: '{"ready":true,"failing":{}}\n' });
  const before = requestsOf((await program.admin('/metrics')).body);
  await program.ask('/');
  await program.askAnother((await program.ask('/')).pid);
  const { body } = await program.admin('/metrics');
  t.true(requestsOf(body) >= before + 3);
  t.regex(body, /^passerelle_workers 2$/m);
  t.regex(body, /^process_cpu_seconds_total [0-9]/m);
});

function requestsOf(page: string): number {
  return Number(/^passerelle_http_requests_total\{.*\} (\d+)$/m.exec(page)?.[1]);
}

test('cluster: connections that stay open are spread evenly', async (t) => {
  await using program = await start(t.context, { workers: 2 });
  const clients: Client[] = [];
  const pids = new Map<number, number>();
  for (let count = 0; count < 20; count += 1) {
    const client = new Client(await handshake(program.port, { ca: program.ca }));
    clients.push(client);
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const { pid } = bodyOf(await client.receive('}')) as Introduction;
    pids.set(pid, (pids.get(pid) ?? 0) + 1);
  }
  for (const client of clients) client.socket.destroy();
  t.is(pids.size, 2);
  for (const count of pids.values()) t.true(count >= 8 && count <= 12, `${count} of 20`);
});

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`rfc5077 4: ${maxVersion}: a session that one worker gave is resumed by the other`, async (t) => {
    await using program = await start(t.context, { workers: 2 });
    const options = { ca: program.ca, maxVersion };
    const first = await handshake(program.port, options);
    const session = await sessionOf(first);
    const firstPid = await pidOf(first);
    await until('the other worker to be reached', async () => {
      const again = await handshake(program.port, { ...options, session });
      t.true(again.isSessionReused());
      return (await pidOf(again)) !== firstPid;
    });
  });
}

async function sessionOf(socket: TLSSocket): Promise<Buffer> {
  if (socket.getProtocol() === 'TLSv1.2') return socket.getSession() ?? Buffer.alloc(0);
  const [session] = (await once(socket, 'session')) as [Buffer];
  return session;
}

async function pidOf(socket: TLSSocket): Promise<number> {
  using client = new Client(socket);
  client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  return (bodyOf(await client.end()) as Introduction).pid;
}

test('cluster: a change that one worker publishes is heard by all', async (t) => {
  await using program = await start(t.context, { workers: 2 });
  const { pid } = await program.ask('/publish');
  for (const own of [true, false]) {
    const heard = await until(`${own ? 'the same' : 'the other'} worker to have heard`, async () => {
      const introduction = await program.ask('/');
      return (introduction.pid === pid) === own && introduction.heard.length > 0 && introduction.heard;
    });
    t.deepEqual(heard, ['collection:1 5']);
  }
});

test('cluster: a worker that dies is started again, and the other serves meanwhile', async (t) => {
  await using program = await start(t.context, { workers: 2 });
  const { pid } = await program.ask('/');
  const other = await program.askAnother(pid);
  using doomed = new Client(await handshake(program.port, { ca: program.ca }));
  doomed.write('GET /crash HTTP/1.1\r\nHost: a\r\n\r\n');
  t.is(await doomed.end(), '');
  const survivor = isAlive(pid) ? pid : other.pid;
  t.is((await program.ask('/')).pid, survivor);
  t.is((await program.admin('/readyz')).status, 200);
  const replacement = await until('a new worker', async () => {
    const introduction = await program.ask('/');
    return ![pid, other.pid].includes(introduction.pid) && introduction;
  });
  t.true([1, 2].includes(replacement.number));
  t.regex((await program.admin('/metrics')).body, /^passerelle_worker_restarts_total 1$/m);
  t.regex(program.process.output(), /"event":"worker\.exit"/);
});

test('cluster: SIGHUP reloads every worker, and ends none', async (t) => {
  await using program = await start(t.context, { workers: 2 });
  const { pid } = await program.ask('/');
  program.process.signal('SIGHUP');
  for (const own of [true, false]) {
    await until('the worker to have reloaded', async () => {
      const introduction = await program.ask('/');
      return (introduction.pid === pid) === own && introduction.reloads === 1;
    });
  }
  t.is((await program.admin('/readyz')).status, 200);
});

for (const workers of [1, 2]) {
  test(`cluster: SIGTERM lets a running request finish, then everything ends: workers ${workers}`, async (t) => {
    await using program = await start(t.context, { workers });
    const { pid } = await program.ask('/');
    using idle = new Client(await handshake(program.port, { ca: program.ca }));
    idle.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await idle.receive('}');
    using busy = new Client(await handshake(program.port, { ca: program.ca }));
    busy.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
    await until('the request to run', async () =>
      /^passerelle_http_requests_running\{listener="https"\} 1$/m.test((await program.admin('/metrics')).body),
    );
    program.process.signal('SIGTERM');
    await idle.end();
    t.is(busy.received, '');
    t.is((await program.admin('/readyz')).status, 503);
    t.regex(await busy.end(), /^HTTP\/1\.1 200 [^]*Connection: close/);
    t.deepEqual(await program.process.ended, { code: 0, signal: null });
    t.false(isAlive(pid));
  });
}

test('cluster: with one worker nothing is forked', async (t) => {
  await using program = await start(t.context, { workers: 1 });
  t.is((await program.ask('/')).pid, program.process.pid);
  t.is((await program.admin('/readyz')).status, 200);
  t.regex((await program.admin('/metrics')).body, /^passerelle_http_requests_total/m);
  program.process.signal('SIGHUP');
  await until('the reload', async () => (await program.ask('/')).reloads === 1);
  t.pass();
});

test('cluster: a second signal cuts the drain short', async (t) => {
  await using program = await start(t.context, { workers: 2 });
  using stuck = new Client(await handshake(program.port, { ca: program.ca }));
  stuck.write('GET /stuck HTTP/1.1\r\nHost: a\r\n\r\n');
  await until('the request to run', async () =>
    /^passerelle_http_requests_running\{listener="https"\} 1$/m.test((await program.admin('/metrics')).body),
  );
  program.process.signal('SIGTERM');
  await until('the drain', () => program.process.output().includes('"event":"cluster.drain"'));
  program.process.signal('SIGTERM');
  await program.process.ended;
  t.is(await stuck.end(), '');
});

test('cluster: a worker that cannot start ends the program, which says why', async (t) => {
  await using program = await start(t.context, { workers: 2, failing: 2 });
  t.like(await program.process.ended, { code: 1 });
  t.regex(program.process.output(), /the configuration is wrong/);
  t.regex(program.process.output(), /"event":"program\.failed".*"code":"unavailable"/);
});

test('cluster: workers do not outlive a primary that was killed', async (t) => {
  await using program = await start(t.context, { workers: 2 });
  const { pid } = await program.ask('/');
  const other = await program.askAnother(pid);
  program.process.signal('SIGKILL');
  await until('the workers to be gone', () => !isAlive(pid) && !isAlive(other.pid));
  t.pass();
});
