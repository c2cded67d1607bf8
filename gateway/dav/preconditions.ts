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
import { formatSyncTokenUri } from './sync-token.ts';
import type { NodeTarget, Target } from './target.ts';

/** Headers whose answer depends on what exists, so that a write under them must see the same. */
const conditionalHeaders = ['if', 'if-match', 'if-none-match', 'if-unmodified-since', 'if-modified-since'] as const;

/** @throws DavProblem 400 (a header that cannot be read), 412 (a condition does not hold), 304 for GET and HEAD */
export async function checkPreconditions(context: Context, target: Target): Promise<Guard> {
  const { exchange } = context;
  const lists = readIf(exchange.header('if'));
  const held = lists.length === 0 ? [] : await holdingList(context, target, lists);
  if (held === undefined) throw new DavProblem(412, 'no list of the If header holds');
  checkConditionals(context, target);
  const conditional = conditionalHeaders.some((name) => exchange.header(name) !== undefined);
  return {
    principalId: context.viewer.principal.id,
    lockTokens: submittedTokens(context, lists),
    expectations: conditional ? [...expectationsOf(target), ...held] : [],
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

/**
 * What a target must still be when the write is made.
 * @param withMembers of a collection: none of its members may have changed either
 */
export function expectationsOf(target: Target, withMembers = false): readonly Expectation[] {
  if (target.kind === 'unmapped') {
    return [{ parentId: target.holder.collection.id, name: target.holder.name, node: undefined }];
  }
  if (target.kind !== 'node') return [];
  const { node } = target;
  return [{ parentId: node.parentId, name: node.name, node: seenOf(node, withMembers) }];
}

function seenOf(node: NodeTarget['node'], withMembers: boolean): NonNullable<Expectation['node']> {
  if (node.type === 'resource') return { id: node.id, etag: node.etag };
  return withMembers ? { id: node.id, membersModSeq: node.membersModSeq } : { id: node.id };
}

function stateOf(target: Target, method: string): CurrentState | undefined {
  if (target.kind === 'static' || target.kind === 'principal') return { etag: undefined, modifiedMs: undefined };
  if (target.kind !== 'node') return undefined;
  const { node } = target;
  // What is read of a collection is a listing of its members, which change without it: RFC 9110 §13.1.3 has no date for it.
  const isListing = node.type === 'collection' && (method === 'GET' || method === 'HEAD');
  return {
    etag: node.type === 'resource' ? node.etag : undefined,
    modifiedMs: isListing ? undefined : node.modified.epochMilliseconds,
  };
}

function checkConditionals(context: Context, target: Target): void {
  const { exchange } = context;
  const state = stateOf(target, exchange.method);
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

/**
 * RFC 4918 §10.4.3: the header holds when one list holds; a list holds when each of its conditions does.
 * @returns what the list that holds has seen and a write must see again; undefined: none holds
 */
async function holdingList(
  context: Context,
  target: Target,
  lists: readonly IfList[],
): Promise<readonly Expectation[] | undefined> {
  for (const list of lists) {
    const resource = list.resource === undefined ? target : await locateTagged(context, list.resource);
    const state = await ifStateOf(context, resource);
    if (!list.conditions.every((condition) => conditionHolds(condition, state))) continue;
    if (resource === undefined) return [];
    const followed = list.conditions.some((condition) => condition.value === state.syncToken);
    return expectationsOf(resource, followed);
  }
  return undefined;
}

interface IfState {
  readonly etag: string | undefined;
  /** Of locks in whose scope the resource lies, and of a collection its sync token (RFC 6578 §5). */
  readonly tokens: ReadonlySet<string>;
  readonly syncToken: string | undefined;
}

const noState: IfState = { etag: undefined, tokens: new Set(), syncToken: undefined };

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
  if (target?.kind !== 'node' && target?.kind !== 'unmapped') return noState;
  const tokens = new Set((await coveringLocks(context, target)).map((lock) => lock.token));
  if (target.kind === 'unmapped') return { etag: undefined, tokens, syncToken: undefined };
  const { node, store } = target;
  if (node.type === 'resource') return { etag: node.etag, tokens, syncToken: undefined };
  const syncToken = formatSyncTokenUri(store.epoch, node.id, node.membersModSeq);
  return { etag: undefined, tokens: tokens.add(syncToken), syncToken };
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
