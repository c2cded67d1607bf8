import { GatewayError } from '../../../../gateway/ports/errors.ts';
import type { Operation, SqlTransaction } from '../../engine.ts';
import { nodeKind } from '../../rows.ts';
import { copyContent } from './content.ts';
import { copyTree } from './copy-tree.ts';
import { copyDeadProperties } from './dead-properties.ts';
import { liveCollection } from './lineage.ts';
import type { StoredNode } from './nodes.ts';
import { findNode, insertNode } from './nodes.ts';
import { requireTokens } from './protection.ts';
import { notFound } from './refusals.ts';
import type { RaisedSequence } from './sequence.ts';
import { Sequences } from './sequence.ts';
import type { Transfer, TransferArgs } from './transfer.ts';
import { freeDestination, protectingDestination, readTransfer, refuseLoops } from './transfer.ts';
import { addTransferredUsage, measure } from './usage.ts';

export interface CopyMemberResult {
  readonly created: boolean;
  readonly raised: readonly RaisedSequence[];
}

/**
 * Copies a resource, or a collection with all below it. Octets and dead properties are copied (RFC 4918 §9.8.2); access
 * control and locks are not (RFC 3744 §7.4, RFC 4918 §7.6), nor other people's collections that are mounted below.
 */
export const copyMember: Operation<TransferArgs, CopyMemberResult> = async (tx, args) => {
  const transfer = await readTransfer(tx, args);
  const original = await originalOf(tx, transfer, args.nowMs);
  const withMembers = original.kind === nodeKind.collection && args.depth === 'infinity';
  refuseLoops(transfer, withMembers ? original.id : undefined);
  requireTokens(args.guard, await protectingDestination(tx, transfer, args.nowMs));
  const octets = withMembers ? await measureCopy(tx, original.id, args.limitMembers) : original.size;

  const sequences = new Sequences(tx);
  const modSeq = await sequences.next(args.destinationParentId);
  const nameModSeq = await freeDestination(tx, transfer, args, modSeq);
  await addTransferredUsage(tx, transfer, octets, args.quotaOctets);
  const copy = await insertNode(tx, {
    ...original,
    parent_id: args.destinationParentId,
    name: args.destinationName,
    mod_seq: modSeq,
    created_mod_seq: modSeq,
    name_mod_seq: nameModSeq,
    created_ms: args.nowMs,
    modified_ms: args.nowMs,
  });
  if (copy.kind === nodeKind.resource) await copyContent(tx, original, copy.id);
  if (original.has_properties !== 0) await copyDeadProperties(tx, original.id, copy.id);
  if (withMembers) await copyTree(tx, original.id, copy.id, args.nowMs);
  return { created: transfer.replaced === undefined, raised: sequences.raised };
};

/** The source itself; of a mount, the collection that it shows. */
async function originalOf(tx: SqlTransaction, { source }: Transfer, nowMs: number): Promise<StoredNode> {
  if (source.target_id === null) return source;
  await liveCollection(tx, source.target_id, nowMs);
  const target = await findNode(tx, source.target_id);
  if (target === undefined) throw notFound('the source');
  return target;
}

/** @returns the octets of a collection's members at any depth. @throws GatewayError `limit-exceeded` */
async function measureCopy(tx: SqlTransaction, collectionId: number, limitMembers: number): Promise<number> {
  // One more than the limit for the collection itself, and one to see that there are too many.
  const { nodes, octets } = await measure(tx, collectionId, limitMembers + 2);
  if (nodes - 1 > limitMembers) {
    throw new GatewayError(
      'limit-exceeded',
      `a folder with more than ${limitMembers} members cannot be copied at once`,
    );
  }
  return octets;
}
