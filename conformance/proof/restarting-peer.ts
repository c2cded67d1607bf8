import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('webdav-server.ts', import.meta.url));

/** A server in a child process that is started again on the same port whenever it dies. */
export class RestartingPeer implements AsyncDisposable {
  readonly user = 'ada';
  readonly password = 'correct horse';
  readonly #folder: string;
  #port = 0;
  #child: ChildProcess | undefined;
  #stopping = false;
  #deaths = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts it on an empty folder and a free port. */
  static async start(): Promise<RestartingPeer> {
    const peer = new RestartingPeer(await mkdtemp(join(tmpdir(), 'conformance-peer-')));
    await peer.#launch();
    return peer;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.#port}/`);
  }

  /** How often a request ended the process. */
  get deaths(): number {
    return this.#deaths;
  }

  /** Resolves when it accepts connections: after a request that it may have died of. */
  async ready(): Promise<void> {
    while (!(await this.#accepts())) await setTimeout(20);
  }

  #accepts(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.#port, '127.0.0.1');
      socket.once('error', () => resolve(false));
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
    });
  }

  async #launch(): Promise<void> {
    const child = spawn(process.execPath, [program, String(this.#port), this.#folder, this.user], {
      env: { ...process.env, PEER_PASSWORD: this.password },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#child = child;
    const lines = createInterface({ input: child.stdout });
    const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as readonly unknown[];
    const port = typeof line === 'string' ? /^listening (\d+)$/.exec(line)?.[1] : undefined;
    if (port === undefined) throw new Error('the peer did not start');
    this.#port = Number(port);
    child.once('exit', () => {
      if (this.#stopping) return;
      this.#deaths += 1;
      // A failed restart shows as an unreachable server in every case that follows.
      this.#launch().catch(() => undefined);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
