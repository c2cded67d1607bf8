/** Taking a node out of its tree. */
import type { SqlTransaction } from '../../engine.ts';
import { nodeKind, removedParentId } from '../../rows.ts';
import { dropContent } from './content.ts';
import type { StoredNode } from './nodes.ts';
import { locksBelow } from './protection.ts';
import { addUsage } from './usage.ts';

/**
 * Removes a node from where it is; the caller keeps the parent's sequence and tombstones. A collection goes as it is into
 * `reclaim`, whatever it holds, and is taken apart later; its octets count until then.
 */
export async function detach(tx: SqlTransaction, node: StoredNode, rootId: number, nowMs: number): Promise<void> {
  switch (node.kind) {
    case nodeKind.collection:
      await dropLocks(tx, node, rootId, nowMs);
      await setAside(tx, node.id, rootId);
      return;
    case nodeKind.mount:
      await tx.run`update mount set node_id = null where viewer_root_id = ${rootId} and target_id = ${node.target_id}`;
      await erase(tx, node);
      return;
    default:
      await addUsage(tx, rootId, -node.size, undefined);
      await dropContent(tx, node);
      await erase(tx, node);
  }
}

/** Moves a collection out of every tree, to be taken apart by `reclaim`. */
export async function setAside(tx: SqlTransaction, collectionId: number, rootId: number): Promise<void> {
  await tx.run`
    update node set parent_id = ${removedParentId}, name = ${String(collectionId)} where id = ${collectionId}`;
  await tx.run`insert into reclaim (node_id, root_id) values (${collectionId}, ${rootId})`;
}

/** Locks on the node and on everything below it. */
export async function dropLocks(
  tx: SqlTransaction,
  node: { readonly id: number; readonly kind: number },
  rootId: number,
  nowMs: number,
): Promise<void> {
  if (node.kind === nodeKind.collection) {
    for (const { lock } of await locksBelow(tx, rootId, node.id, nowMs)) {
      await tx.run`delete from lock where token = ${lock.token}`;
    }
  }
  await tx.run`delete from lock where node_id = ${node.id}`;
}

/** Deletes a node's row and what hangs on it, but its content. */
async function erase(tx: SqlTransaction, node: StoredNode): Promise<void> {
  await tx.run`delete from node where id = ${node.id}`;
  await tx.run`delete from lock where node_id = ${node.id}`;
  if (node.has_properties !== 0) await tx.run`delete from dead_property where node_id = ${node.id}`;
  if (node.has_ace !== 0) await tx.run`delete from ace where node_id = ${node.id}`;
}
