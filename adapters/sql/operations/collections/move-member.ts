import { GatewayError } from '../../../../gateway/ports/errors.ts';
import type { Operation, SqlTransaction } from '../../engine.ts';
import { nodeKind } from '../../rows.ts';
import { dropLocks } from './detach.ts';
import { protectingRemoval, requireTokens } from './protection.ts';
import type { RaisedSequence } from './sequence.ts';
import { bury, Sequences } from './sequence.ts';
import type { Transfer, TransferArgs } from './transfer.ts';
import { freeDestination, protectingDestination, readTransfer, refuseLoops } from './transfer.ts';
import { dropAccessControl } from './set-access-control.ts';
import { addTransferredUsage, addUsage, measure } from './usage.ts';

export interface MoveMemberResult {
  readonly created: boolean;
  readonly raised: readonly RaisedSequence[];
}

/**
 * Gives a member another place. Ids and properties go along; locks stay behind (RFC 4918 §7.6). Access control goes along
 * within one tree. Into another's tree it does not: there it would grant what only that tree's owner may. However much is below
 * it, one row changes; only between trees is it counted, because what the trees hold changes.
 */
export const moveMember: Operation<TransferArgs, MoveMemberResult> = async (tx, args) => {
  const transfer = await readTransfer(tx, args);
  const { source, sourceParent, replaced } = transfer;
  refuseLoops(transfer, source.kind === nodeKind.collection ? source.id : undefined);
  requireTokens(args.guard, [
    ...(await protectingRemoval(tx, source, sourceParent, args.nowMs)),
    ...(await protectingDestination(tx, transfer, args.nowMs)),
  ]);
  const octets = await leavingOctets(tx, transfer);

  const sequences = new Sequences(tx);
  await dropLocks(tx, source, sourceParent.rootId, args.nowMs);
  const leftModSeq = await sequences.next(args.sourceParentId);
  const modSeq = await sequences.next(args.destinationParentId);
  const nameModSeq = await freeDestination(tx, transfer, args, modSeq);
  await tx.run`
    update node set parent_id = ${args.destinationParentId}, name = ${args.destinationName}, mod_seq = ${modSeq},
      created_mod_seq = ${modSeq}, name_mod_seq = ${nameModSeq}, modified_ms = ${modifiedAfter(transfer, args.nowMs)}
    where id = ${source.id}`;
  if (sourceParent.rootId !== transfer.destinationParent.rootId) await dropAccessControl(tx, source.id);
  await bury(tx, source, leftModSeq, args.nowMs);
  await addUsage(tx, sourceParent.rootId, -octets, undefined);
  await addTransferredUsage(tx, transfer, octets, args.quotaOctets);
  return { created: replaced === undefined, raised: sequences.raised };
};

/**
 * A file keeps its time, but the Last-Modified of a URL never goes back (RFC 4918 §8.8): an older file that takes a newer
 * one's place counts as changed now.
 */
function modifiedAfter({ source, replaced }: Transfer, nowMs: number): number {
  const goesBack = replaced !== undefined && source.modified_ms < replaced.modified_ms;
  return goesBack ? Math.max(nowMs, replaced.modified_ms) : source.modified_ms;
}

/**
 * Octets that leave the source's tree; 0 within one tree.
 * @throws GatewayError `permission-denied` when a mount would leave its viewer's tree
 */
async function leavingOctets(tx: SqlTransaction, transfer: Transfer): Promise<number> {
  const { source, sourceParent, destinationParent } = transfer;
  if (sourceParent.rootId === destinationParent.rootId) return 0;
  const { octets, mounts } = await measure(tx, source.id, Number.MAX_SAFE_INTEGER);
  if (mounts > 0) {
    throw new GatewayError(
      'permission-denied',
      'what somebody else shares cannot be moved to another place than your own',
    );
  }
  return octets;
}
