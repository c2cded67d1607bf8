import type { Operation, SqlTransaction } from '../../engine.ts';
import { list } from '../../list.ts';
import { nodeKind } from '../../rows.ts';
import { dropContent } from './content.ts';
import { setAside } from './detach.ts';
import { addUsage } from './usage.ts';

/** Rows that one step deletes at most: a few milliseconds of the writer's time. */
const rowsPerStep = 256;

export interface ReclaimResult {
  /** Collections still wait. */
  readonly more: boolean;
}

interface MemberRow {
  readonly id: number;
  readonly kind: number;
  readonly size: number;
  readonly blob_key: string | null;
}

/** One step of taking removed collections apart: some members of one of them, or at last itself. */
export const reclaim: Operation<null, ReclaimResult> = async (tx) => {
  const waiting = await tx.get<{ node_id: number; root_id: number }>`
    select node_id, root_id from reclaim order by node_id limit 1`;
  if (waiting === undefined) return { more: false };
  const { node_id: collectionId, root_id: rootId } = waiting;
  const members = await tx.all<MemberRow>`
    select id, kind, size, blob_key from node where parent_id = ${collectionId} limit ${rowsPerStep}`;
  if (members.length > 0) await eraseMembers(tx, members, rootId);
  else if ((await eraseTombstones(tx, collectionId)) === 0) await eraseCollection(tx, collectionId);
  return { more: true };
};

async function eraseMembers(tx: SqlTransaction, members: readonly MemberRow[], rootId: number): Promise<void> {
  // The root before the blobs, and these in order, as every write takes them: nobody then waits for one another in a circle.
  const octets = members.reduce((sum, member) => sum + member.size, 0);
  await addUsage(tx, rootId, -octets, undefined);
  for (const member of members.toSorted(byBlob)) {
    if (member.kind === nodeKind.collection) await setAside(tx, member.id, rootId);
    else if (member.kind === nodeKind.mount)
      await tx.run`
      update mount set node_id = null where viewer_root_id = ${rootId} and node_id = ${member.id}`;
    else await dropContent(tx, member);
  }
  const gone = members.filter((member) => member.kind !== nodeKind.collection).map((member) => member.id);
  if (gone.length > 0) {
    const ids = list(gone);
    await tx.run`delete from node where id in ${ids}`;
    await tx.run`delete from lock where node_id in ${ids}`;
    await tx.run`delete from dead_property where node_id in ${ids}`;
    await tx.run`delete from ace where node_id in ${ids}`;
  }
}

function byBlob({ blob_key: one }: MemberRow, { blob_key: other }: MemberRow): number {
  if (one === other) return 0;
  return (one ?? '') < (other ?? '') ? -1 : 1;
}

async function eraseTombstones(tx: SqlTransaction, collectionId: number): Promise<number> {
  return await tx.run`
    delete from tombstone where parent_id = ${collectionId} and name in (
      select name from tombstone where parent_id = ${collectionId} limit ${rowsPerStep})`;
}

async function eraseCollection(tx: SqlTransaction, collectionId: number): Promise<void> {
  await tx.run`delete from node where id = ${collectionId}`;
  await tx.run`delete from lock where node_id = ${collectionId}`;
  await tx.run`delete from dead_property where node_id = ${collectionId}`;
  await tx.run`delete from ace where node_id = ${collectionId}`;
  await tx.run`delete from reclaim where node_id = ${collectionId}`;
}
