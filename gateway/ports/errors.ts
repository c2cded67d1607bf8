/**
 * The one error type of the gateway and the closed list of its codes.
 *
 * Every protocol has one exhaustive table from code to its own answer; adapters translate their driver's errors at their
 * edge. A message is written for an operator's log and for the person at the other end at once, so it never holds SQL,
 * host names or paths.
 */

export const errorCodes = [
  'syntax',
  'unsupported',
  'not-found',
  'already-exists',
  'authentication-failed',
  'credentials-expired',
  'encryption-required',
  'permission-denied',
  'over-quota',
  'too-large',
  'limit-exceeded',
  'precondition-failed',
  'stale-token',
  'in-use',
  'unavailable',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** What a protocol may need to word its answer; structured-cloneable, because it crosses threads. */
export interface ErrorDetail {
  /** The named condition of a standard, for example `DAV:no-conflicting-lock`; the protocol that knows it renders it. */
  readonly condition?: string;
  /** Paths or identifiers of the resources in question: lock roots, conflicting members. */
  readonly subjects?: readonly string[];
  /** Seconds after which a retry makes sense: Retry-After. */
  readonly retryAfterSeconds?: number;
}

export interface GatewayErrorOptions {
  readonly cause?: unknown;
  readonly detail?: ErrorDetail;
}

export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;

  /**
   * @param code one of the closed list
   * @param message a sentence that says what was wrong and, where there is something to do, what to do
   */
  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail ?? {};
  }
}

/** Turns anything thrown into a GatewayError; what is not one already becomes `internal` with the original as cause. */
export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (error instanceof Error && error.name === 'AbortError') {
    return new GatewayError('unavailable', 'the request was aborted', { cause: error });
  }
  return new GatewayError('internal', 'an internal error occurred', { cause: error });
}
