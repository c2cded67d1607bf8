/** The program as an operator sees it: a child process, its streams, its signals. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import type { ExecutionContext } from 'ava';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

class Program {
  readonly child: ChildProcess;
  output = '';
  errors = '';
  ended = false;

  constructor(folder: string, args: readonly string[], environment: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [main, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    this.child.once('close', () => (this.ended = true));
  }

  /** Waits for a text on standard output or standard error. */
  async until(pattern: RegExp, from: 'output' | 'errors' = 'output'): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this[from]);
      if (match !== null) return match;
      if (this.ended) throw new Error(`it ended before ${String(pattern)}: ${this.errors}${this.output}`);
      await setTimeout(10);
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const ended = once(this.child, 'close') as Promise<[number | null]>;
    this.child.kill(signal);
    return (await ended)[0];
  }

  /** Where a listener really is. */
  async port(listener: string): Promise<number> {
    const match = await this.until(
      new RegExp(`"event":"listener.open"[^\\n]*"listener":"${listener}"[^\\n]*"port":(\\d+)`),
    );
    return Number(match[1]);
  }
}

async function folderFor(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-serve-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

function start(
  t: ExecutionContext,
  folder: string,
  args: readonly string[],
  environment?: Record<string, string>,
): Program {
  const program = new Program(folder, args, environment);
  t.teardown(async () => {
    if (!program.ended) await program.stop('SIGKILL');
  });
  return program;
}

const listeners = { https: { port: 0, address: '127.0.0.1' }, admin: { port: 0 } };

async function writeConfig(folder: string, more: object = {}): Promise<string> {
  const file = join(folder, 'config.yaml');
  await writeFile(file, JSON.stringify({ listeners, domains: { 'univ.test': {} }, ...more })); // JSON is YAML 1.2
  return file;
}

/** Status of a signed-in PROPFIND of the own home. */
async function propfind(port: number, caFile: string, user: string, password: string): Promise<number | undefined> {
  const sent = request({
    host: '127.0.0.1',
    port,
    path: `/dav/files/${user}/`,
    method: 'PROPFIND',
    headers: { Depth: '0' },
    auth: `${user}:${password}`,
    ca: await readFile(caFile),
    agent: false,
  });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response.statusCode;
}

/** Whether somebody listens on a port of this machine. */
async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const run = promisify(execFile);

// The embedded default has fixed ports, so that the tests of a start without a configuration are in one.
test.serial(
  'first start: authority, administrator and table are made once, and nothing secret is logged',
  async (t) => {
    const folder = await folderFor(t);
    const began = start(t, folder, ['serve', '--domain', 'univ.test', '--hostname', 'files.univ.test'], {
      LANG: 'fr_FR.UTF-8',
    });
    await began.until(/Ctrl\+C/, 'errors');
    const password = /Mot de passe +(?<password>\S+)/.exec(began.errors)?.groups?.['password'] ?? '';
    t.regex(password, /^[a-z2-9]{5}(?:-[a-z2-9]{5}){3}$/);
    t.regex(began.errors, /Premier compte +admin@univ\.test/);
    t.regex(began.errors, /https:\/\/files\.univ\.test:8443\//);
    t.false(began.output.includes(password), 'the log has no password');

    const data = join(folder, 'data');
    t.is((await stat(data)).mode & 0o777, 0o700);
    t.is((await stat(join(data, 'passerelle.sqlite'))).mode & 0o077, 0);
    const caFile = join(data, 'tls', 'ca.crt');
    const served = ['s_client', '-connect', '127.0.0.1:8443', '-servername', 'files.univ.test', '-CAfile', caFile];
    const checked = run('openssl', [
      ...served,
      '-verify_return_error',
      '-verify_hostname',
      'files.univ.test',
      '-brief',
    ]);
    checked.child.stdin?.end();
    t.regex((await checked).stderr, /Verification: OK/);
    t.is(await propfind(8443, caFile, 'admin@univ.test', password), 207);
    t.is(await propfind(8443, caFile, 'admin@univ.test', `${password}x`), 401);
    t.is(await began.stop(), 0);
    t.regex(began.output, /"event":"gateway\.drained"/);

    const again = start(t, folder, ['serve'], { LC_ALL: 'C' });
    await again.until(/Ctrl\+C/, 'errors');
    t.regex(again.errors, /Passerelle is running\.\n/);
    t.regex(again.errors, /user add anne@univ\.test/, 'the domain of the first start is remembered');
    t.false(/Password|First account/.test(again.errors), 'no second administrator');
    t.is(await propfind(8443, caFile, 'admin@univ.test', password), 207);
    t.is(await again.stop('SIGINT'), 0);

    const other = start(t, folder, ['serve', '--domain', 'other.test']);
    await once(other.child, 'close');
    t.is(other.child.exitCode, 2);
    t.regex(other.errors, /are those of the domain univ\.test/);
  },
);

test.serial(
  'SIGHUP: what can change is taken over, the rest is named, and a wrong configuration changes nothing',
  async (t) => {
    const folder = await folderFor(t);
    const file = await writeConfig(folder);
    const program = start(t, folder, ['serve', '--config', file]);
    const port = await program.port('https');
    await program.until(/"event":"listener\.open"[^]*"listener":"admin"|"listener":"admin"/);
    await writeConfig(folder, { logging: { level: 'debug' }, server: { hostname: 'new.univ.test' } });
    program.child.kill('SIGHUP');
    t.regex((await program.until(/.*"applied".*\n/))[0], /"applied":\["logging\.level"\]/);
    t.regex((await program.until(/.*"needRestart".*\n/))[0], /"needRestart":\["server\.hostname"\]/);
    await writeFile(file, 'logging: { level: loud }');
    program.child.kill('SIGHUP');
    t.regex((await program.until(/.*"problems".*\n/))[0], /logging\.level: must be one of/);
    t.is(await propfind(port, join(folder, 'data', 'tls', 'ca.crt'), 'nobody@univ.test', 'x'), 401, 'it still serves');
    t.is(await program.stop(), 0);
  },
);

test.serial('SIGHUP: a certificate that was replaced is served', async (t) => {
  const folder = await folderFor(t);
  const issue = async (name: string): Promise<void> => {
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
    await run('openssl', [...args, ...files, '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`]);
  };
  await issue('one.test');
  const tls = { mode: 'files', certificates: [{ certFile: 'cert.pem', keyFile: 'key.pem' }] };
  const program = start(t, folder, ['serve', '--config', await writeConfig(folder, { server: { tls } })]);
  const port = await program.port('https');
  await program.until(/"listener":"admin"/);
  const servedName = async (): Promise<string | string[] | undefined> => {
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const name = socket.getPeerCertificate().subject.CN;
    socket.destroy();
    return name;
  };
  t.is(await servedName(), 'one.test');
  await issue('two.test');
  program.child.kill('SIGHUP');
  await program.until(/"applied"/);
  t.is(await servedName(), 'two.test');
  await writeFile(join(folder, 'cert.pem'), 'broken');
  program.child.kill('SIGHUP');
  await program.until(/"event":"tls\.certificate-reload"/);
  t.is(await servedName(), 'two.test', 'one that cannot be read leaves the old one in use');
  t.is(await program.stop(), 0);
});

for (const workers of [1, 2]) {
  test.serial(
    `SIGTERM with ${workers} worker(s): no new connections, a running request ends, then the program does`,
    async (t) => {
      const folder = await folderFor(t);
      const file = await writeConfig(folder, { server: { workers, drainTimeout: '20s' } });
      const password = 'correct horse battery';
      const added = start(t, folder, ['user', 'add', 'anne', '--no-password', '--config', file]);
      await once(added.child, 'close');
      const setting = spawn(process.execPath, [main, 'user', 'passwd', 'anne', '--password-stdin', '--config', file], {
        cwd: folder,
      });
      setting.stdin.end(password);
      await once(setting, 'close');
      const program = start(t, folder, ['serve', '--config', file]);
      const port = await program.port('https');
      await program.until(/"listener":"admin"/);
      const upload = request({
        host: '127.0.0.1',
        port,
        path: '/dav/files/anne@univ.test/slow.txt',
        method: 'PUT',
        headers: { 'Content-Length': 8, Expect: '100-continue' },
        auth: `anne@univ.test:${password}`,
        ca: await readFile(join(folder, 'data', 'tls', 'ca.crt')),
        agent: false,
      });
      upload.flushHeaders();
      await once(upload, 'continue');
      upload.write('half');
      program.child.kill('SIGTERM');
      await program.until(/"event":"listener\.stop"[^\n]*"listener":"https"/);
      while (await accepts(port)) await setTimeout(10);
      t.false(program.ended);
      upload.end('half');
      const [response] = (await once(upload, 'response')) as [IncomingMessage];
      t.is(response.statusCode, 201);
      response.resume();
      if (!program.ended) await once(program.child, 'close');
      t.is(program.child.exitCode, 0);
    },
  );
}

test.serial(
  'a gateway that npm started ends when the shell that npm signals is gone, and gives its ports back',
  async (t) => {
    const folder = await folderFor(t);
    // What npm does: a shell that waits for the program.
    const shell = spawn(
      'sh',
      ['-c', '"$@" & wait', 'sh', process.execPath, main, 'serve', '--config', await writeConfig(folder)],
      {
        cwd: folder,
        env: { PATH: process.env['PATH'], npm_lifecycle_event: 'start' },
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    let output = '';
    shell.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const closed = once(shell, 'close');
    while (!output.includes('"listener":"admin"')) await setTimeout(10);
    shell.kill('SIGTERM');
    await closed; // both have closed their output
    t.regex(output, /"event":"gateway\.drained","result":"ok"/);
  },
);

test.serial('a reader that has seen enough (`| head`) is no failure', async (t) => {
  const program = start(t, await folderFor(t), ['--help']);
  program.child.stdout?.destroy();
  await once(program.child, 'close');
  t.is(program.child.exitCode, 0);
  t.is(program.errors, '');
});

test.serial('--config goes before the data folder of an image, and not with one on the command line', async (t) => {
  const folder = await folderFor(t);
  await writeFile(join(folder, 'c.yaml'), 'server: { dataDir: kept }\ndomains: { univ.example: }\n');
  const command = ['user', 'add', 'anne', '--no-password', '--config', 'c.yaml'];
  const image = { PASSERELLE_DATA: join(folder, 'data') };
  const added = start(t, folder, command, image);
  await once(added.child, 'close');
  t.is(added.output, 'anne@univ.example was made\n');
  t.deepEqual((await readdir(folder)).sort(), ['c.yaml', 'kept']);
  const both = start(t, folder, [...command, '--data', 'other'], image);
  await once(both.child, 'close');
  t.is(both.child.exitCode, 2);
});

test.serial('a port that another program has ends the start with 5 and the port in words', async (t) => {
  const folder = await folderFor(t);
  const first = start(t, folder, ['serve', '--config', await writeConfig(folder)]);
  const port = await first.port('https');
  const other = await folderFor(t);
  const file = await writeConfig(other, { listeners: { https: { port, address: '127.0.0.1' } } });
  const second = start(t, other, ['serve', '--config', file]);
  await once(second.child, 'close');
  t.is(second.child.exitCode, 5);
  t.regex(second.errors, new RegExp(`another program listens on https \\(127\\.0\\.0\\.1 port ${port}\\)`));
});

test.serial('a configuration with problems: nothing listens, nothing is made, and all of them are shown', async (t) => {
  const folder = await folderFor(t);
  const file = await writeConfig(folder, { logging: { level: 'loud' }, server: { workers: 0 } });
  const program = start(t, folder, ['serve', '--config', file]);
  await once(program.child, 'close');
  t.is(program.child.exitCode, 2);
  t.regex(program.errors, /has 2 problems:\n.*logging\.level.*\n.*server\.workers/);
  t.is(program.output, '');
  await t.throwsAsync(stat(join(folder, 'data')), { code: 'ENOENT' });
});
