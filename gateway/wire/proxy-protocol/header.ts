/**
 * What a PROXY protocol header says (haproxy, `doc/proxy-protocol.txt`): whom the connection that a proxy passes on is really
 * from. Version 1 is a line of text, version 2 is binary and may carry more.
 */

export interface ProxyEndpoint {
  /** Canonical text: RFC 5952 §4 for IPv6. */
  readonly address: string;
  readonly port: number;
}

export type ProxyTransport = 'stream' | 'datagram';

/** `unspecified`: the proxy knows no addresses (v1 `UNKNOWN`); the receiver uses those of the connection itself. */
export type ProxyAddresses =
  | {
      readonly family: 'inet' | 'inet6';
      readonly transport: ProxyTransport;
      readonly source: ProxyEndpoint;
      readonly destination: ProxyEndpoint;
    }
  | {
      readonly family: 'unix';
      readonly transport: ProxyTransport;
      /** Paths up to the first NUL; empty for an unnamed socket. */
      readonly source: string;
      readonly destination: string;
    }
  | { readonly family: 'unspecified' };

/** PP2_TYPE_SSL: the TLS that the client has with the proxy. */
export interface ProxyTls {
  /** PP2_CLIENT_SSL: the client connected over TLS. */
  readonly clientUsedTls: boolean;
  /** PP2_CLIENT_CERT_CONN and PP2_CLIENT_CERT_SESS: a certificate was shown in this connection, in this TLS session. */
  readonly certificateInConnection: boolean;
  readonly certificateInSession: boolean;
  /** The certificate was shown and verified. */
  readonly verified: boolean;
  readonly version: string | undefined;
  readonly commonName: string | undefined;
  readonly cipher: string | undefined;
}

export interface ProxyTlv {
  readonly type: number;
  readonly value: Uint8Array;
}

/** The type-length-value fields of version 2. */
export interface ProxyExtensions {
  /** PP2_TYPE_ALPN: what the client and the proxy agreed on. */
  readonly alpn: string | undefined;
  /** PP2_TYPE_AUTHORITY: the name that the client asked for by SNI, as sent. */
  readonly authority: string | undefined;
  /** PP2_TYPE_UNIQUE_ID: the proxy's id of the connection. */
  readonly uniqueId: Uint8Array | undefined;
  readonly tls: ProxyTls | undefined;
  /** PP2_TYPE_NETNS. */
  readonly networkNamespace: string | undefined;
  /** Types that are not known here, in the order they came. */
  readonly others: readonly ProxyTlv[];
}

export const noExtensions: ProxyExtensions = {
  alpn: undefined,
  authority: undefined,
  uniqueId: undefined,
  tls: undefined,
  networkNamespace: undefined,
  others: [],
};

export type ProxyHeader =
  | {
      readonly version: 1 | 2;
      readonly command: 'proxy';
      readonly addresses: ProxyAddresses;
      readonly extensions: ProxyExtensions;
    }
  /** The proxy speaks for itself (a health check): the receiver uses the addresses of the connection. */
  | { readonly version: 2; readonly command: 'local' };

/**
 * What a parser says of the octets so far. `more`: the header is not complete, and cannot be before `atLeastOctets` octets
 * in total are there. `lengthOctets`: where the header ends and the client's own octets begin.
 */
export type ProxyParse =
  | { readonly state: 'more'; readonly atLeastOctets: number }
  | { readonly state: 'header'; readonly header: ProxyHeader; readonly lengthOctets: number }
  | { readonly state: 'invalid'; readonly reason: string };

export function invalid(reason: string): ProxyParse {
  return { state: 'invalid', reason };
}
