import type { Exchange } from '../http/exchange.ts';
import type { HttpResponse } from '../http/response.ts';

/** The rule does not hold. */
export class CaseFailure extends Error {
  override readonly name = 'CaseFailure';
  readonly exchange: Exchange | undefined;

  /** @param exchange the dialogue that shows it; `undefined`: the last one of the case */
  constructor(message: string, exchange?: Exchange) {
    super(message);
    this.exchange = exchange;
  }
}

/** The server does not offer what the case needs; found out while it ran. */
export class CaseSkipped extends Error {
  override readonly name = 'CaseSkipped';
}

/** What the case needs first could not be made; the rule itself was not reached. */
export class PreparationError extends Error {
  override readonly name = 'PreparationError';
  readonly exchange: Exchange | undefined;

  constructor(message: string, exchange?: Exchange) {
    super(message);
    this.exchange = exchange;
  }
}

/** Fails the case unless the condition holds. */
export function ensure(condition: boolean, message: string, response?: HttpResponse): asserts condition {
  if (!condition) throw new CaseFailure(message, response?.exchange);
}

/** Fails the case unless the status is one of the allowed ones. */
export function ensureStatus(response: HttpResponse, allowed: readonly number[], what: string): void {
  if (allowed.includes(response.status)) return;
  const wanted = allowed.length === 1 ? String(allowed[0]) : `one of ${allowed.join(', ')}`;
  throw new CaseFailure(`${what}: expected ${wanted}, got ${response.status}`, response.exchange);
}

/** Fails the case unless the status is 4xx or 5xx. */
export function ensureRefused(response: HttpResponse, what: string): void {
  if (response.status >= 400) return;
  throw new CaseFailure(`${what}: expected a refusal (4xx), got ${response.status}`, response.exchange);
}

/** Fails the case unless the status is 4xx: the fault is the client's, and is told as such. */
export function ensureClientError(response: HttpResponse, what: string): void {
  if (response.status >= 400 && response.status < 500) return;
  throw new CaseFailure(`${what}: expected 4xx, got ${response.status}`, response.exchange);
}

/** Fails the case unless the status is 2xx. */
export function ensureSuccess(response: HttpResponse, what: string): void {
  if (response.status >= 200 && response.status < 300) return;
  throw new CaseFailure(`${what}: expected success (2xx), got ${response.status}`, response.exchange);
}

/** Fails the case unless both values are the same. */
export function ensureEqual<T>(actual: T, expected: T, what: string, response?: HttpResponse): void {
  if (Object.is(actual, expected)) return;
  throw new CaseFailure(`${what}: expected ${show(expected)}, got ${show(actual)}`, response?.exchange);
}

/** Fails the case unless both lists hold the same texts, in any order. */
export function ensureSameSet(actual: readonly string[], expected: readonly string[], what: string): void {
  const sorted = [actual.toSorted().join('\n'), expected.toSorted().join('\n')];
  if (sorted[0] === sorted[1]) return;
  throw new CaseFailure(`${what}: expected ${show(expected.toSorted())}, got ${show(actual.toSorted())}`);
}

/** Ends the case: the server does not offer what it needs. */
export function skipUnless(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new CaseSkipped(reason);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
