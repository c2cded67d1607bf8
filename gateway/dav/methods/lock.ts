/** LOCK: RFC 4918 §9.10. With a body a new lock, without one a refresh (§9.10.2). */
import { randomUUID } from 'node:crypto';
import type { Guard, Lock, TakeLock } from '../../ports/collection-store.ts';
import { Privilege } from '../../ports/privilege.ts';
import { GatewayError } from '../../ports/errors.ts';
import { parseDepth, parseTimeout } from '../../wire/dav/headers.ts';
import { ifTokens } from '../../wire/dav/if-header.ts';
import { formatStatusResponse } from '../../wire/dav/multistatus.ts';
import { parseLockInfo } from '../../wire/dav/lockinfo.ts';
import { needOnHolder, needOnNode } from '../authorise.ts';
import type { Context } from '../context.ts';
import { badRequest, DavProblem } from '../errors.ts';
import { checkPreconditions, coveringLocks, readIf } from '../preconditions.ts';
import { formatActiveLock } from '../properties/rfc4918.ts';
import type { NodeTarget, Target, UnmappedTarget } from '../target.ts';
import { methodNotAllowed } from './allow.ts';

/** Octets of DAV:owner: it is told with every lock of every listing. */
const maxOwnerOctets = 2048;
/** Locks that share one resource, those that reach it from above included. */
const maxSharedLocks = 32;

interface Wanted {
  readonly scope: Lock['scope'];
  readonly ownerXml: string;
  readonly depth: Lock['depth'];
  readonly timeoutSeconds: number;
}

export async function lock(context: Context, target: Target): Promise<void> {
  const root = await context.exchange.readXml();
  const timeoutSeconds = lockTimeout(context);
  if (root === undefined) return refresh(context, target, timeoutSeconds);
  const parsed = parseLockInfo(root);
  if (!parsed.ok) throw badRequest(parsed.reason);
  if (Buffer.byteLength(parsed.value.ownerXml, 'utf8') > maxOwnerOctets) {
    throw new DavProblem(413, `what DAV:owner says may have ${maxOwnerOctets} octets`);
  }
  const depth = parseDepth(context.exchange.header('depth')) ?? 'infinity'; // §9.10.3
  if (depth !== '0' && depth !== 'infinity') throw badRequest('a lock has Depth: 0 or infinity');
  const wanted: Wanted = { scope: parsed.value.scope, ownerXml: parsed.value.ownerXml, depth, timeoutSeconds };
  try {
    const taken = await context.decideAndWrite(target, (current) => take(context, current, wanted));
    answer(context, taken.lock, taken.created ? 201 : 200, true);
  } catch (error) {
    if (!(error instanceof TreeLocked)) throw error;
    refuseTree(context, target.href, error.inside);
  }
}

/** Something below the collection that was to be locked is locked already. */
class TreeLocked extends Error {
  /** Hrefs of the members in the way. */
  readonly inside: readonly string[];

  constructor(inside: readonly string[], cause: unknown) {
    super('a member is locked', { cause });
    this.inside = inside;
  }
}

/** Hrefs below the one that was to be locked, when nothing but locks on them is in the way. */
function locksInside(error: unknown, href: string): readonly string[] {
  if (!(error instanceof GatewayError) || error.detail.condition !== 'no-conflicting-lock') return [];
  const roots = error.detail.subjects ?? [];
  return roots.every((root) => root.length > href.length && root.startsWith(href)) ? roots : [];
}

/** RFC 4918 §9.10.9: a tree in which something is locked cannot be locked; the members in the way are named. */
function refuseTree(context: Context, href: string, inside: readonly string[]): void {
  const stream = context.exchange.multistatus();
  for (const member of inside) stream.add(formatStatusResponse(member, 423, '<D:no-conflicting-lock/>'));
  stream.add(formatStatusResponse(href, 424));
  stream.end();
}

/** Seconds that the client gets: what it asks for, up to the limit; RFC 4918 §10.7 lets the server choose. */
function lockTimeout(context: Context): number {
  const asked = parseTimeout(context.exchange.header('timeout'));
  const { lockTimeoutSeconds, maxLockTimeoutSeconds } = context.options;
  if (asked === undefined) return lockTimeoutSeconds;
  return asked === 'infinite' ? maxLockTimeoutSeconds : Math.max(1, Math.min(asked, maxLockTimeoutSeconds));
}

async function take(
  context: Context,
  target: Target,
  wanted: Wanted,
): Promise<{ readonly lock: Lock; readonly created: boolean }> {
  const place = lockable(target);
  const guard = await checkPreconditions(context, target);
  if (wanted.scope === 'shared' && (await coveringLocks(context, place.target)).length >= maxSharedLocks) {
    throw new DavProblem(507, `a resource has at most ${maxSharedLocks} locks at a time`);
  }
  try {
    return await place.target.store.lock(lockRequest(context, place, wanted, guard), context.call);
  } catch (error) {
    const inside = locksInside(error, target.href);
    throw inside.length === 0 ? error : new TreeLocked(inside, error);
  }
}

function lockRequest(context: Context, place: Lockable, wanted: Wanted, guard: Guard): TakeLock {
  return {
    parentId: place.parentId,
    name: place.name,
    lock: {
      token: `urn:uuid:${randomUUID()}`,
      principalId: context.viewer.principal.id,
      scope: wanted.scope,
      depth: place.isCollection ? wanted.depth : '0',
      ownerXml: wanted.ownerXml,
      rootHref: place.target.href,
      timeoutSeconds: wanted.timeoutSeconds,
    },
    guard,
  };
}

interface Lockable {
  readonly target: NodeTarget | UnmappedTarget;
  readonly parentId: number;
  readonly name: string;
  readonly isCollection: boolean;
}

function lockable(target: Target): Lockable {
  if (target.kind === 'orphan') throw new DavProblem(409, 'the collection above does not exist');
  if (target.kind === 'unmapped') {
    needOnHolder(target, target.holder, Privilege.bind); // RFC 4918 §7.3: an empty resource is made
    return { target, parentId: target.holder.collection.id, name: target.holder.name, isCollection: false };
  }
  if (target.kind !== 'node') throw methodNotAllowed(target);
  needOnNode(target, Privilege.writeContent);
  const { node } = target;
  return { target, parentId: node.parentId, name: node.name, isCollection: node.type === 'collection' };
}

/** RFC 4918 §9.10.2: the lock is named by the If header; the URL may be any in its scope. */
async function refresh(context: Context, target: Target, timeoutSeconds: number): Promise<void> {
  const tokens = ifTokens(readIf(context.exchange.header('if')));
  const [token] = tokens;
  if (token === undefined || tokens.length !== 1) throw badRequest('a refresh names one lock in the If header');
  if (target.kind !== 'node') throw new DavProblem(412, 'there is no such lock here');
  needOnNode(target, Privilege.writeContent);
  await checkPreconditions(context, target);
  const { id } = context.viewer.principal;
  try {
    answer(
      context,
      await target.store.refreshLock(token, id, target.node.id, timeoutSeconds, context.call),
      200,
      false,
    );
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'not-found') throw error;
    throw new DavProblem(412, 'there is no such lock here', '<D:lock-token-matches-request-uri/>');
  }
}

/** §9.10.1: the answer is DAV:lockdiscovery; Lock-Token stands in the answer to a new lock only. */
function answer(context: Context, taken: Lock, status: number, isNew: boolean): void {
  const active = formatActiveLock(taken, taken.rootHref, context.clock.nowMs());
  const xml = `<?xml version="1.0" encoding="utf-8"?>\n<D:prop xmlns:D="DAV:"><D:lockdiscovery>${active}</D:lockdiscovery></D:prop>`;
  context.exchange.sendXml(status, xml, isNew ? { 'Lock-Token': `<${taken.token}>` } : {});
}
