/** What a PostgreSQL store can be told. Everything but the place and the name has a default that suits four gateways on one server. */
import { isIPv4, isIPv6 } from 'node:net';
import type { Secret } from '../../gateway/ports/secret.ts';

/**
 * How far the server's certificate is believed, by the names of libpq's `sslmode`. `require` encrypts without knowing to whom, so it
 * is for a network that nobody else can change.
 */
export type TlsVerification = 'disable' | 'require' | 'verify-ca' | 'verify-full';

export interface PostgresTls {
  readonly verification: TlsVerification;
  /** Certificates to trust, PEM; left out: those that Node trusts. */
  readonly ca?: string;
  /** The name that the server's certificate must have. Default: `host`. */
  readonly serverName?: string;
  /** The client's own certificate and key, PEM, where the server asks for one. */
  readonly certificate?: string;
  readonly key?: Secret;
}

export interface PostgresOptions {
  /** Name or address of the server, or the absolute path of the folder that its socket is in. */
  readonly host: string;
  /** Default 5432. */
  readonly port?: number;
  readonly database: string;
  readonly user: string;
  /** Left out: the server must let the user in without (peer, certificate). */
  readonly password?: Secret;
  /** The schema that the tables are in; made when it is not there and the user may. Default `public`. */
  readonly schema?: string;
  /** Default: `verify-full` over a network, `disable` for a socket and for this machine. */
  readonly tls?: PostgresTls;
  /** What `pg_stat_activity` shows. Default `passerelle`. */
  readonly applicationName?: string;

  /** Connections for reads, and for writes, that one process opens at most. Default 8 each. */
  readonly readConnections?: number;
  readonly writeConnections?: number;
  /** Reads that may wait for a connection at once; one more is refused with `unavailable`. Default 2,000. */
  readonly waitLimit?: number;
  /** Writes that may wait at once; one more is refused with `unavailable`. Default 10,000. */
  readonly queueLimit?: number;
  /** Octets of arguments that may wait at once. Default 64 MiB. */
  readonly queueOctets?: number;
  /** Writes to one tree that share one commit at most. Default 32: PostgreSQL remembers 64 savepoints cheaply. */
  readonly batchLimit?: number;
  /** Octets of arguments that share one commit at most (one larger write goes alone). Default 4 MiB. */
  readonly batchOctets?: number;
  /** How long a new connection, or the wait for a free one, may take. Milliseconds, default 5,000. */
  readonly connectTimeoutMs?: number;
  /** How long one statement may run. Milliseconds, default 30,000. */
  readonly statementTimeoutMs?: number;
  /** How long a write waits for another one on the same tree. Milliseconds, default 10,000. */
  readonly lockTimeoutMs?: number;
  /** After so long without use a connection is closed. Milliseconds, default 60,000. */
  readonly idleTimeoutMs?: number;
  /** After so long without traffic the network is asked whether the server is still there. Milliseconds, default 10,000. */
  readonly keepAliveMs?: number;
}

export type ResolvedOptions = Required<Omit<PostgresOptions, 'password'>> & Pick<PostgresOptions, 'password'>;

export function resolveOptions(options: PostgresOptions): ResolvedOptions {
  return {
    port: 5432,
    schema: 'public',
    tls: { verification: isNear(options.host) ? 'disable' : 'verify-full' },
    applicationName: 'passerelle',
    readConnections: 8,
    writeConnections: 8,
    waitLimit: 2000,
    queueLimit: 10_000,
    queueOctets: 64 * 1024 * 1024,
    batchLimit: 32,
    batchOctets: 4 * 1024 * 1024,
    connectTimeoutMs: 5000,
    statementTimeoutMs: 30_000,
    lockTimeoutMs: 10_000,
    idleTimeoutMs: 60_000,
    keepAliveMs: 10_000,
    ...options,
  };
}

/** Whether what is said to it leaves this machine. */
function isNear(host: string): boolean {
  if (host.startsWith('/') || host === 'localhost') return true;
  return (isIPv4(host) && host.startsWith('127.')) || (isIPv6(host) && host === '::1');
}
