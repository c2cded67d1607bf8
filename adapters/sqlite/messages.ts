/** What the engine and its writer thread say to each other. All of it is structured-cloneable. */
import { inspect } from 'node:util';
import type { ErrorCode, ErrorDetail } from '../../gateway/ports/errors.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';

/** Passed to the thread when it starts. */
export interface WriterData {
  readonly path: string;
  readonly busyTimeoutMs: number;
  readonly cacheKiB: number;
}

export interface Work {
  /** An operation of `adapters/sql/operations/`. */
  readonly name: string;
  readonly args: unknown;
}

export type ToWriter =
  | { readonly type: 'batch'; readonly id: number; readonly work: readonly Work[] }
  /** Finish, checkpoint, close the file, end the thread. */
  | { readonly type: 'close' };

export interface SentError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly detail: ErrorDetail;
  /** What lies behind it, as text for the operator's log: classes and own fields do not cross threads. */
  readonly cause: string | undefined;
}

export type Outcome =
  { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: SentError };

export type FromWriter =
  | { readonly type: 'ready' }
  /** Outcomes in the order of the work; the successful ones are durable. */
  | { readonly type: 'done'; readonly id: number; readonly outcomes: readonly Outcome[] };

export function toSentError(error: GatewayError): SentError {
  return { code: error.code, message: error.message, detail: error.detail, cause: describe(error.cause) };
}

export function fromSentError(sent: SentError): GatewayError {
  return new GatewayError(sent.code, sent.message, {
    detail: sent.detail,
    ...(sent.cause === undefined ? {} : { cause: new Error(sent.cause) }),
  });
}

function describe(cause: unknown): string | undefined {
  if (cause === undefined) return undefined;
  return cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
}
