/** What is asked of a handler of HTTP requests, and the limits a server keeps around it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ConnectionInfo } from '../ports/connection.ts';
import type { Log } from '../ports/log.ts';

/** What belongs to one request beside its message and its answer. */
export interface HttpExchange {
  /** Aborts when the client is gone, when it stalls, and when the time to drain is over. */
  readonly signal: AbortSignal;
  /** Carries the connection's id. */
  readonly log: Log;
  /** Puts the person into the access log. */
  setPrincipal(id: string): void;
}

/**
 * Answers a request: resolves after `response.end()` was called. A rejection is answered with 500 and the connection's id, or by
 * closing where the answer has begun. `Expect: 100-continue` is the handler's to answer: `response.writeContinue()` before it
 * reads the body, or a final status instead. Requests that a client pipelines come one after the other.
 *
 * Iterating over the request and stopping early leaves it open, unlike Node's own, so that it can still be answered;
 * `stream.pipeline(request, …)` closes the connection when it fails.
 */
export type HttpHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  connection: ConnectionInfo,
  exchange: HttpExchange,
) => Promise<void>;

export interface HttpLimits {
  /** Request line and header fields together (RFC 6585 §5: more is answered with 431). */
  readonly headerOctets: number;
  /** From the connection, or from the first octet of a later request, to the end of its header. */
  readonly headersTimeoutMs: number;
  /** How long a connection may be silent between two requests; sent in `Keep-Alive`. */
  readonly keepAliveTimeoutMs: number;
  /**
   * A request body may take as long as it likes while it moves: in each such time it must bring `bodyMinimumOctets`. Time in
   * which the handler does not read does not count.
   */
  readonly bodyProgressTimeoutMs: number;
  readonly bodyMinimumOctets: number;
  /** An answer that the client takes nothing of for so long is given up. */
  readonly sendTimeoutMs: number;
  /** A body that nobody wants is still read for so long after the answer (RFC 9112 §9.6), so that the answer arrives. */
  readonly lingerMs: number;
  /** After so many requests a connection is closed. */
  readonly requestsPerConnection: number;
}

export const defaultHttpLimits: HttpLimits = {
  headerOctets: 32 * 1024,
  headersTimeoutMs: 15_000,
  keepAliveTimeoutMs: 75_000,
  bodyProgressTimeoutMs: 30_000,
  bodyMinimumOctets: 4096,
  sendTimeoutMs: 120_000,
  lingerMs: 5_000,
  requestsPerConnection: 100_000,
};

/** How a request ended, for metrics. */
export interface HttpOutcome {
  readonly listener: string;
  readonly method: string;
  /** 0: the client was gone before it was answered. */
  readonly status: number;
  readonly durationMs: number;
  /** Octets on the connection, header included, TLS not. */
  readonly receivedOctets: number;
  readonly sentOctets: number;
}

export interface HttpObserver {
  requestBegan(listener: string): void;
  requestEnded(outcome: HttpOutcome): void;
}
