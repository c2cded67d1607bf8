/**
 * The running gateway for dialogues: a child process started by its own command line on free ports, with data, certificate
 * and people of its own; what a test does to it (SIGTERM, kill -9, a restart on the same data) is what an operator could do.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { accepts } from './peer.ts';
import { freePorts } from './free-port.ts';
import { HttpClient } from './http-client.ts';
import { runToSuccess, startProcess, type ProcessEnd, type RunningProcess } from './process.ts';
import { createTemporaryFolder, type TemporaryFolder } from './temporary-folder.ts';

export const gatewayDomain = 'univ.test';

export interface GatewayOptions {
  /** Default 1: nothing is forked. */
  readonly workers?: number;
  /** Local parts of the people to make; `ada` when left out. All have `gatewayPassword`. */
  readonly users?: readonly string[];
  /** Laid over the generated configuration, key by key at the top two levels. */
  readonly configuration?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Arguments for Node itself, such as `--cpu-prof`. */
  readonly nodeArguments?: readonly string[];
}

export const gatewayPassword = 'correct horse';

export interface GatewayUser {
  readonly address: string;
  readonly password: string;
}

const mainFile = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url));

export class RunningGateway implements AsyncDisposable {
  readonly #folder: TemporaryFolder;
  readonly #options: GatewayOptions;
  readonly #ports: { readonly https: number; readonly admin: number };
  #process: RunningProcess | undefined;

  constructor(folder: TemporaryFolder, options: GatewayOptions, ports: { https: number; admin: number }) {
    this.#folder = folder;
    this.#options = options;
    this.#ports = ports;
  }

  /** With a slash at its end. */
  get url(): string {
    return `https://127.0.0.1:${this.#ports.https}/`;
  }

  /** Health and metrics; with a slash at its end. */
  get adminUrl(): string {
    return `http://127.0.0.1:${this.#ports.admin}/`;
  }

  /** PEM of the authority that signed the server's certificate. */
  get caFile(): string {
    return this.#folder.file('data', 'tls', 'ca.crt');
  }

  get dataFolder(): string {
    return this.#folder.file('data');
  }

  get configurationFile(): string {
    return this.#folder.file('config.yaml');
  }

  get pid(): number {
    return this.#running.pid;
  }

  /** The first person of the options. */
  get user(): GatewayUser {
    return this.userNamed(this.#options.users?.[0] ?? 'ada');
  }

  userNamed(localPart: string): GatewayUser {
    return { address: `${localPart}@${gatewayDomain}`, password: gatewayPassword };
  }

  /** The home folder of a person, with a slash at its end. */
  davUrl(user: GatewayUser = this.user): string {
    return `${this.url}dav/files/${user.address}/`;
  }

  /** A client signed in as this person, based at their home folder. */
  client(user: GatewayUser = this.user, keepAlive = true): HttpClient {
    const { address, password } = user;
    return new HttpClient({ url: this.davUrl(user), caFile: this.caFile, user: address, password, keepAlive });
  }

  /** What it logged, one line an event. */
  log(): string {
    return this.#running.output();
  }

  /** Starts it on the data that is there. Resolves when it answers. */
  async start(): Promise<void> {
    this.#process = await startProcess({
      command: process.execPath,
      args: [...(this.#options.nodeArguments ?? []), mainFile, 'serve', '--config', this.configurationFile],
      cwd: this.#folder.path,
      ready: () => this.#isReady(),
      readyTimeoutMs: 30_000,
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#running.signal(name);
  }

  /** SIGTERM: it drains. */
  stop(graceMs?: number): Promise<ProcessEnd> {
    return this.#running.stop(graceMs);
  }

  /** SIGKILL to it and its workers. */
  kill9(): Promise<ProcessEnd> {
    return this.#running.kill();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Runs a command of the gateway's command line on this configuration. @returns its standard output */
  command(args: readonly string[], input?: string): Promise<string> {
    return runToSuccess({
      command: process.execPath,
      args: [mainFile, ...args, '--config', this.configurationFile],
      cwd: this.#folder.path,
      ...(input === undefined ? {} : { input }),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.stop();
    await this.#folder[Symbol.asyncDispose]();
  }

  get #running(): RunningProcess {
    if (this.#process === undefined) throw new Error('the gateway was not started');
    return this.#process;
  }

  async #isReady(): Promise<boolean> {
    if (!existsSync(this.caFile) || !(await accepts(this.#ports.https))) return false;
    using client = new HttpClient({ url: this.adminUrl, caFile: undefined });
    try {
      return (await client.request('GET', '/readyz')).status === 200;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return false;
      throw error;
    }
  }
}

function configurationOf(options: GatewayOptions, dataDir: string, ports: { https: number; admin: number }): unknown {
  const generated: Record<string, Record<string, unknown>> = {
    server: { hostname: 'localhost', dataDir, workers: options.workers ?? 1, tls: { mode: 'self-signed' } },
    listeners: {
      https: { port: ports.https, address: '127.0.0.1' },
      admin: { port: ports.admin, address: '127.0.0.1' },
    },
    domains: { [gatewayDomain]: {} },
  };
  for (const [key, value] of Object.entries(options.configuration ?? {})) {
    generated[key] = { ...generated[key], ...value };
  }
  return generated;
}

/** Makes a configuration and people, and starts the gateway. */
export async function startGateway(options: GatewayOptions = {}): Promise<RunningGateway> {
  const folder = await createTemporaryFolder('passerelle-gateway', 0o700);
  const [https, admin] = await freePorts(2);
  if (https === undefined || admin === undefined) throw new Error('no ports');
  const gateway = new RunningGateway(folder, options, { https, admin });
  try {
    const configuration = configurationOf(options, gateway.dataFolder, { https, admin });
    await writeFile(gateway.configurationFile, JSON.stringify(configuration, undefined, 2)); // JSON is YAML 1.2
    for (const user of options.users ?? ['ada']) {
      const { address, password } = gateway.userNamed(user);
      await gateway.command(['user', 'add', address, '--name', user, '--password-stdin'], `${password}\n`);
    }
    await gateway.start();
    return gateway;
  } catch (error) {
    await gateway[Symbol.asyncDispose]();
    throw error;
  }
}
