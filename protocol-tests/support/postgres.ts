/**
 * A PostgreSQL server of its own for a test file: a new cluster in a temporary folder, made by Debian's `initdb` and run as an
 * unprivileged user, on a free port of 127.0.0.1 and a socket in its folder.
 */
import { randomInt } from 'node:crypto';
import { copyFile, writeFile } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Implementation, TestFn } from 'ava';
import { findProgram, partTest } from './parts.ts';
import type { Part } from './parts.ts';
import { startedByRoot } from './peer.ts';
import { runToSuccess, startProcess } from './process.ts';
import type { RunningProcess } from './process.ts';
import type { ServerCertificate } from './server-certificate.ts';
import { createTemporaryFolder } from './temporary-folder.ts';
import type { TemporaryFolder } from './temporary-folder.ts';

/** Debian keeps each version's programs here, and only the wrappers in PATH. */
const debianFolder = '/usr/lib/postgresql';

/** Where `initdb` and `postgres` are: the newest version of Debian's, or what is in PATH; undefined when there is none. */
function programFolder(): string | undefined {
  const versions = existsSync(debianFolder) ? readdirSync(debianFolder) : [];
  const newest = versions.sort((one, other) => Number(other) - Number(one)).map((v) => join(debianFolder, v, 'bin'));
  const inPath = findProgram('initdb')?.slice(0, -'/initdb'.length);
  return [...newest, ...(inPath === undefined ? [] : [inPath])].find((folder) => existsSync(join(folder, 'initdb')));
}

/** For `partTest`. */
export function postgresPart(): Part {
  const present = programFolder() !== undefined && (!startedByRoot || findProgram('setpriv') !== undefined);
  return { name: 'postgresql', isPresent: present };
}

/** ava's `test` for tests that need PostgreSQL: skipped, or failed where all parts are required, when it is not installed. */
export function postgresTest(test: TestFn): TestFn {
  const declare = (title: string, implementation: Implementation<[]>): void =>
    partTest(test, [postgresPart()], title, implementation);
  return Object.assign(declare, test);
}

/** One server for all tests of a file, started by the first one that asks for it. */
export function sharedCluster(test: TestFn, options: ClusterOptions = {}): () => Promise<PostgresCluster> {
  let started: Promise<PostgresCluster> | undefined;
  test.after.always(async () => {
    await (await started)?.[Symbol.asyncDispose]();
  });
  return () => (started ??= startCluster(options));
}

export interface ClusterOptions {
  /** Waits for the device at each commit, as a real server does; without it an operating system that fails may lose commits. */
  readonly durable?: boolean;
  /** Lets clients in by TLS, and over the network by nothing else. */
  readonly certificate?: ServerCertificate;
  /** Lines of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** Where a client connects to. The names are those of the adapter's options. */
export interface ClusterAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** How the server ends: `fast` as an administrator stops it, `immediate` as it would crash. */
export type ShutdownMode = 'fast' | 'immediate';

export interface PostgresCluster extends AsyncDisposable {
  /** In a database, by default `postgres`. */
  address(database?: string): ClusterAddress;
  /** The same as `postgresql://…`. */
  connectionString(database?: string): string;
  /** The password of the user, which the server asks for over the network. */
  readonly password: string;
  /** The folder of the server's socket, over which no password is asked for. */
  readonly socketFolder: string;
  /** Makes an empty database. @returns its name */
  createDatabase(): Promise<string>;
  /** Runs statements as the superuser. @returns the rows, columns divided by `|` */
  sql(text: string, database?: string): Promise<string>;
  /** Ends the connections of all clients (of one application, when it is named). @returns how many there were */
  killConnections(applicationName?: string): Promise<number>;
  stop(mode?: ShutdownMode): Promise<void>;
  start(): Promise<void>;
  restart(mode?: ShutdownMode): Promise<void>;
}

const user = 'passerelle';
const password = 'correct horse';
const serverUser = 'postgres';

/** As root, the server's own user runs it: PostgreSQL refuses to be started by root. */
function asServerUser(command: string, args: readonly string[]): { command: string; args: readonly string[] } {
  if (!startedByRoot) return { command, args };
  const become = ['--reuid', serverUser, '--regid', serverUser, '--init-groups', '--'];
  return { command: 'setpriv', args: [...become, command, ...args] };
}

async function makeData(programs: string, folder: string, options: ClusterOptions): Promise<void> {
  const data = join(folder, 'data');
  if (startedByRoot) await runToSuccess({ command: 'chown', args: [serverUser, folder] });
  await writeFile(join(folder, 'password'), password, { mode: 0o644 });
  // A collation that is not that of code points, so that nothing relies on the database's.
  const locale = '--encoding=UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=en'.split(' ');
  const access = ['--auth-local=trust', '--auth-host=scram-sha-256', `--pwfile=${join(folder, 'password')}`];
  const initdb = ['-D', data, '-U', user, '--no-sync', ...access, ...locale];
  await runToSuccess({ ...asServerUser(join(programs, 'initdb'), initdb), cwd: folder });
  const settings: Record<string, string | number> = {
    listen_addresses: "'127.0.0.1'",
    unix_socket_directories: `'${folder}'`,
    max_connections: 300,
    fsync: options.durable === true ? 'on' : 'off',
    ...(options.certificate === undefined ? {} : await tlsSettings(data, options.certificate)),
    ...options.settings,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  await writeFile(join(data, 'postgresql.auto.conf'), `${lines.join('\n')}\n`);
}

async function tlsSettings(data: string, certificate: ServerCertificate): Promise<Record<string, string>> {
  const [cert, key, access] = [join(data, 'server.crt'), join(data, 'server.key'), join(data, 'pg_hba.conf')];
  await copyFile(certificate.certificateFile, cert);
  await copyFile(certificate.keyFile, key);
  await writeFile(access, 'local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n');
  await runToSuccess({ command: 'chmod', args: ['600', key] });
  if (startedByRoot) await runToSuccess({ command: 'chown', args: [serverUser, cert, key] });
  return { ssl: 'on' };
}

/** @throws Error when PostgreSQL is not installed (`postgresPart`) or does not start */
export async function startCluster(options: ClusterOptions = {}): Promise<PostgresCluster> {
  const programs = programFolder();
  if (programs === undefined) throw new Error('PostgreSQL is not installed');
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await createTemporaryFolder('passerelle-postgres'));
  await makeData(programs, folder.path, options);
  const cluster = await startOnFreePort(programs, folder);
  stack.move();
  return cluster;
}

/**
 * Ports below those that the system gives to clients (/proc/sys/net/ipv4/ip_local_port_range): no connection of another test takes
 * it while the server is being restarted.
 */
const lowestPort = 15_000;
const highestPort = 32_000;

async function startOnFreePort(programs: string, folder: TemporaryFolder): Promise<Cluster> {
  for (let attempt = 1; ; attempt += 1) {
    const cluster = new Cluster(programs, folder, randomInt(lowestPort, highestPort));
    try {
      await cluster.start();
      return cluster;
    } catch (error) {
      if (attempt === 10 || !String(error).includes('Address already in use')) throw error;
    }
  }
}

class Cluster implements PostgresCluster {
  readonly password = password;
  readonly socketFolder: string;
  readonly #programs: string;
  readonly #folder: TemporaryFolder;
  readonly #port: number;
  #server: RunningProcess | undefined;
  #databases = 0;

  constructor(programs: string, folder: TemporaryFolder, port: number) {
    this.socketFolder = folder.path;
    this.#programs = programs;
    this.#folder = folder;
    this.#port = port;
  }

  address(database = 'postgres'): ClusterAddress {
    return { host: '127.0.0.1', port: this.#port, database, user };
  }

  connectionString(database = 'postgres'): string {
    return `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${this.#port}/${database}`;
  }

  async createDatabase(): Promise<string> {
    this.#databases += 1;
    const name = `test_${this.#databases}`;
    await this.sql(`create database ${name}`);
    return name;
  }

  async sql(text: string, database = 'postgres'): Promise<string> {
    const place = ['-h', this.socketFolder, '-p', String(this.#port), '-U', user, '-d', database];
    const args = ['-X', '-A', '-t', '-q', '-v', 'ON_ERROR_STOP=1', ...place, '-c', text];
    return (await runToSuccess({ command: join(this.#programs, 'psql'), args })).trimEnd();
  }

  async killConnections(applicationName?: string): Promise<number> {
    const which = applicationName === undefined ? '' : `and application_name = '${applicationName}'`;
    const others = `backend_type = 'client backend' and pid <> pg_backend_pid() ${which}`;
    return Number(await this.sql(`select count(pg_terminate_backend(pid)) from pg_stat_activity where ${others}`));
  }

  async start(): Promise<void> {
    const args = ['-D', join(this.socketFolder, 'data'), '-p', String(this.#port)];
    this.#server = await startProcess({
      ...asServerUser(join(this.#programs, 'postgres'), args),
      cwd: this.socketFolder,
      env: { LC_MESSAGES: 'C' },
      ready: (running) => running.output().includes('database system is ready to accept connections'),
      readyTimeoutMs: 60_000,
    });
  }

  /** https://www.postgresql.org/docs/current/server-shutdown.html: SIGINT is the fast shutdown, SIGQUIT the immediate one. */
  async stop(mode: ShutdownMode = 'fast'): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.signal(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await server.ended;
  }

  async restart(mode: ShutdownMode = 'fast'): Promise<void> {
    await this.stop(mode);
    await this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('immediate');
    await this.#folder[Symbol.asyncDispose]();
  }
}
