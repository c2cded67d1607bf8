/** How `passerelle` ends. A released number keeps its meaning. */
import { GatewayError } from '../../ports/errors.ts';
import type { ErrorCode } from '../../ports/errors.ts';
import { ConfigError } from '../config/problems.ts';

export const exitCodes = {
  ok: 0,
  /** Something went wrong that the other codes do not name. */
  failed: 1,
  /** The command line or the configuration is not right. */
  usage: 2,
  /** The account, group or file that was named is not there. */
  notFound: 3,
  /** What was to be made is there already. */
  alreadyExists: 4,
  /** A store does not answer, or somebody else holds what is needed: trying again later may help. */
  unavailable: 5,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeHelp = `
Exit status:
  0  done
  1  failed
  2  the command line or the configuration is not right
  3  not found
  4  exists already
  5  unavailable; trying again later may help`;

/** A failure that was put in words for the person at the terminal. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

const byErrorCode: Readonly<Record<ErrorCode, ExitCode>> = {
  syntax: exitCodes.usage,
  unsupported: exitCodes.usage,
  'not-found': exitCodes.notFound,
  'already-exists': exitCodes.alreadyExists,
  'authentication-failed': exitCodes.failed,
  'credentials-expired': exitCodes.failed,
  'encryption-required': exitCodes.failed,
  'permission-denied': exitCodes.failed,
  'over-quota': exitCodes.failed,
  'too-large': exitCodes.failed,
  'limit-exceeded': exitCodes.failed,
  'precondition-failed': exitCodes.failed,
  'stale-token': exitCodes.failed,
  'in-use': exitCodes.unavailable,
  unavailable: exitCodes.unavailable,
  internal: exitCodes.failed,
};

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  if (error instanceof ConfigError) return exitCodes.usage;
  if (error instanceof GatewayError) return byErrorCode[error.code];
  return exitCodes.failed;
}
