import type { RemoveMember } from '../../../../gateway/ports/collection-store.ts';
import type { Operation } from '../../engine.ts';
import { together } from '../together.ts';
import { detach } from './detach.ts';
import { verifyGuard } from './guard.ts';
import { liveCollection } from './lineage.ts';
import { findMember } from './nodes.ts';
import { protectingRemoval, requireTokens } from './protection.ts';
import { notFound } from './refusals.ts';
import type { RaisedSequence } from './sequence.ts';
import { bury, Sequences } from './sequence.ts';

export interface RemoveMemberArgs extends RemoveMember {
  readonly nowMs: number;
}

export interface RemoveMemberResult {
  readonly raised: readonly RaisedSequence[];
}

/** Removes a member with all below it, in the same few steps however much that is. */
export const removeMember: Operation<RemoveMemberArgs, RemoveMemberResult> = async (tx, args) => {
  const { parentId, name, guard, nowMs } = args;
  const [parent, , node] = await together(
    liveCollection(tx, parentId, nowMs),
    verifyGuard(tx, guard),
    findMember(tx, parentId, name),
  );
  if (node === undefined) throw notFound('the member');
  requireTokens(guard, await protectingRemoval(tx, node, parent, nowMs));

  const sequences = new Sequences(tx);
  await detach(tx, node, parent.rootId, nowMs);
  await bury(tx, node, await sequences.next(parentId), nowMs);
  return { raised: sequences.raised };
};
