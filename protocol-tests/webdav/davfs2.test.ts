import test, { type ExecutionContext } from 'ava';
import { once } from 'node:events';
import { chmod, mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { startApache } from '../support/apache.ts';
import { pseudoRandomOctets } from '../support/file-tree.ts';
import { startGateway } from '../support/gateway.ts';
import { HttpClient } from '../support/http-client.ts';
import { fusePart, partTest, programPath } from '../support/parts.ts';
import { runToSuccess } from '../support/process.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/wait.ts';

interface MountTarget {
  readonly url: string;
  readonly caFile: string;
  readonly user: string;
  readonly password: string;
}

interface Mount extends AsyncDisposable {
  /** The absolute path of something in the mounted folder. */
  file(...segments: readonly string[]): string;
}

/** What the server shows, as PEM: davfs2 trusts that one certificate and knows no authority but the system's. */
async function presentedCertificate(target: MountTarget): Promise<string> {
  const { hostname, port } = new URL(target.url);
  const socket = connect({ host: hostname, port: Number(port), ca: await readFile(target.caFile) });
  await once(socket, 'secureConnect');
  const certificate = socket.getPeerX509Certificate();
  socket.destroy();
  if (certificate === undefined) throw new Error('the server showed no certificate');
  return certificate.toString();
}

async function mountDav(target: MountTarget): Promise<Mount> {
  const folder = await createTemporaryFolder();
  await mkdir(folder.file('mount'));
  await mkdir(folder.file('cache'));
  await writeFile(folder.file('server.crt'), await presentedCertificate(target));
  await chmod(folder.file('cache'), 0o1777); // davfs2 gives up root for a user of its own
  const settings = {
    trust_server_cert: folder.file('server.crt'),
    secrets: folder.file('secrets'),
    cache_dir: folder.file('cache'),
    ask_auth: '0',
    use_locks: '1',
    delay_upload: '0',
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key} ${value}\n`);
  await writeFile(folder.file('davfs2.conf'), lines.join(''));
  await writeFile(folder.file('secrets'), `${target.url} ${target.user} "${target.password}"\n`, { mode: 0o600 });
  const options = `conf=${folder.file('davfs2.conf')},uid=0`;
  try {
    await runToSuccess({
      command: programPath('mount.davfs'),
      args: ['-o', options, target.url, folder.file('mount')],
      timeoutMs: 30_000,
    });
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
  return {
    file: (...segments) => folder.file('mount', ...segments),
    [Symbol.asyncDispose]: async () => {
      await runToSuccess({ command: programPath('umount'), args: [folder.file('mount')], timeoutMs: 60_000 });
      await folder[Symbol.asyncDispose]();
    },
  };
}

/**
 * What a person's programs do on a mounted folder, each step waited for on the server, because davfs2 1.6 uploads behind the
 * program's back. Left out is what davfs2 1.6 and kernels since 6.x do not do together, whatever the server: listing
 * (`reading directory: Invalid argument`) and opening an existing file for writing (it is never uploaded).
 */
async function workIn(mount: Mount, onServer: (path: string, octets: string | Buffer | undefined) => Promise<void>) {
  const large = pseudoRandomOctets(7, 3_000_000);
  await mkdir(mount.file('a folder é'));
  await writeFile(mount.file('a folder é', 'draft 100%.txt'), 'one');
  await onServer('a%20folder%20%C3%A9/draft%20100%25.txt', 'one');
  await writeFile(mount.file('final.txt'), 'first');
  await onServer('final.txt', 'first');
  await rename(mount.file('a folder é', 'draft 100%.txt'), mount.file('final.txt'));
  await onServer('final.txt', 'one');
  await rmdir(mount.file('a folder é'));
  await onServer('a%20folder%20%C3%A9/', undefined);
  await writeFile(mount.file('large.bin'), large);
  await onServer('large.bin', large);
  await rm(mount.file('large.bin'));
  await onServer('large.bin', undefined);
}

async function check(t: ExecutionContext, target: MountTarget): Promise<void> {
  using client = new HttpClient(target);
  await client.request('PUT', 'was%20there.txt', { body: 'from before' });
  await using mount = await mountDav(target);
  t.is(await readFile(mount.file('was there.txt'), 'utf8'), 'from before');
  await workIn(mount, async (path, octets) => {
    await until(`${path} on the server`, async () => {
      const answer = await client.request('GET', path);
      return octets === undefined
        ? answer.status === 404
        : answer.status === 200 && answer.body.equals(Buffer.from(octets));
    });
  });
}

partTest(
  test,
  ['mount.davfs', 'umount', fusePart()],
  'davfs2: a mounted home folder takes files, renames and removes',
  async (t) => {
    await using gateway = await startGateway();
    const { address, password } = gateway.user;
    await check(t, { url: gateway.davUrl(), caFile: gateway.caFile, user: address, password });
  },
);

partTest(
  test,
  ['mount.davfs', 'umount', fusePart(), 'apache2', 'openssl'],
  'davfs2: the same goes through on mod_dav',
  async (t) => {
    await using apache = await startApache();
    const { url, caFile = '', user, password } = apache;
    await check(t, { url, caFile, user, password });
  },
);
