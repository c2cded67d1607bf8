/** What happens to a connection between `accept` and the protocol: whom it is from, limits, TLS. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ConnectionInfo } from '../ports/connection.ts';
import { GatewayError } from '../ports/errors.ts';
import type { Log } from '../ports/log.ts';
import type { ProxyHeader } from '../wire/proxy-protocol/header.ts';
import { canonicalIpAddress } from '../wire/proxy-protocol/ip-address.ts';
import { NetworkCounter } from './connection-limits.ts';
import type { AcceptedConnection, ListenerDependencies, ListenerOptions, RefusalReason } from './listener-options.ts';
import { readProxyHeader, refuseProxyHeader } from './proxy-header.ts';
import { SparseLog } from './sparse-log.ts';
import { TlsTerminator } from './tls-terminator.ts';

/** Refusals that an operator should hear of; the others are the noise of an open port. */
const notable: ReadonlySet<RefusalReason> = new Set(['connections', 'network', 'proxy-header']);

export class Acceptor implements Disposable {
  readonly #options: ListenerOptions;
  readonly #dependencies: ListenerDependencies;
  readonly #log: Log;
  readonly #sparseLog: SparseLog;
  readonly #networks: NetworkCounter;
  readonly #terminator: TlsTerminator | undefined;

  constructor(options: ListenerOptions, dependencies: ListenerDependencies, log: Log) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#log = log;
    this.#sparseLog = new SparseLog(log, dependencies.clock);
    this.#networks = new NetworkCounter(options.limits.connectionsPerNetwork);
    this.#terminator = options.tls && new TlsTerminator(options.tls.contexts, options.tls.alpnProtocols);
  }

  /**
   * Resolves with what is to be handed on, or with undefined when the connection was refused and closed.
   * @param closed aborts when the socket closes
   */
  async accept(socket: Socket, closed: AbortSignal): Promise<AcceptedConnection | undefined> {
    const { handshakeTimeoutMs } = this.#options.limits;
    const id = this.#dependencies.nextConnectionId();
    const progress: Progress = { step: 'proxy-header', timedOut: false, remoteAddress: undefined };
    const timer = setTimeout(() => {
      progress.timedOut = true;
      socket.destroy();
    }, handshakeTimeoutMs);
    try {
      const connection = await this.#prepare(socket, id, progress, closed);
      if (closed.aborted) throw new GatewayError('unavailable', 'the connection is closed');
      return connection;
    } catch (error) {
      const early = closed.aborted && progress.step !== 'handshake' ? 'closed' : progress.step;
      const { remoteAddress } = progress;
      this.refused(progress.timedOut ? 'timeout' : early, { connection: id, remoteAddress, error });
      socket.destroy();
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param about the connection, whom it was from as far as that is known, and why, in the words of whatever refused it */
  refused(reason: RefusalReason, about: RefusalFacts = {}): void {
    this.#dependencies.observer?.refused(this.#options.name, reason);
    const fields = { result: 'refused', reason, ...about } as const;
    if (notable.has(reason)) this.#sparseLog.warn(reason, 'connection.refused', fields);
    else this.#log.debug('connection.refused', fields);
  }

  [Symbol.dispose](): void {
    this.#terminator?.[Symbol.dispose]();
  }

  async #prepare(socket: Socket, id: string, progress: Progress, closed: AbortSignal): Promise<AcceptedConnection> {
    const { tls, name } = this.#options;
    const peer = peerOf(socket);
    progress.remoteAddress = peer.address;
    const client = clientOf(peer, await this.#proxyHeader(socket, peer.address, closed));
    progress.remoteAddress = client.address;
    progress.step = 'network';
    const place = this.#networks.enter(client.address);
    if (place === undefined) throw new GatewayError('limit-exceeded', `too many connections from ${client.address}`);
    if (closed.aborted) place[Symbol.dispose]();
    else closed.addEventListener('abort', () => place[Symbol.dispose](), { once: true });
    const info: ConnectionInfo = {
      id,
      remoteAddress: client.address,
      remotePort: client.port,
      secure: client.secure,
      serverName: client.serverName,
      listener: name,
    };
    if (tls === undefined || this.#terminator === undefined) return { socket, info };
    if (tls.mode === 'starttls') return { socket, info, startTls: () => this.#startTls(socket, info) };
    progress.step = 'handshake';
    return this.#secured(await this.#terminator.secure(socket), info);
  }

  async #proxyHeader(socket: Socket, peer: string, closed: AbortSignal): Promise<ProxyHeader | undefined> {
    const { proxyProtocol, clientSpeaksFirst, tls } = this.#options;
    if (proxyProtocol === undefined) return undefined;
    if (proxyProtocol.trusted.contains(peer)) return await readProxyHeader(socket, closed);
    // A stranger may connect without a header. Where the server speaks first there is nothing to look at yet; a header that
    // comes later is a command that no protocol knows.
    if (clientSpeaksFirst || tls?.mode === 'implicit') await refuseProxyHeader(socket, closed);
    return undefined;
  }

  async #startTls(socket: Socket, info: ConnectionInfo): Promise<AcceptedConnection> {
    const terminator = this.#terminator;
    if (terminator === undefined) throw new GatewayError('unsupported', 'this listener has no TLS');
    const timer = setTimeout(() => socket.destroy(), this.#options.limits.handshakeTimeoutMs);
    try {
      return this.#secured(await terminator.secure(socket), info);
    } catch (error) {
      this.refused('handshake', { connection: info.id, remoteAddress: info.remoteAddress, error });
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What TLS with us says of the name stands before what a proxy says. */
  #secured(socket: TLSSocket, info: ConnectionInfo): AcceptedConnection {
    // A reset by the other side is no fault of ours; without a listener it would end the process.
    socket.on('error', (error) =>
      this.#log.debug('connection.error', { result: 'aborted', connection: info.id, error }),
    );
    const { servername } = socket as { readonly servername?: string | false | null };
    const serverName = typeof servername === 'string' && servername !== '' ? servername.toLowerCase() : info.serverName;
    return { socket, info: { ...info, secure: true, serverName } };
  }
}

interface Progress {
  step: 'proxy-header' | 'network' | 'handshake';
  timedOut: boolean;
  /** The proxy's until its header was read. */
  remoteAddress: string | undefined;
}

interface RefusalFacts {
  readonly connection?: string;
  readonly remoteAddress?: string | undefined;
  readonly error?: unknown;
}

interface Client {
  readonly address: string;
  readonly port: number;
  readonly secure: boolean;
  readonly serverName: string | undefined;
}

function peerOf(socket: Socket): Client {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) {
    throw new GatewayError('unavailable', 'the connection was closed before it was looked at');
  }
  return { address: canonicalIpAddress(remoteAddress), port: remotePort, secure: false, serverName: undefined };
}

/** Whom the connection is from, when the proxy says so; a proxy that speaks for itself, or does not know, is the client. */
function clientOf(peer: Client, header: ProxyHeader | undefined): Client {
  if (header === undefined || header.command === 'local') return peer;
  const { addresses, extensions } = header;
  const carried = {
    secure: extensions.tls?.clientUsedTls ?? false,
    serverName: extensions.authority?.toLowerCase(),
  };
  if (addresses.family !== 'inet' && addresses.family !== 'inet6') return { ...peer, ...carried };
  if (addresses.transport !== 'stream') throw new GatewayError('syntax', 'the proxied connection is not a stream');
  return { address: addresses.source.address, port: addresses.source.port, ...carried };
}
