/** What a load process is told to do and what it tells; both cross a process border as JSON. */
import type { Percentiles } from './statistics.ts';

/** One request, again and again. In paths `{c}` becomes the number of the connection and `{n}` that of its request. */
export interface RequestJob {
  readonly kind: 'request';
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: no body. A number: so many octets, different in every request. */
  readonly body: string | number | undefined;
  readonly statuses: readonly number[];
  /** Octets that every answer must have. `any`: what is said to an upload. Undefined: as many as the first answer. */
  readonly answerOctets?: number | 'any';
  /** How often `needle` must stand in the first answer of every connection (later ones must be as long as it). */
  readonly firstAnswer?: { readonly needle: string; readonly count: number };
}

/** Lists a collection by RFC 6578 sync-collection, page by page from the start to the end; that whole is one request. */
export interface SyncPagesJob {
  readonly kind: 'sync-pages';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly limit: number;
  readonly members: number;
}

export interface LoadJob {
  readonly host: string;
  readonly port: number;
  readonly caFile: string;
  readonly authorization: string;
  readonly connections: number;
  /** No request begins after so long; those under way are waited for and count. */
  readonly durationMs: number;
  /** Requests of each connection before the measured time begins. */
  readonly warmUp: number;
  readonly work: RequestJob | SyncPagesJob;
}

export interface LoadResult {
  readonly requests: number;
  /** Octets of content that were received and sent. */
  readonly octets: number;
  readonly elapsedSeconds: number;
  /** User and system time of the load process in the measured time. */
  readonly clientCpuSeconds: number;
  readonly latencyMs: Percentiles;
  /** `TLSv1.3 TLS_AES_256_GCM_SHA384` */
  readonly cipher: string;
}

/** `begin` and `end` are told at once, so that the server's use of the machine can be read for the same time. */
export type LoadMessage =
  | { readonly type: 'begin' }
  | { readonly type: 'end'; readonly result: LoadResult }
  | { readonly type: 'failed'; readonly reason: string };
