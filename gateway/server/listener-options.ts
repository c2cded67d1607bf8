/** What a listener is opened with and what it hands on. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../ports/clock.ts';
import type { ConnectionInfo } from '../ports/connection.ts';
import type { Log } from '../ports/log.ts';
import type { NetworkSet } from './network.ts';
import type { TlsContexts } from './tls-contexts.ts';

export interface ListenerOptions {
  /** The listener's name in the configuration: `https`, `imap`. */
  readonly name: string;
  /** IP address to listen on; `::` takes IPv4 too. */
  readonly address: string;
  /** 0: the system chooses one. */
  readonly port: number;
  /** `implicit`: TLS from the first octet. `starttls`: plain until `startTls()` is called. Undefined: plain. */
  readonly tls?:
    | {
        readonly mode: 'implicit' | 'starttls';
        readonly contexts: TlsContexts;
        /** RFC 7301, best first; empty where the protocol has no name there. */
        readonly alpnProtocols: readonly string[];
      }
    | undefined;
  /** PROXY protocol v1 and v2: required from these sources, refused from all others. Undefined: not looked for. */
  readonly proxyProtocol?: { readonly trusted: NetworkSet } | undefined;
  /** The client sends the first octet (HTTP; TLS always), so that waiting for it to refuse a header is no deadlock. */
  readonly clientSpeaksFirst: boolean;
  readonly limits: ListenerLimits;
}

export interface ListenerLimits {
  /** Live connections of this listener in this process. */
  readonly connections: number;
  /** Live connections of one remote network: an IPv4 address, an IPv6 /64. */
  readonly connectionsPerNetwork: number;
  /** From the accepted connection to the end of proxy header and handshake together. */
  readonly handshakeTimeoutMs: number;
  /** Connections that the system holds until they are accepted. */
  readonly backlog: number;
}

export const defaultListenerLimits: ListenerLimits = {
  connections: 10_000,
  connectionsPerNetwork: 256,
  handshakeTimeoutMs: 15_000,
  backlog: 1024,
};

/** Why a connection was closed before it was handed on. A closed list: it is a label of a metric. */
export const refusalReasons = ['connections', 'network', 'proxy-header', 'handshake', 'timeout', 'closed'] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** Hears of every connection, for metrics. */
export interface ListenerObserver {
  accepted(listener: string): void;
  closed(listener: string): void;
  refused(listener: string, reason: RefusalReason): void;
}

export interface ListenerDependencies {
  readonly log: Log;
  readonly clock: Clock;
  /** Gives a new connection id at every call. */
  readonly nextConnectionId: () => string;
  readonly observer?: ListenerObserver | undefined;
}

/** A connection that is handed on. Its socket allows half-open: whoever takes it ends it after the other side has ended. */
export interface AcceptedConnection {
  readonly socket: Socket | TLSSocket;
  readonly info: ConnectionInfo;
  /**
   * Present on a `starttls` listener until TLS is on. The caller has written its go-ahead, stopped reading, and thrown away
   * what it had read beyond the command: octets that came in the clear must not count as sent inside TLS.
   * @throws GatewayError `encryption-required` when the handshake fails; the socket is closed then
   */
  readonly startTls?: (() => Promise<AcceptedConnection>) | undefined;
}

export interface Listener extends AsyncDisposable {
  readonly name: string;
  /** Where it really listens. */
  readonly address: string;
  readonly port: number;
  /** Connections that live now, those in their handshake included. */
  readonly connections: number;
  /** Takes no new connection from now on, and frees the port. Live connections go on. */
  stop(): void;
  /** Stops, closes every connection at once, and resolves when all are closed. */
  [Symbol.asyncDispose](): Promise<void>;
}
