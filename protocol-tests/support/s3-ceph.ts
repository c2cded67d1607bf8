/**
 * Ceph's RADOS Gateway on a cluster of one monitor and one OSD, all in a temporary folder. With `memstore` it is ready in one to
 * two seconds and forgets everything at its end; with `bluestore` (a file) it takes about ten seconds and outlives `kill -9`.
 */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { makeServedFolder } from './peer.ts';
import { runToSuccess, startProcess } from './process.ts';
import type { RunningProcess } from './process.ts';
import { freePortRow } from './s3-ports.ts';
import { asServiceUser, createBucket, statusOf } from './s3-server.ts';
import type { S3Access, S3Server } from './s3-server.ts';
import { createServerCertificate } from './server-certificate.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

/** Debian's `radosgw`, `ceph-mon`, `ceph-osd` and what comes with them. */
export const cephParts = ['radosgw', 'ceph-mon', 'ceph-osd', 'ceph', 'monmaptool', 'radosgw-admin'];

/** A key that this gateway's key management knows. */
export const cephKmsKeyId = 'test-key-1';

export interface CephOptions {
  /** Default `memstore`. */
  readonly store?: 'memstore' | 'bluestore';
  /** Octets that the store may hold. Default 2 GiB. */
  readonly deviceOctets?: number;
  /** Default false. */
  readonly tls?: boolean;
}

export interface CephServer extends S3Server {
  /** Ends every process by SIGKILL and starts them again on what they stored. Only with `bluestore`. */
  restart(): Promise<void>;
}

interface Cluster extends S3Access {
  readonly root: string;
  readonly port: number;
  readonly store: 'memstore' | 'bluestore';
  readonly deviceOctets: number;
  /** Of the gateway's frontend. */
  readonly listen: string;
}

const fsid = '11111111-2222-3333-4444-555555555555';
const osdId = 'aaaaaaaa-0000-4000-8000-000000000000';

/** The gateway's port, the monitor's, and those that the OSD chooses from. */
const portCount = 20;

function configuration({ root, port, store, deviceOctets, listen }: Cluster): string {
  return [
    '[global]',
    `fsid = ${fsid}`,
    `mon host = v2:127.0.0.1:${port + 1}`,
    'public addr = 127.0.0.1',
    'cluster addr = 127.0.0.1',
    'ms bind msgr1 = false',
    `ms bind port min = ${port + 2}`,
    `ms bind port max = ${port + portCount - 1}`,
    // No authentication within the cluster; without the next line the gateway would wait for the monitor for ever.
    'ms mon client mode = crc secure',
    ...['cluster', 'service', 'client'].map((part) => `auth ${part} required = none`),
    `keyring = ${root}/keyring`,
    `mon data = ${root}/mon`,
    `osd data = ${root}/osd`,
    `run dir = ${root}/run`,
    `crash dir = ${root}/log`,
    `admin socket = ${root}/run/$name.$pid.asok`,
    `log file = ${root}/log/$name.log`,
    `mon cluster log file = ${root}/log/cluster.log`,
    'mon data avail crit = 0',
    // With the default each of the gateway's first pools takes two seconds.
    'paxos propose interval = 0.02',
    'paxos min wait = 0.01',
    `osd objectstore = ${store}`,
    `memstore device bytes = ${deviceOctets}`,
    `bluestore block size = ${deviceOctets}`,
    'osd memory target = 939524096',
    'osd crush chooseleaf type = 0',
    ...['size', 'min size', 'pg num', 'pgp num'].map((setting) => `osd pool default ${setting} = 1`),
    'osd pool default pg autoscale mode = off',
    'mon max pg per osd = 1000',
    `rgw frontends = beast ${listen} tcp_nodelay=1`,
    'rgw thread pool size = 128',
    'rgw gc obj min wait = 1',
    'rgw gc processor period = 5',
    'rgw crypt require ssl = false',
    'rgw crypt s3 kms backend = testing',
    `rgw crypt s3 kms encryption keys = ${cephKmsKeyId}=${Buffer.alloc(32, 'k').toString('base64')}`,
    '',
  ].join('\n');
}

/** Works as root (the processes become www-data) and as anyone else. */
export async function startCeph(options: CephOptions = {}): Promise<CephServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await createTemporaryFolder('passerelle-ceph'));
  const cluster = await describe(folder.path, options);
  for (const name of ['mon', 'osd', 'run', 'log']) await makeServedFolder(folder.file(name));
  await writeFile(folder.file('ceph.conf'), configuration(cluster));
  await writeFile(folder.file('keyring'), '');
  const processes = new Processes(cluster);
  stack.defer(() => processes.kill());
  await processes.create();
  await makeUser(cluster);
  const moved = stack.move();
  const stop = (): Promise<void> => moved.disposeAsync();
  return {
    ...cluster,
    get pids() {
      return processes.pids;
    },
    newBucket: () => createBucket(cluster),
    restart: () => processes.restart(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function describe(root: string, options: CephOptions): Promise<Cluster> {
  const port = await freePortRow(portCount);
  const common = {
    root,
    port,
    store: options.store ?? 'memstore',
    deviceOctets: options.deviceOctets ?? 2 * 1024 ** 3,
    region: 'us-east-1',
    accessKeyId: 'testkey',
    secretAccessKey: 'testsecret',
  };
  if (options.tls !== true) {
    const listen = `endpoint=127.0.0.1:${port}`;
    return { ...common, listen, endpoint: `http://127.0.0.1:${port}`, caFile: undefined };
  }
  const { certificateFile, keyFile, caFile } = await createServerCertificate(root, 'ceph');
  await chmod(keyFile, 0o644); // the gateway reads it as the user that it becomes
  const listen = `ssl_endpoint=127.0.0.1:${port} ssl_certificate=${certificateFile} ssl_private_key=${keyFile}`;
  return { ...common, listen, endpoint: `https://127.0.0.1:${port}`, caFile };
}

async function makeUser(cluster: Cluster): Promise<void> {
  const keys = [`--access-key=${cluster.accessKeyId}`, `--secret-key=${cluster.secretAccessKey}`];
  const args = ['-c', `${cluster.root}/ceph.conf`, '-n', 'client.rgw', 'user', 'create', '--uid=test'];
  await runToSuccess(asServiceUser('radosgw-admin', [...args, '--display-name=test', ...keys]));
}

/** The monitor, the OSD and the gateway. */
class Processes {
  readonly #cluster: Cluster;
  #running: RunningProcess[] = [];

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  get pids(): readonly number[] {
    return this.#running.map(({ pid }) => pid);
  }

  async create(): Promise<void> {
    const { root, port } = this.#cluster;
    const map = `${root}/run/monmap`;
    const monitor = ['--addv', 'a', `[v2:127.0.0.1:${port + 1}]`];
    await runToSuccess(asServiceUser('monmaptool', ['--create', '--fsid', fsid, ...monitor, map]));
    await this.#run('ceph-mon', ['-i', 'a', '--mkfs', '--monmap', map]);
    await this.#start('ceph-mon', ['-i', 'a', '-f']);
    await this.#run('ceph', ['osd', 'new', osdId]);
    await this.#run('ceph-osd', ['-i', '0', '--mkfs', '--osd-uuid', osdId]);
    await this.#startStored();
  }

  async restart(): Promise<void> {
    if (this.#cluster.store === 'memstore') throw new Error('memstore outlives no restart');
    await this.kill();
    await this.#start('ceph-mon', ['-i', 'a', '-f']);
    await this.#startStored();
  }

  async kill(): Promise<void> {
    const running = this.#running;
    this.#running = [];
    await Promise.all(running.map((each) => each.kill()));
  }

  async #startStored(): Promise<void> {
    const { endpoint, caFile } = this.#cluster;
    const ca = caFile === undefined ? undefined : await readFile(caFile, 'utf8');
    await this.#start('ceph-osd', ['-i', '0', '-f']);
    await this.#start('radosgw', ['-n', 'client.rgw', '-f'], async () => (await statusOf(`${endpoint}/`, ca)) === 200);
  }

  #run(command: string, args: readonly string[]): Promise<string> {
    return runToSuccess(asServiceUser(command, ['-c', `${this.#cluster.root}/ceph.conf`, ...args]));
  }

  async #start(command: string, args: readonly string[], ready?: () => Promise<boolean>): Promise<void> {
    const started = await startProcess({
      ...asServiceUser(command, ['-c', `${this.#cluster.root}/ceph.conf`, ...args]),
      readyTimeoutMs: 60_000,
      ...(ready === undefined ? {} : { ready }),
    });
    this.#running.push(started);
  }
}
