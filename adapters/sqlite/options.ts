/** What an SQLite store can be told. Every option but the path has a default that suits one machine. */
export interface SqliteOptions {
  /** The database file. It and its folder are made when they do not exist, readable by the owner only. */
  readonly path: string;
  /** Writes that may wait at once; one more is refused with `unavailable`. Default 10,000. */
  readonly queueLimit?: number;
  /** Octets of arguments that may wait at once. Default 64 MiB. */
  readonly queueOctets?: number;
  /** Writes that share one commit at most. Default 512. */
  readonly batchLimit?: number;
  /** Octets of arguments that share one commit at most (one larger write goes alone). Default 8 MiB. */
  readonly batchOctets?: number;
  /** How long a write, or the start, waits while another process writes. Milliseconds, default 10,000. */
  readonly busyTimeoutMs?: number;
  /** Page cache of the reading and of the writing connection each, in KiB. Default 16,384. */
  readonly cacheKiB?: number;
}

export type ResolvedOptions = Required<SqliteOptions>;

export function resolveOptions(options: SqliteOptions): ResolvedOptions {
  return {
    path: options.path,
    queueLimit: options.queueLimit ?? 10_000,
    queueOctets: options.queueOctets ?? 64 * 1024 * 1024,
    batchLimit: options.batchLimit ?? 512,
    batchOctets: options.batchOctets ?? 8 * 1024 * 1024,
    busyTimeoutMs: options.busyTimeoutMs ?? 10_000,
    cacheKiB: options.cacheKiB ?? 16_384,
  };
}
