/**
 * A listener: accepts TCP connections, learns from a trusted proxy whom they are from, does TLS, keeps the limits, and hands
 * on a socket with its `ConnectionInfo`. What protocol is spoken on it is not known here.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { GatewayError } from '../ports/errors.ts';
import type { Log } from '../ports/log.ts';
import { Acceptor } from './acceptor.ts';
import type { AcceptedConnection, Listener, ListenerDependencies, ListenerOptions } from './listener-options.ts';

/** Time after which a silent connection is asked whether its client still lives. */
const tcpKeepAliveMs = 60_000;

/**
 * @param onConnection is called when proxy header and TLS handshake are done; must not throw
 * @throws GatewayError `in-use` (another program has the port), `permission-denied` (the port needs a privilege), `unavailable`
 */
export async function openListener(
  options: ListenerOptions,
  dependencies: ListenerDependencies,
  onConnection: (connection: AcceptedConnection) => void,
): Promise<Listener> {
  const listener = new TcpListener(options, dependencies, onConnection);
  await listener.open();
  return listener;
}

class TcpListener implements Listener {
  readonly name: string;
  readonly #options: ListenerOptions;
  readonly #dependencies: ListenerDependencies;
  readonly #log: Log;
  readonly #onConnection: (connection: AcceptedConnection) => void;
  readonly #acceptor: Acceptor;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #bound: { readonly address: string; readonly port: number };
  #stopped = false;

  constructor(
    options: ListenerOptions,
    dependencies: ListenerDependencies,
    onConnection: (connection: AcceptedConnection) => void,
  ) {
    this.name = options.name;
    this.#options = options;
    this.#dependencies = dependencies;
    this.#log = dependencies.log.child({ listener: options.name });
    this.#onConnection = onConnection;
    this.#acceptor = new Acceptor(options, dependencies, this.#log);
    this.#bound = { address: options.address, port: options.port };
    // Half-open is allowed so that a protocol may still answer a client that has said everything. No Nagle: a short answer must
    // not wait for the acknowledgement of the one before.
    this.#server = createServer({
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: tcpKeepAliveMs,
    });
    // In a worker of a cluster `dropMaxConnection` closes what is too much, where Node would hand it round all workers, full
    // ones too. Node's types do not have it yet.
    Object.assign(this.#server, { maxConnections: options.limits.connections, dropMaxConnection: true });
    this.#server.on('connection', (socket) => this.#accept(socket));
    this.#server.on('drop', () => this.#acceptor.refused('connections'));
  }

  get address(): string {
    return this.#bound.address;
  }

  get port(): number {
    return this.#bound.port;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  async open(): Promise<void> {
    const { address, port, limits } = this.#options;
    try {
      this.#server.listen({ host: address, port, backlog: limits.backlog });
      await once(this.#server, 'listening');
    } catch (error) {
      this.#acceptor[Symbol.dispose]();
      throw openingProblem(error, `${this.name} (${address} port ${port})`);
    }
    this.#server.on('error', (error) => this.#log.error('listener.error', { result: 'failed', error }));
    const bound = this.#server.address();
    if (bound !== null && typeof bound !== 'string') this.#bound = bound;
    this.#log.info('listener.open', { result: 'ok', address: this.address, port: this.port });
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#server.close();
    this.#log.info('listener.stop', { result: 'ok', connections: this.connections });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    const closing = [...this.#sockets].map((socket) => once(socket, 'close'));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closing);
    this.#acceptor[Symbol.dispose]();
  }

  #accept(socket: Socket): void {
    const { observer } = this.#dependencies;
    const closed = new AbortController();
    this.#sockets.add(socket);
    observer?.accepted(this.name);
    // A reset by the other side is no fault of ours; without a listener it would end the process.
    socket.on('error', (error) => this.#log.debug('connection.error', { result: 'aborted', error }));
    socket.once('close', () => {
      this.#sockets.delete(socket);
      observer?.closed(this.name);
      closed.abort();
    });
    void this.#acceptor.accept(socket, closed.signal).then((connection) => {
      if (connection !== undefined) this.#onConnection(connection);
    });
  }
}

/** The message is for the operator who starts the gateway. */
function openingProblem(error: unknown, where: string): GatewayError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return new GatewayError('in-use', `another program listens on ${where}`, { cause: error });
  if (code === 'EACCES') {
    return new GatewayError('permission-denied', `listening on ${where} needs a privilege`, { cause: error });
  }
  return new GatewayError('unavailable', `cannot listen on ${where}`, { cause: error });
}
