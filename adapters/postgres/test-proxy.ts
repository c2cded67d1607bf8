/** A way to the server that breaks at the worst moment: around the answer to a commit. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

/**
 * `before`: the commit never reaches the server. `after`: the server commits, and its answer does not come back.
 * undefined: everything passes.
 */
export type Cut = 'before' | 'after' | undefined;

export interface CuttingProxy extends AsyncDisposable {
  readonly port: number;
  /** How the next commit is cut; later ones pass. */
  cutNext(cut: Cut): void;
}

/** The message Query of the protocol with the text `commit` (postgresql.org/docs/current/protocol-message-formats.html). */
const commitMessage = Buffer.from([0x51, 0, 0, 0, 11, ...Buffer.from('commit'), 0]);

export async function startCuttingProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<CuttingProxy> {
  let cut: Cut;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    let isCut = false;
    client.on('data', (chunk: Buffer) => {
      const place = chunk.indexOf(commitMessage);
      if (place === -1 || cut === undefined) {
        upstream.write(chunk);
        return;
      }
      const how = cut;
      cut = undefined;
      isCut = true;
      if (how === 'before') client.destroy();
      else upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => {
      // The answer to the commit is a message of its own; what was asked before it was answered before it was sent.
      if (isCut) client.destroy();
      else client.write(chunk);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a listening socket has no port');
  return {
    port: address.port,
    cutNext: (how) => {
      cut = how;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      if (server.listening) await once(server, 'close');
    },
  };
}
