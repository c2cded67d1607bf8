/** RFC 4331 enforced: what a tree may hold, and a second try when removed trees still count. */
import { GatewayError } from '../ports/errors.ts';
import type { Context } from './context.ts';
import { quotaOf } from './properties/load.ts';
import type { TreePlace } from './target.ts';

/** Octets the tree of a place may hold; undefined: no limit. */
export async function quotaFor(context: Context, place: TreePlace): Promise<number | undefined> {
  const { owner } = place.resolution.tree;
  const { principal } = context.viewer;
  const known = owner === principal.id ? principal : await place.domain.directory.principal(owner, context.call);
  return quotaOf(known, place);
}

/** Octets of removed trees are given back a little later; before a write is refused for want of room, they are given back now. */
export async function withQuotaRetry<T>(context: Context, place: TreePlace, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'over-quota') throw error;
    await place.store.reclaim(context.call);
    return write();
  }
}
