/**
 * What the store would refuse after a long body, refused before the client sends it. It saves the sending and no more: what
 * counts is what the store says when the write is made.
 */
import type { Guard, Lock } from '../ports/collection-store.ts';
import { GatewayError } from '../ports/errors.ts';
import type { Context } from './context.ts';
import { nameLocks, noRoom } from './errors.ts';
import { quotaFor } from './quota.ts';
import type { NodeTarget, UnmappedTarget } from './target.ts';

export interface LongWrite {
  readonly place: NodeTarget | UnmappedTarget;
  readonly guard: Guard;
}

/**
 * @param sizeOctets of the whole file that is to be written; 0 when it is not known
 * @returns octets that the file may have
 * @throws DavProblem 507; GatewayError `in-use`
 */
export async function refuseEarly(context: Context, write: LongWrite, sizeOctets: number): Promise<number> {
  await refuseLocked(context, write);
  const room = await roomFor(context, write.place, sizeOctets);
  if (sizeOctets > room) throw noRoom();
  return Math.min(room, context.options.maxResourceOctets);
}

async function roomFor(context: Context, place: NodeTarget | UnmappedTarget, wantedOctets: number): Promise<number> {
  const quota = await quotaFor(context, place);
  if (quota === undefined) return Number.POSITIVE_INFINITY;
  const old = place.kind === 'node' && place.node.type === 'resource' ? place.node.sizeOctets : 0;
  const room = async (): Promise<number> => {
    const { usedOctets } = await place.store.usage(place.resolution.tree, context.call);
    return Math.max(0, quota - usedOctets + old);
  };
  const before = await room();
  if (wantedOctets <= before) return before;
  await place.store.reclaim(context.call);
  return room();
}

/** RFC 4918 §7: exclusive locks are opened each by its token, of shared ones any of the own; §7.4: a new member by its collection. */
async function refuseLocked(context: Context, { place, guard }: LongWrite): Promise<void> {
  const nodeId = place.kind === 'node' ? place.node.id : place.holder.collection.id;
  const ids = await place.store.ancestors(nodeId, context.call);
  const all = await place.store.locks(ids, context.call);
  const locks = all.filter((lock) => lock.depth === 'infinity' || lock.nodeId === nodeId);
  const opens = (lock: Lock): boolean =>
    lock.principalId === guard.principalId && guard.lockTokens.includes(lock.token);
  const sharedOpened = locks.some((lock) => lock.scope === 'shared' && opens(lock));
  const shut = locks.filter((lock) => !opens(lock) && (lock.scope === 'exclusive' || !sharedOpened));
  if (shut.length === 0) return;
  const detail = { condition: 'lock-token-submitted', subjects: shut.map(({ rootHref }) => rootHref) };
  throw nameLocks(new GatewayError('in-use', 'it is locked', { detail }), [place.href]);
}
