import type { Call } from '../ports/call.ts';
import type { Principal } from '../ports/directory.ts';
import { toGatewayError, type ErrorCode } from '../ports/errors.ts';
import type { LogFields, LogResult } from '../ports/log.ts';
import type { SignInAttempt } from './authenticator.ts';

/** What is known of a sign-in when it ends; filled in as it goes. */
export interface SignInTrace {
  principal?: Principal | undefined;
  /** The password was not computed again. */
  cached?: boolean;
}

const results: Partial<Record<ErrorCode, LogResult>> = {
  'authentication-failed': 'refused',
  'credentials-expired': 'refused',
  'encryption-required': 'refused',
  'limit-exceeded': 'limited',
  unavailable: 'unavailable',
};

/**
 * One `auth.sign-in` line an outcome. What was typed is never in it: people type passwords into the field for the name. The
 * address is there when it is one that exists.
 * @param error undefined: it succeeded
 */
export function auditSignIn(attempt: SignInAttempt, trace: SignInTrace, error: unknown, call: Call): void {
  const { connection, protocol } = attempt;
  const common: LogFields = {
    protocol,
    connection: connection.id,
    remoteAddress: connection.remoteAddress,
    listener: connection.listener,
    ...(trace.principal === undefined ? {} : { principal: trace.principal.id, address: trace.principal.address }),
  };
  if (error === undefined) {
    // HTTP signs in with every request: those that the cache answered are no news.
    const fields: LogFields = { result: 'ok', cached: trace.cached === true, ...common };
    if (trace.cached === true) call.log.debug('auth.sign-in', fields);
    else call.log.info('auth.sign-in', fields);
    return;
  }
  if (call.signal.aborted) {
    call.log.info('auth.sign-in', { result: 'aborted', ...common });
    return;
  }
  const { code } = toGatewayError(error);
  const result = results[code] ?? 'failed';
  if (result === 'failed' || result === 'unavailable') {
    call.log.error('auth.sign-in', { result, reason: code, ...common, error });
  } else {
    call.log.warn('auth.sign-in', { result, reason: code, ...common });
  }
}
