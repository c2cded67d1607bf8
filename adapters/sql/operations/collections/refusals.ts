/** What the operations refuse with, so that every one says the same thing the same way. */
import { GatewayError } from '../../../../gateway/ports/errors.ts';

export function notFound(what: string): GatewayError {
  return new GatewayError('not-found', `${what} does not exist any more`);
}

/** What the gateway had seen when it decided does not hold: it decides anew. */
export function changed(): GatewayError {
  return new GatewayError('precondition-failed', 'it was changed meanwhile', { detail: { condition: 'changed' } });
}

export function destinationExists(): GatewayError {
  return new GatewayError('precondition-failed', 'something has this name already', {
    detail: { condition: 'destination-exists' },
  });
}

export function loop(): GatewayError {
  return new GatewayError('precondition-failed', 'source and destination lie inside one another', {
    detail: { condition: 'loop' },
  });
}

export function alreadyExists(): GatewayError {
  return new GatewayError('already-exists', 'a folder has this name already');
}

export function overQuota(): GatewayError {
  return new GatewayError('over-quota', 'there is not enough room left');
}

/** RFC 4918 §16: a lock token is missing. @param roots the hrefs that were locked */
export function tokenMissing(roots: readonly string[]): GatewayError {
  return new GatewayError('in-use', 'it is locked', {
    detail: { condition: 'lock-token-submitted', subjects: [...new Set(roots)] },
  });
}

/** RFC 4918 §16: another lock is in the way. @param roots the hrefs that were locked */
export function lockConflict(roots: readonly string[]): GatewayError {
  return new GatewayError('in-use', 'it is locked by somebody else', {
    detail: { condition: 'no-conflicting-lock', subjects: [...new Set(roots)] },
  });
}
