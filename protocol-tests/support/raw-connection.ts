/** A TLS connection on which a test writes any octets it likes: malformed requests, slow ones, none at all. */
import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { until } from './wait.ts';

export interface RawTarget {
  readonly url: string;
  readonly caFile: string;
}

export class RawConnection implements Disposable {
  readonly #socket: TLSSocket;
  #received = Buffer.alloc(0);
  #isClosed = false;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
    });
    socket.on('error', () => undefined); // a reset is one way to be refused; it is seen as closed
    socket.on('close', () => {
      this.#isClosed = true;
    });
  }

  /** Everything that came so far, one character an octet. */
  get received(): string {
    return this.#received.toString('latin1');
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  write(octets: string | Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(octets);
  }

  /** The status of the first answer, as soon as its status line is complete; undefined when it was closed without one. */
  async status(timeoutMs = 30_000): Promise<number | undefined> {
    const read = (): number | undefined => {
      const match = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n/.exec(this.received);
      return match === null ? undefined : Number(match[1]);
    };
    await until('a status line or the end of the connection', () => read() !== undefined || this.#isClosed, {
      timeoutMs,
    });
    return read();
  }

  async closed(timeoutMs = 30_000): Promise<void> {
    await until('the server to close the connection', () => this.#isClosed, { timeoutMs });
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/**
 * Resolves after the handshake; a server that closes instead is seen in `isClosed`.
 * @param from address of this machine that the server shall see: all of 127.0.0.0/8 may be used
 */
export async function openRaw(target: RawTarget, from = '127.0.0.1'): Promise<RawConnection> {
  const { hostname, port } = new URL(target.url);
  const below = connectTcp({ host: hostname, port: Number(port), localAddress: from });
  const socket = connectTls({ socket: below, ca: readFileSync(target.caFile), host: hostname });
  const connection = new RawConnection(socket);
  below.on('error', () => socket.destroy());
  await new Promise<void>((resolve) => {
    socket.once('secureConnect', resolve);
    socket.once('close', () => {
      resolve();
    });
  });
  return connection;
}

/** Writes a whole request on a connection of its own. @returns the status; undefined when it was closed without one */
export async function rawStatus(target: RawTarget, request: string | Uint8Array): Promise<number | undefined> {
  using connection = await openRaw(target);
  connection.write(request);
  return await connection.status(); // awaited: the connection is closed when this returns
}

/** Like `rawStatus`, with everything that came until the server closed the connection. Ask with `Connection: close`. */
export async function rawAnswer(
  target: RawTarget,
  request: string | Uint8Array,
): Promise<{ readonly status: number | undefined; readonly text: string }> {
  using connection = await openRaw(target);
  connection.write(request);
  const status = await connection.status();
  await connection.closed();
  return { status, text: connection.received };
}
