/**
 * May the request go on? The If header (RFC 4918 §10.4) and the conditional headers (RFC 9110 §13), against what was found.
 * What they saw becomes the guard of the write, so that it still holds when the store commits.
 */
import type { Expectation, Guard, Lock } from '../ports/collection-store.ts';
import { ifTokens, parseIf } from '../wire/dav/if-header.ts';
import type { IfCondition, IfList } from '../wire/dav/if-header.ts';
import { decodePath } from '../wire/dav/href.ts';
import { parseDestination, parseLockToken } from '../wire/dav/headers.ts';
import { evaluateConditional } from '../wire/http/conditional.ts';
import type { CurrentState } from '../wire/http/conditional.ts';
import type { Context } from './context.ts';
import { badRequest, DavProblem } from './errors.ts';
import type { Target } from './target.ts';

/** Headers whose answer depends on what exists, so that a write under them must see the same. */
const conditionalHeaders = ['if', 'if-match', 'if-none-match', 'if-unmodified-since', 'if-modified-since'] as const;

/** @throws DavProblem 400 (a header that cannot be read), 412 (a condition does not hold), 304 for GET and HEAD */
export async function checkPreconditions(context: Context, target: Target): Promise<Guard> {
  const { exchange } = context;
  const lists = readIf(exchange.header('if'));
  if (lists.length > 0 && !(await ifHolds(context, target, lists))) {
    throw new DavProblem(412, 'no list of the If header holds');
  }
  checkConditionals(context, target);
  const conditional = conditionalHeaders.some((name) => exchange.header(name) !== undefined);
  return {
    principalId: context.viewer.principal.id,
    lockTokens: submittedTokens(context, lists),
    expectations: conditional ? expectationsOf(target) : [],
  };
}

/** The guard of a write that only needs to know who writes and which locks are known. */
export function submittedTokens(context: Context, lists: readonly IfList[]): readonly string[] {
  // COMPAT(Windows redirector, all): sends the token of the lock it holds in Lock-Token where If is meant.
  const own = parseLockToken(context.exchange.header('lock-token'));
  return own === undefined ? ifTokens(lists) : [...ifTokens(lists), own];
}

export function readIf(header: string | undefined): readonly IfList[] {
  if (header === undefined) return [];
  const parsed = parseIf(header);
  if (!parsed.ok) throw badRequest(`the If header cannot be read: ${parsed.reason}`);
  return parsed.value;
}

/** What a target must still be when the write is made. */
export function expectationsOf(target: Target): readonly Expectation[] {
  if (target.kind === 'unmapped') {
    return [{ parentId: target.holder.collection.id, name: target.holder.name, node: undefined }];
  }
  if (target.kind !== 'node') return [];
  const { node } = target;
  const seen = node.type === 'resource' ? { id: node.id, etag: node.etag } : { id: node.id };
  return [{ parentId: node.parentId, name: node.name, node: seen }];
}

function stateOf(target: Target): CurrentState | undefined {
  if (target.kind === 'static' || target.kind === 'principal') return { etag: undefined, modifiedMs: undefined };
  if (target.kind !== 'node') return undefined;
  const { node } = target;
  return { etag: node.type === 'resource' ? node.etag : undefined, modifiedMs: node.modified.epochMilliseconds };
}

function checkConditionals(context: Context, target: Target): void {
  const { exchange } = context;
  const state = stateOf(target);
  const outcome = evaluateConditional(
    exchange.method,
    {
      ifMatch: exchange.header('if-match'),
      ifNoneMatch: exchange.header('if-none-match'),
      ifModifiedSince: exchange.header('if-modified-since'),
      ifUnmodifiedSince: exchange.header('if-unmodified-since'),
    },
    state,
  );
  if (outcome === 'failed') throw new DavProblem(412, 'a condition of the request does not hold');
  if (outcome !== 'not-modified') return;
  // RFC 9110 §15.4.5: what tells the client which version it has.
  const etag = state?.etag === undefined ? {} : { ETag: `"${state.etag}"` };
  throw new DavProblem(304, 'not modified', undefined, { ...etag, 'Cache-Control': 'private, no-cache' });
}

/** RFC 4918 §10.4.3: the header holds when one list holds; a list holds when each of its conditions does. */
async function ifHolds(context: Context, target: Target, lists: readonly IfList[]): Promise<boolean> {
  for (const list of lists) {
    const resource = list.resource === undefined ? target : await locateTagged(context, list.resource);
    const state = await ifStateOf(context, resource);
    if (list.conditions.every((condition) => conditionHolds(condition, state))) return true;
  }
  return false;
}

interface IfState {
  readonly etag: string | undefined;
  readonly tokens: ReadonlySet<string>;
}

const noState: IfState = { etag: undefined, tokens: new Set() };

function conditionHolds(condition: IfCondition, state: IfState): boolean {
  const matches =
    condition.kind === 'token' ? state.tokens.has(condition.value) : !condition.weak && state.etag === condition.value; // RFC 4918 §10.4.4: strong comparison
  return matches !== condition.not;
}

/** RFC 4918 §10.4.5: a resource that is not ours or cannot be named is one without state. */
async function locateTagged(context: Context, resource: string): Promise<Target | undefined> {
  const destination = parseDestination(resource);
  if (!destination.ok || !isOwnHost(context, destination.host)) return undefined;
  return decodePath(destination.path).ok ? context.locate(destination.path) : undefined;
}

/** Whether a URL's authority is the one that the client called. */
export function isOwnHost(context: Context, host: string | undefined): boolean {
  if (host === undefined) return true;
  const own = context.exchange.header('host');
  return own !== undefined && withoutDefaultPort(own) === withoutDefaultPort(host);
}

function withoutDefaultPort(authority: string): string {
  return authority.toLowerCase().replace(/:(443|80)$/, '');
}

async function ifStateOf(context: Context, target: Target | undefined): Promise<IfState> {
  if (target === undefined) return noState;
  if (target.kind === 'node') {
    const locks = await coveringLocks(context, target);
    const etag = target.node.type === 'resource' ? target.node.etag : undefined;
    return { etag, tokens: new Set(locks.map((lock) => lock.token)) };
  }
  if (target.kind !== 'unmapped') return noState;
  const locks = await coveringLocks(context, target);
  return { etag: undefined, tokens: new Set(locks.map((lock) => lock.token)) };
}

/** Locks in whose scope a target lies: those on itself, and those of depth infinity above it (RFC 4918 §6.1). */
export async function coveringLocks(
  context: Context,
  target: Extract<Target, { kind: 'node' | 'unmapped' }>,
): Promise<readonly Lock[]> {
  const nodeId = target.kind === 'node' ? target.node.id : target.holder.collection.id;
  const ids = await target.store.ancestors(nodeId, context.call);
  const locks = await target.store.locks([...new Set([...ids, nodeId])], context.call);
  const itself = target.kind === 'node' ? nodeId : undefined;
  return locks.filter((lock) => lock.depth === 'infinity' || lock.nodeId === itself);
}
