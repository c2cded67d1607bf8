import test, { type ExecutionContext } from 'ava';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startApache } from '../support/apache.ts';
import { createFileTree, hashTree } from '../support/file-tree.ts';
import { startGateway } from '../support/gateway.ts';
import { memoryOf } from '../support/memory.ts';
import { isSoak, partTest } from '../support/parts.ts';
import { createRclone, type RcloneTarget } from '../support/rclone.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

const files = isSoak ? 5_000 : 300;
const largeFileOctets = isSoak ? 2 * 1024 ** 3 : 64 * 1024 ** 2;
const memoryLimitOctets = 300 * 1024 ** 2;

interface RoundTrip {
  readonly source: string;
  readonly back: string;
}

/** Up, compared, down, compared; then a second `sync` must find nothing to do. */
async function roundTrip(t: ExecutionContext, target: RcloneTarget, folder: string, size: number): Promise<RoundTrip> {
  const source = join(folder, `source-${target.vendor}`);
  const back = join(folder, `back-${target.vendor}`);
  const rclone = await createRclone(target);
  await createFileTree(source, { files: size, ...(target.vendor === 'other' ? { largeFileOctets } : {}) });
  await rclone.run('copy', source, `dav:${target.vendor}`);
  await rclone.run('check', source, `dav:${target.vendor}`, '--download');
  await rclone.run('copy', `dav:${target.vendor}`, back);
  t.deepEqual(await hashTree(back), await hashTree(source));
  const again = await rclone.tryRun('sync', source, `dav:${target.vendor}`, '--dry-run', '--size-only', '-v');
  t.is(again.code, 0);
  t.false(/Skipped (copy|delete)/.test(again.output), again.output);
  return { source, back };
}

partTest(
  test,
  ['rclone'],
  'rclone: a tree of awkward names and a large file goes up, is found equal and comes down',
  async (t) => {
    t.timeout(25 * 60_000);
    await using folder = await createTemporaryFolder();
    await using gateway = await startGateway();
    const { address, password } = gateway.user;
    const target = { url: gateway.davUrl(), caFile: gateway.caFile, user: address, password };
    await roundTrip(t, { ...target, vendor: 'other' }, folder.path, files);
    const { peakOctets } = memoryOf(gateway.pid);
    t.log(`peak memory of the gateway: ${Math.round(peakOctets / 1024 ** 2)} MiB`);
    t.true(peakOctets < memoryLimitOctets, `peak memory ${peakOctets}`);
  },
);

for (const vendor of ['owncloud', 'nextcloud'] as const) {
  partTest(
    test,
    ['rclone'],
    `rclone: as ${vendor} it keeps times (X-OC-Mtime), and its checksums (OC-Checksum) hold`,
    async (t) => {
      await using folder = await createTemporaryFolder();
      await using gateway = await startGateway();
      const { address, password } = gateway.user;
      const target = { url: gateway.davUrl(), caFile: gateway.caFile, user: address, password, vendor };
      const { source, back } = await roundTrip(t, target, folder.path, 60);
      const times = async (root: string): Promise<readonly string[]> => {
        const names = await readdir(join(root, 'plain'));
        const stats = names
          .sort()
          .map(async (name) => `${name} ${Math.floor((await stat(join(root, 'plain', name))).mtimeMs)}`);
        return Promise.all(stats);
      };
      t.deepEqual(await times(back), await times(source));
    },
  );
}

partTest(
  test,
  ['rclone'],
  'rclone: moves and removes are done on the server, folders with their content',
  async (t) => {
    await using folder = await createTemporaryFolder();
    await using gateway = await startGateway();
    const { address, password } = gateway.user;
    const rclone = await createRclone({
      url: gateway.davUrl(),
      caFile: gateway.caFile,
      user: address,
      password,
      vendor: 'other',
    });
    await mkdir(folder.file('source', 'inner'), { recursive: true });
    await writeFile(folder.file('source', 'inner', 'ä 100%.txt'), 'octets');
    await rclone.run('copy', folder.file('source'), 'dav:one');
    await rclone.run('moveto', 'dav:one', 'dav:two % é');
    t.is(await rclone.run('cat', 'dav:two % é/inner/ä 100%.txt'), 'octets');
    await rclone.run('copyto', 'dav:two % é/inner/ä 100%.txt', 'dav:copy.txt');
    await rclone.run('purge', 'dav:two % é');
    t.is((await rclone.run('lsf', '-R', 'dav:')).trim(), 'copy.txt');
  },
);

partTest(
  test,
  ['rclone', 'apache2', 'openssl'],
  'rclone: the same round trip works with mod_dav, so the tree is fair',
  async (t) => {
    await using folder = await createTemporaryFolder();
    await using apache = await startApache();
    const { url, caFile = '', user, password } = apache;
    await roundTrip(t, { url, caFile, user, password, vendor: 'other' }, folder.path, 60);
  },
);
