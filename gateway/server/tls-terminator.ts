/** The server's side of TLS on a socket that is already connected: at once, or after STARTTLS. */
import type { Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Server, TLSSocket } from 'node:tls';
import { GatewayError } from '../ports/errors.ts';
import type { CertificateTable } from './certificate-table.ts';
import type { TlsContexts } from './tls-contexts.ts';

interface Handshake {
  readonly resolve: (socket: TLSSocket) => void;
  readonly reject: (error: unknown) => void;
}

/** The listener ends a handshake by its own clock, so Node's, which any octet winds up again, only has to be longer. */
const longestHandshakeMs = 24 * 60 * 60 * 1000;

/**
 * Wraps a `tls.Server` that listens nowhere and is handed sockets. Handshakes are told apart by the four numbers that name a
 * TCP connection, because Node gives no other public way from the encrypted socket back to the plain one.
 */
export class TlsTerminator implements Disposable {
  readonly #server: Server;
  readonly #handshakes = new Map<string, Handshake>();
  readonly #subscriptions = new DisposableStack();
  #table: CertificateTable;

  /** @param alpnProtocols what may be agreed on (RFC 7301), best first; empty: the client's list is not looked at */
  constructor(contexts: TlsContexts, alpnProtocols: readonly string[]) {
    this.#table = contexts.table;
    const { ticketKeys } = contexts;
    this.#server = createServer({
      ...this.#table.certificates[0].options,
      ...(ticketKeys === undefined ? undefined : { ticketKeys: Buffer.from(ticketKeys.current()) }),
      ...(alpnProtocols.length === 0 ? undefined : { ALPNProtocols: [...alpnProtocols] }),
      SNICallback: (serverName, done) => done(null, this.#table.find(serverName)),
      handshakeTimeout: longestHandshakeMs,
    });
    this.#server.on('secureConnection', (socket) => this.#take(socket, (handshake) => handshake.resolve(socket)));
    this.#server.on('tlsClientError', (error, socket) => this.#take(socket, (handshake) => handshake.reject(error)));
    this.#subscriptions.use(contexts.subscribe((table) => this.#replace(table)));
    // Tickets are made with the keys of the context that the handshake began with, whichever one SNI chose then: setting
    // them here sets them for all names.
    if (ticketKeys !== undefined) {
      this.#subscriptions.use(ticketKeys.subscribe((key) => this.#server.setTicketKeys(Buffer.from(key))));
    }
  }

  /**
   * Resolves when the handshake is over. The plain socket may hold octets that were put back by `unshift`; they are read first.
   * @throws GatewayError `encryption-required` when the handshake fails; the reason is its cause
   */
  async secure(socket: Socket): Promise<TLSSocket> {
    const key = nameOf(socket);
    if (key === undefined || this.#handshakes.has(key)) {
      throw new GatewayError('unavailable', 'the connection is closed');
    }
    const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
    this.#handshakes.set(key, { resolve, reject });
    const closed = (): void => reject(new Error('the connection was closed during the handshake'));
    socket.once('close', closed);
    try {
      this.#server.emit('connection', socket);
      return await promise;
    } catch (error) {
      socket.destroy();
      throw new GatewayError('encryption-required', 'the TLS handshake failed', { cause: error });
    } finally {
      this.#handshakes.delete(key);
      socket.off('close', closed);
    }
  }

  [Symbol.dispose](): void {
    this.#subscriptions.dispose();
  }

  #replace(table: CertificateTable): void {
    const ticketKeys = this.#server.getTicketKeys();
    this.#table = table;
    this.#server.setSecureContext({ ...table.certificates[0].options, ticketKeys });
  }

  #take(socket: TLSSocket, settle: (handshake: Handshake) => void): void {
    const handshake = this.#handshakes.get(nameOf(socket) ?? '');
    // The client closed so soon that its address is no longer to be had.
    if (handshake === undefined) socket.destroy();
    else settle(handshake);
  }
}

function nameOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string | undefined {
  return remoteAddress === undefined ? undefined : [remoteAddress, remotePort, localAddress, localPort].join(' ');
}
