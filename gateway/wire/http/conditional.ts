/** Conditional requests (RFC 9110 §13). */
import { parseHttpDate } from './date.ts';
import { parseEntityTags, scanEntityTag } from './entity-tag.ts';

/** Of the representation that the request is about. When there is none, the state as a whole is undefined. */
export interface CurrentState {
  /** The opaque part of a strong entity tag, without quotes; undefined when it has none. */
  readonly etag: string | undefined;
  /** Milliseconds since the epoch; compared in whole seconds, because that is what Last-Modified says. */
  readonly modifiedMs: number | undefined;
}

export type ConditionalOutcome = 'proceed' | 'not-modified' | 'failed';

/** Values of the header fields, undefined where one was not sent. */
export interface ConditionalHeaders {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: string | undefined;
  readonly ifUnmodifiedSince?: string | undefined;
}

/**
 * Decides in the order of RFC 9110 §13.2.2. `not-modified` (304) is for GET and HEAD only, `failed` is 412.
 *
 * @param state undefined: the target has no representation
 */
export function evaluateConditional(
  method: string,
  headers: ConditionalHeaders,
  state: CurrentState | undefined,
): ConditionalOutcome {
  const reads = method === 'GET' || method === 'HEAD';
  if (headers.ifMatch !== undefined) {
    if (!ifMatchHolds(headers.ifMatch, state)) return 'failed';
  } else if (headers.ifUnmodifiedSince !== undefined && modifiedAfter(headers.ifUnmodifiedSince, state) === true) {
    return 'failed';
  }
  if (headers.ifNoneMatch !== undefined) {
    if (!ifNoneMatchHolds(headers.ifNoneMatch, state, reads)) return reads ? 'not-modified' : 'failed';
  } else if (reads && headers.ifModifiedSince !== undefined) {
    if (modifiedAfter(headers.ifModifiedSince, state) === false) return 'not-modified';
  }
  return 'proceed';
}

/** RFC 9110 §13.1.1, strong comparison. What does not parse matches nothing. */
function ifMatchHolds(header: string, state: CurrentState | undefined): boolean {
  const tags = parseEntityTags(header);
  if (state === undefined || tags === undefined) return false;
  return tags === '*' || tags.some((tag) => !tag.weak && tag.value === state.etag);
}

/**
 * RFC 9110 §13.1.2, weak comparison. A value that does not parse is a wish that cannot be understood: a read goes on, since
 * that costs a transfer at most; a write is refused, since it could overwrite what the client wanted to keep.
 */
function ifNoneMatchHolds(header: string, state: CurrentState | undefined, reads: boolean): boolean {
  const tags = parseEntityTags(header);
  if (tags === undefined) return reads;
  if (state === undefined) return true;
  return tags !== '*' && !tags.some((tag) => tag.value === state.etag);
}

/** Undefined when it cannot be said; RFC 9110 §13.1.3 and §13.1.4 then want the header field ignored. */
function modifiedAfter(header: string, state: CurrentState | undefined): boolean | undefined {
  const dateMs = parseHttpDate(header.trim());
  if (dateMs === undefined || state?.modifiedMs === undefined) return undefined;
  return wholeSeconds(state.modifiedMs) > wholeSeconds(dateMs);
}

/**
 * Whether the Range of a request counts (RFC 9110 §13.1.5): the entity tag is the same and strong, or the date is exactly
 * that of the last modification.
 */
export function ifRangeHolds(header: string, state: CurrentState): boolean {
  const value = header.trim();
  const tag = scanEntityTag(value, 0);
  if (tag !== undefined) return tag.end === value.length && !tag.weak && tag.value === state.etag;
  const dateMs = parseHttpDate(value);
  if (dateMs === undefined || state.modifiedMs === undefined) return false;
  return wholeSeconds(dateMs) === wholeSeconds(state.modifiedMs);
}

function wholeSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1000);
}
