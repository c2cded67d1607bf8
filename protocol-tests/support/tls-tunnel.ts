/** A plain TCP port whose connections are carried to a TLS server: for clients (or parts of them) that speak no TLS. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface TlsTunnel extends AsyncDisposable {
  readonly port: number;
}

export async function openTlsTunnel(target: { readonly url: string; readonly caFile: string }): Promise<TlsTunnel> {
  const { hostname, port } = new URL(target.url);
  const ca = readFileSync(target.caFile);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    const far = connectTls({ host: hostname, port: Number(port), ca });
    keep(near);
    keep(far);
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a listening socket has no port');
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}
