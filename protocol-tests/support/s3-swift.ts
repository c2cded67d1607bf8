/**
 * OpenStack Swift with s3api, all in a temporary folder: one replica, one device, no background daemons. The folder must be on a
 * file system with user attributes (ext4, xfs).
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { Part } from './parts.ts';
import { makeServedFolder, serviceUser, startedByRoot } from './peer.ts';
import { runToSuccess, startProcess } from './process.ts';
import type { RunningProcess } from './process.ts';
import { freePortRow } from './s3-ports.ts';
import { asServiceUser, createBucket, statusOf } from './s3-server.ts';
import type { S3Access, S3Server } from './s3-server.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

const storageServers = ['account', 'container', 'object'] as const;

/** Debian's `swift-proxy`, `swift-account`, `swift-container`, `swift-object` and `memcached`. */
export const swiftParts: readonly (string | Part)[] = [
  'memcached',
  ...['proxy', ...storageServers].map((name) => `swift-${name}-server`),
  // Read when Swift's code is loaded, before any folder of its own.
  { name: '/etc/swift/swift.conf', isPresent: existsSync('/etc/swift/swift.conf') },
];

/** The proxy, the storage servers in their order, memcached. */
const portCount = 5;

function commonLines(root: string, port: number): readonly string[] {
  return [
    '[DEFAULT]',
    'bind_ip = 127.0.0.1',
    `bind_port = ${port}`,
    `swift_dir = ${root}/etc`,
    `user = ${startedByRoot ? serviceUser : userInfo().username}`,
    'workers = 0',
    'max_clients = 1024',
    `devices = ${root}/srv`,
    'mount_check = false',
    'fallocate_reserve = 0',
    `recon_cache_path = ${root}/cache`,
    'log_level = WARNING',
    'log_udp_host = 127.0.0.1',
    'log_udp_port = 9',
  ];
}

function storageConfiguration(root: string, port: number, name: string): string {
  return [
    ...commonLines(root, port),
    '[pipeline:main]',
    `pipeline = ${name}-server`,
    `[app:${name}-server]`,
    `use = egg:swift#${name}`,
    // A listing must be exact right after a put, also on a busy machine.
    'container_update_timeout = 30',
    '',
  ].join('\n');
}

function proxyConfiguration(root: string, port: number): string {
  const filters = ['catch_errors', 'gatekeeper', 'healthcheck', 'listing_formats', 'bulk', 'slo', 'dlo'];
  return [
    ...commonLines(root, port),
    '[pipeline:main]',
    'pipeline = catch_errors gatekeeper healthcheck cache listing_formats s3api tempauth bulk slo dlo proxy-server',
    '[app:proxy-server]',
    'use = egg:swift#proxy',
    'account_autocreate = true',
    '[filter:tempauth]',
    'use = egg:swift#tempauth',
    'user_test_tester = testing .admin',
    '[filter:s3api]',
    'use = egg:swift#s3api',
    'location = us-east-1',
    'auth_pipeline_check = true',
    '[filter:cache]',
    'use = egg:swift#memcache',
    ...filters.flatMap((name) => [`[filter:${name}]`, `use = egg:swift#${name}`]),
    '',
  ].join('\n');
}

/** Writes the three rings with Swift's own code: one device in each. */
const ringProgram = `
import sys
from array import array
from swift.common.ring import RingData
folder, port = sys.argv[1], int(sys.argv[2])
for number, name in enumerate(('account', 'container', 'object'), 1):
    device = dict(id=0, region=1, zone=1, ip='127.0.0.1', port=port + number, replication_ip='127.0.0.1',
                  replication_port=port + number, device='d1', weight=1.0, meta='')
    RingData([array('H', [0, 0, 0, 0])], [device], 30).save('%s/%s.ring.gz' % (folder, name))
`;

async function writeConfiguration(root: string, port: number): Promise<void> {
  const suffix = '[swift-hash]\nswift_hash_path_suffix = test\n[storage-policy:0]\nname = Policy-0\ndefault = yes\n';
  await writeFile(`${root}/etc/swift.conf`, suffix);
  await writeFile(`${root}/etc/memcache.conf`, `[memcache]\nmemcache_servers = 127.0.0.1:${port + 4}\n`);
  await writeFile(`${root}/etc/proxy-server.conf`, proxyConfiguration(root, port));
  for (const [index, name] of storageServers.entries()) {
    await writeFile(`${root}/etc/${name}-server.conf`, storageConfiguration(root, port + 1 + index, name));
  }
  // The system's own Python: Swift is installed for no other.
  await runToSuccess({ command: '/usr/bin/python3', args: ['-c', ringProgram, `${root}/etc`, String(port)] });
}

/** Works as root (the processes become www-data) and as anyone else. */
export async function startSwift(): Promise<S3Server> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await createTemporaryFolder('passerelle-swift'));
  for (const name of ['etc', 'srv', 'srv/d1', 'cache']) await makeServedFolder(folder.file(name));
  const port = await freePortRow(portCount);
  await writeConfiguration(folder.path, port);
  const running: RunningProcess[] = [];
  stack.defer(async () => {
    await Promise.all(running.map((each) => each.kill()));
  });
  await startAll(folder.path, port, running);
  const access: S3Access = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    accessKeyId: 'test:tester',
    secretAccessKey: 'testing',
    caFile: undefined,
  };
  const moved = stack.move();
  const stop = (): Promise<void> => moved.disposeAsync();
  return {
    ...access,
    pids: running.map(({ pid }) => pid),
    newBucket: () => createBucket(access),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** @param running every process that was started, also when another one of them fails */
async function startAll(root: string, port: number, running: RunningProcess[]): Promise<void> {
  const memory = ['-l', '127.0.0.1', '-p', String(port + 4), '-U', '0', '-m', '64'];
  running.push(await startProcess(asServiceUser('memcached', memory)));
  const servers = ['proxy', ...storageServers].map(async (name, index) => {
    const url = `http://127.0.0.1:${port + index}/healthcheck`;
    const started = await startProcess({
      ...asServiceUser(`swift-${name}-server`, [`${root}/etc/${name}-server.conf`, '-v']),
      // Storage servers have no health check: they refuse the path, and are up.
      ready: async () => (await statusOf(url)) !== undefined,
      readyTimeoutMs: 60_000,
    });
    running.push(started);
  });
  const failed = (await Promise.allSettled(servers)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
