/** The servers that are measured, started side by side and filled with the same files. */
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startApache } from '../protocol-tests/support/apache.ts';
import { pseudoRandomOctets, writeLargeFile } from '../protocol-tests/support/file-tree.ts';
import { startGateway } from '../protocol-tests/support/gateway.ts';
import { basic, HttpClient } from '../protocol-tests/support/http-client.ts';
import { startNginx } from '../protocol-tests/support/nginx.ts';
import type { Peer } from '../protocol-tests/support/peer.ts';
import { makeServedFolder } from '../protocol-tests/support/peer.ts';

export const serverNames = ['passerelle', 'apache', 'nginx'] as const;
export type ServerName = (typeof serverNames)[number];

export interface MeasuredServer extends AsyncDisposable {
  readonly name: ServerName;
  readonly host: string;
  readonly port: number;
  /** Absolute path of the folder that everything lies in, with a slash at its end. */
  readonly base: string;
  readonly caFile: string;
  readonly authorization: string;
  readonly pid: number;
  /** A client for preparing and checking, outside of measured time. */
  readonly client: HttpClient;
  /** Makes a folder, whose name has no slash, with `count` files of 1 kB. */
  fill(folder: string, count: number): Promise<void>;
  /** Makes an empty folder that uploads go to. */
  makeFolder(folder: string): Promise<void>;
  /** Makes one file of this size. */
  makeFile(name: string, sizeOctets: number): Promise<void>;
}

export const smallFileOctets = 1000;

export interface ServerOptions {
  /** Processes of Passerelle that share the listener. */
  readonly workers: number;
  /** Arguments for Passerelle's Node: `--cpu-prof` and its like. */
  readonly nodeArguments: readonly string[];
}

export function startServer(name: ServerName, options: ServerOptions): Promise<MeasuredServer> {
  if (name === 'passerelle') return startPasserelle(options);
  return name === 'apache' ? startPeer(name, startApache()) : startPeer(name, startNginx());
}

/** Peers serve a folder, so their files are put there directly. */
async function startPeer(name: ServerName, starting: Promise<Peer>): Promise<MeasuredServer> {
  const peer = await starting;
  const { hostname, port } = new URL(peer.url);
  const client = new HttpClient({ ...peer });
  return {
    name,
    host: hostname,
    port: Number(port),
    base: '/',
    caFile: peer.caFile ?? '',
    authorization: basic(peer.user, peer.password),
    pid: peer.pid,
    client,
    fill: async (folder, count) => {
      await mkdir(join(peer.folder, folder));
      for (let index = 0; index < count; index += 1) {
        const path = join(peer.folder, folder, fileName(index));
        await writeFile(path, pseudoRandomOctets(index, smallFileOctets));
        await utimes(path, longAgo, longAgo);
      }
      await utimes(join(peer.folder, folder), longAgo, longAgo);
    },
    makeFolder: (folder) => makeServedFolder(join(peer.folder, folder)),
    makeFile: (file, sizeOctets) => writeLargeFile(join(peer.folder, file), sizeOctets),
    [Symbol.asyncDispose]: async () => {
      client[Symbol.dispose]();
      await peer[Symbol.asyncDispose]();
    },
  };
}

/** Seconds since the epoch: Apache gives files of the last second weak ETags, which are longer. */
const longAgo = 1_700_000_000;

function fileName(index: number): string {
  return `file ${String(index).padStart(6, '0')}.txt`;
}

async function startPasserelle({ workers, nodeArguments }: ServerOptions): Promise<MeasuredServer> {
  const gateway = await startGateway({
    workers,
    nodeArguments,
    configuration: { logging: { level: 'warn' } }, // the peers write no access log either
  });
  const { host, hostname, port, pathname } = new URL(gateway.davUrl());
  const client = gateway.client();
  const expectCreated = async (method: string, path: string, body?: Buffer): Promise<void> => {
    const { status } = await client.request(method, path, body === undefined ? {} : { body });
    if (status !== 201) throw new Error(`${method} ${path} on ${host} was answered with ${status}`);
  };
  return {
    name: 'passerelle',
    host: hostname,
    port: Number(port),
    base: pathname,
    caFile: gateway.caFile,
    authorization: basic(gateway.user.address, gateway.user.password),
    pid: gateway.pid,
    client,
    fill: async (folder, count) => {
      await expectCreated('MKCOL', `${folder}/`);
      let next = 0;
      const put = async (): Promise<void> => {
        for (let index = next++; index < count; index = next++) {
          const path = `${folder}/${encodeURIComponent(fileName(index))}`;
          await expectCreated('PUT', path, pseudoRandomOctets(index, smallFileOctets));
        }
      };
      await Promise.all(Array.from({ length: 64 }, put));
    },
    makeFolder: (folder) => expectCreated('MKCOL', `${folder}/`),
    makeFile: (file, sizeOctets) => expectCreated('PUT', file, pseudoRandomOctets(sizeOctets, sizeOctets)),
    [Symbol.asyncDispose]: async () => {
      client[Symbol.dispose]();
      await gateway[Symbol.asyncDispose]();
    },
  };
}
