/** What the servers that we compare ourselves with (Apache mod_dav, nginx dav) have in common. */
import { createHash } from 'node:crypto';
import { chown, mkdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { runToSuccess } from './process.ts';
import type { RunningProcess } from './process.ts';

export interface Peer extends AsyncDisposable {
  /** With a slash at its end: `https://127.0.0.1:PORT/`. */
  readonly url: string;
  /** The folder that the URL shows; a test may put files into it directly. */
  readonly folder: string;
  readonly user: string;
  readonly password: string;
  /** Certificate to trust (PEM); undefined without TLS. */
  readonly caFile: string | undefined;
  /** The parent process; its children do the work. */
  readonly pid: number;
  /** What it wrote to its error log. */
  errorLog(): Promise<string>;
}

export interface PeerOptions {
  /** Default true. */
  readonly tls?: boolean;
}

export const peerUser = 'ada';
export const peerPassword = 'correct horse';

/**
 * A line of a password file that both servers read. SHA-1 without salt, the cheapest they have: they hash on every request,
 * where the gateway looks up a cached credential, and a comparison of transfers should not measure password hashing.
 */
export function passwordFileLine(user: string, password: string): string {
  return `${user}:{SHA}${createHash('sha1').update(password).digest('base64')}\n`;
}

/** Debian's user for servers. Started by root they give up their rights and become it; started by anyone else they stay. */
export const serviceUser = 'www-data';

export const startedByRoot = process.getuid?.() === 0;

/** Makes a folder that the server's processes may write to. */
export async function makeServedFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  if (!startedByRoot) return;
  const id = async (flag: string): Promise<number> =>
    Number((await runToSuccess({ command: 'id', args: [flag, serviceUser] })).trim());
  await chown(path, await id('-u'), await id('-g'));
}

/** Whether something accepts connections on this port of 127.0.0.1. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

export function peerOf(
  server: RunningProcess,
  where: { port: number; folder: string; caFile: string | undefined; errorLog: string },
  release: () => Promise<void>,
): Peer {
  return {
    url: `${where.caFile === undefined ? 'http' : 'https'}://127.0.0.1:${where.port}/`,
    folder: where.folder,
    user: peerUser,
    password: peerPassword,
    caFile: where.caFile,
    pid: server.pid,
    errorLog: () => readFile(where.errorLog, 'utf8'),
    [Symbol.asyncDispose]: release,
  };
}
