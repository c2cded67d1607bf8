/**
 * Translates what PostgreSQL and the way to it answer into the gateway's codes.
 * SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
import { DatabaseError } from 'pg';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { ErrorCode } from '../../gateway/ports/errors.ts';

interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  /** Seconds after which trying again makes sense; undefined: it will be the same then. */
  readonly retryAfterSeconds?: number;
}

const busy: Refusal = { code: 'unavailable', message: 'the store is busy; try again', retryAfterSeconds: 1 };
const away: Refusal = { code: 'unavailable', message: 'the store does not answer; try again', retryAfterSeconds: 2 };
const failing: Refusal = { code: 'unavailable', message: 'the store cannot be read or written', retryAfterSeconds: 10 };
const refusing: Refusal = {
  code: 'unavailable',
  message: 'the store does not let the gateway in',
  retryAfterSeconds: 30,
};
const damaged: Refusal = { code: 'unavailable', message: 'the store is damaged' };
const full: Refusal = { code: 'over-quota', message: 'the device that holds the store is full' };
const tooLarge: Refusal = { code: 'too-large', message: 'a value is larger than the store can keep' };
const notText: Refusal = { code: 'syntax', message: 'a text holds what no text may hold' };
const internal: Refusal = { code: 'internal', message: 'an internal error occurred' };

/** By SQLSTATE, or by its class (the first two characters). */
const refusals: ReadonlyMap<string, Refusal> = new Map([
  ['08', away], // connection exception
  ['57P', away], // the server is being stopped, is starting, or ended the connection
  ['57014', busy], // statement_timeout, or an administrator cancelled it
  ['25P03', away], // the connection was idle in its transaction too long
  ['25P04', away], // the transaction took too long
  ['25006', away], // a standby: the primary is elsewhere now
  ['28', refusing], // wrong name or password
  ['3D000', refusing], // no such database
  ['3F000', refusing], // no such schema
  ['42501', refusing], // the user lacks a right
  ['53', busy], // out of memory or of connections
  ['53100', full],
  ['55P03', busy], // lock_timeout
  ['40', busy], // serialization failure, deadlock: when it was tried often enough
  ['23505', busy], // the same
  ['54', tooLarge],
  ['58', failing], // the server's system failed it
  ['F0', failing],
  ['XX001', damaged],
  ['XX002', damaged],
  ['22021', notText], // NUL
  ['22P05', notText],
]);

/** What the driver threw, and what follows from it. */
export class PostgresFailure extends GatewayError {
  /** The connection is of no use any more; what it had not committed did not happen. */
  readonly isLost: boolean;
  /**
   * Others that wrote at the same time were in the way, and the whole transaction may succeed when it is done once more. A unique
   * constraint is one of these ways: operations look before they insert.
   */
  readonly isConflict: boolean;

  constructor(cause: unknown) {
    const { code, message, retryAfterSeconds } = refusalOf(cause);
    super(code, message, { cause, detail: retryAfterSeconds === undefined ? {} : { retryAfterSeconds } });
    const state = sqlState(cause);
    this.isLost = isLost(cause, state);
    this.isConflict = state === '40001' || state === '40P01' || state === '23505';
  }
}

/** @param error what a call of the driver threw; a GatewayError stays what it is */
export function fromPostgresError(error: unknown): GatewayError {
  return error instanceof GatewayError ? error : new PostgresFailure(error);
}

function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}

/** What the driver throws without a word from the server is a socket that broke or a time that ran out, or a fault of ours. */
function isLost(error: unknown, state: string | undefined): boolean {
  if (state === undefined)
    return error instanceof Error && !(error instanceof TypeError || error instanceof RangeError);
  // Of class 25, 25P03 and 25P04 are time-outs that end the connection.
  return /^(?:08|57P|25006$|25P03$|25P04$)/.test(state);
}

function refusalOf(error: unknown): Refusal {
  const state = sqlState(error);
  if (state === undefined) return isLost(error, state) ? away : internal;
  const beginnings = [state, state.slice(0, 3), state.slice(0, 2)];
  return beginnings.map((start) => refusals.get(start)).find((refusal) => refusal !== undefined) ?? internal;
}
