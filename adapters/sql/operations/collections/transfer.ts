/** What copy and move decide in the same way. */
import type { TransferMember } from '../../../../gateway/ports/collection-store.ts';
import type { SqlTransaction } from '../../engine.ts';
import { together } from '../together.ts';
import { detach } from './detach.ts';
import { verifyGuard } from './guard.ts';
import type { Lineage } from './lineage.ts';
import { liveCollection } from './lineage.ts';
import type { FoundMember } from './nodes.ts';
import { findMember } from './nodes.ts';
import type { ProtectingSet } from './protection.ts';
import { protecting, protectingRemoval } from './protection.ts';
import { destinationExists, loop, notFound } from './refusals.ts';
import { unbury } from './sequence.ts';

export interface TransferArgs extends TransferMember {
  readonly nowMs: number;
}

export interface Transfer {
  readonly source: FoundMember;
  readonly sourceParent: Lineage;
  readonly destinationParent: Lineage;
  /** What the destination's name has now, to be replaced. */
  readonly replaced: FoundMember | undefined;
}

/** @throws GatewayError `not-found`, `precondition-failed` (`changed`, `destination-exists`) */
export async function readTransfer(tx: SqlTransaction, args: TransferArgs): Promise<Transfer> {
  const [sourceParent, destinationParent, , source, replaced] = await together(
    liveCollection(tx, args.sourceParentId, args.nowMs),
    liveCollection(tx, args.destinationParentId, args.nowMs),
    verifyGuard(tx, args.guard),
    findMember(tx, args.sourceParentId, args.sourceName),
    findMember(tx, args.destinationParentId, args.destinationName),
  );
  if (source === undefined) throw notFound('the source');
  if (replaced !== undefined && !args.overwrite) throw destinationExists();
  return { source, sourceParent, destinationParent, replaced };
}

/**
 * Refuses a destination that would hold itself, and one whose replacement would take the source away.
 * @param tree the collection whose members go along; undefined when none do
 * @throws GatewayError `precondition-failed` (`loop`)
 */
export function refuseLoops(transfer: Transfer, tree: number | undefined): void {
  const { source, sourceParent, destinationParent, replaced } = transfer;
  if (tree !== undefined && destinationParent.ids.includes(tree)) throw loop();
  if (replaced === undefined) return;
  if (replaced.id === source.id || replaced.id === tree || sourceParent.ids.includes(replaced.id)) throw loop();
}

/** The lock tokens that writing to the destination needs. */
export async function protectingDestination(
  tx: SqlTransaction,
  { destinationParent, replaced }: Transfer,
  nowMs: number,
): Promise<readonly ProtectingSet[]> {
  if (replaced === undefined) return [protecting(destinationParent)];
  return await protectingRemoval(tx, replaced, destinationParent, nowMs);
}

/**
 * Frees the destination's name. RFC 4918 §9.8.4 and §9.9.3: what is overwritten is removed first.
 * @returns the `name_mod_seq` of what takes its place
 */
export async function freeDestination(
  tx: SqlTransaction,
  { destinationParent, replaced }: Transfer,
  args: TransferArgs,
  modSeq: number,
): Promise<number> {
  if (replaced === undefined) return (await unbury(tx, args.destinationParentId, args.destinationName)) ?? modSeq;
  await detach(tx, replaced, destinationParent.rootId, args.nowMs);
  return replaced.name_mod_seq;
}
