/** Where a client's request comes from: enough for logs, throttling and the choice of a domain. */
export interface ConnectionInfo {
  /** Unique in the service; shown to the person in every error, found in every log line. */
  readonly id: string;
  /** The client's address: from the PROXY protocol where a trusted proxy gave it. IPv4 is never written as mapped IPv6. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** TLS is on, between us and the client or the trusted proxy that says so. */
  readonly secure: boolean;
  /** The name the client asked for by SNI, lower case; undefined when it gave none. */
  readonly serverName: string | undefined;
  /** The listener's name in the configuration. */
  readonly listener: string;
}
