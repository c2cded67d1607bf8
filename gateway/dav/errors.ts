/** The one table from the gateway's error codes to HTTP and DAV answers, and the answers that only DAV has. */
import type { ErrorCode } from '../ports/errors.ts';
import { GatewayError, toGatewayError } from '../ports/errors.ts';
import { escapeText } from '../wire/xml/format.ts';

/** An answer that a method gives on purpose: a status and, where the standard names one, a condition for DAV:error. */
export class DavProblem extends Error {
  override readonly name = 'DavProblem';
  readonly status: number;
  /** Elements inside DAV:error, with the prefixes of `formatError`; undefined: a sentence is sent instead. */
  readonly conditionXml: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, conditionXml?: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.conditionXml = conditionXml;
    this.headers = headers;
  }
}

const statusOf: Readonly<Record<ErrorCode, number>> = {
  syntax: 400,
  unsupported: 501,
  'not-found': 404,
  'already-exists': 405,
  'authentication-failed': 401,
  'credentials-expired': 401,
  'encryption-required': 403,
  'permission-denied': 403,
  'over-quota': 507,
  'too-large': 413,
  'limit-exceeded': 429,
  'precondition-failed': 412,
  'stale-token': 403,
  'in-use': 423,
  unavailable: 503,
  internal: 500,
};

/** Seconds after which a client that got 503 may try again when nothing better is known. */
const defaultRetryAfterSeconds = 5;

/** Every error as an answer. */
export function toProblem(thrown: unknown): DavProblem {
  if (thrown instanceof DavProblem) return thrown;
  const error = toGatewayError(thrown);
  const headers: Record<string, string> = {};
  const retryAfter =
    error.detail.retryAfterSeconds ?? (error.code === 'unavailable' ? defaultRetryAfterSeconds : undefined);
  if (retryAfter !== undefined) headers['Retry-After'] = String(Math.max(1, Math.ceil(retryAfter)));
  const message = error.code === 'internal' ? 'an internal error occurred' : error.message;
  return new DavProblem(statusOf[error.code], message, conditionOf(error), headers);
}

function conditionOf(error: GatewayError): string | undefined {
  switch (error.code) {
    case 'in-use':
      return lockCondition(error);
    case 'stale-token':
      return '<D:valid-sync-token/>'; // RFC 6578 §3.2
    case 'over-quota':
      return '<D:quota-not-exceeded/>'; // RFC 4331 §6
    case 'limit-exceeded':
      return error.detail.retryAfterSeconds === undefined ? '<D:number-of-matches-within-limits/>' : undefined;
    default:
      return undefined;
  }
}

/** RFC 4918 §16: the lock roots stand in the condition. */
function lockCondition(error: GatewayError): string | undefined {
  const { condition, subjects = [] } = error.detail;
  if (condition !== 'no-conflicting-lock' && condition !== 'lock-token-submitted') return undefined;
  const inner = subjects.map((href) => `<D:href>${escapeText(href)}</D:href>`).join('');
  return inner === '' ? `<D:${condition}/>` : `<D:${condition}>${inner}</D:${condition}>`;
}

/**
 * Words an error that a lock made for the person who is told: a root that was locked by way of another person's folders
 * becomes what was asked for, because the names on that way are not for everyone.
 * @param asked hrefs that were to be written
 * @returns any other error as it is
 */
export function nameLocks(error: unknown, asked: readonly string[]): unknown {
  if (!(error instanceof GatewayError) || error.code !== 'in-use') return error;
  const roots = error.detail.subjects ?? [];
  const known = roots.filter((root) => asked.some((href) => href.startsWith(root) || root.startsWith(href)));
  if (known.length === roots.length) return error;
  const subjects = [...new Set([...known, ...asked])];
  return new GatewayError(error.code, error.message, { cause: error, detail: { ...error.detail, subjects } });
}

/** RFC 3744 §7.1.1: 403 that names the privilege that was missing and where. */
export function needPrivilege(href: string, privilege: string): DavProblem {
  return new DavProblem(
    403,
    `this needs the privilege ${privilege}`,
    `<D:need-privileges><D:resource><D:href>${escapeText(href)}</D:href><D:privilege><D:${privilege}/></D:privilege></D:resource></D:need-privileges>`,
  );
}

export function notFound(): DavProblem {
  return new DavProblem(404, 'there is nothing at this address');
}

/** RFC 9110 §15.5.6 wants the methods that are allowed. */
export function notAllowed(message: string, allow: readonly string[]): DavProblem {
  return new DavProblem(405, message, undefined, { Allow: allow.join(', ') });
}

/** RFC 4331 §6. */
export function noRoom(): DavProblem {
  return new DavProblem(507, 'there is no room for this file', '<D:quota-not-exceeded/>');
}

export function badRequest(reason: string): DavProblem {
  return new DavProblem(400, reason);
}
