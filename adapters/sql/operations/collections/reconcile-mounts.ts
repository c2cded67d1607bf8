import type { Operation, SqlTransaction } from '../../engine.ts';
import { together } from '../together.ts';
import { readMountState, sharesOf } from '../../shares.ts';
import type { MountState } from '../../shares.ts';
import { nodeKind } from '../../rows.ts';
import { detach } from './detach.ts';
import { ensureRoot } from './ensure-tree.ts';
import { freeName, mountName } from './mount-name.ts';
import { lineageOf } from './lineage.ts';
import { findNode, insertNode } from './nodes.ts';
import type { RaisedSequence } from './sequence.ts';
import { bury, Sequences, unbury } from './sequence.ts';

export interface ReconcileMountsArgs {
  /** `<space>/<owner>` of the viewer's tree. */
  readonly viewer: string;
  readonly grantees: readonly string[];
  readonly nowMs: number;
}

export interface ReconcileMountsResult {
  readonly changed: boolean;
  readonly raised: readonly RaisedSequence[];
}

/** Makes the viewer's mounts those that the grants say. */
export const reconcileMounts: Operation<ReconcileMountsArgs, ReconcileMountsResult> = async (tx, args) => {
  const state = await readMountState(tx, args.viewer, args.grantees);
  const { missing, stale } = sharesOf(state);
  if (missing.length === 0 && stale.length === 0) return { changed: false, raised: [] };
  const root = await ensureRoot(tx, { name: args.viewer, nowMs: args.nowMs });
  const sequences = new Sequences(tx);
  for (const mount of stale) await removeMount(tx, root.id, mount, sequences, args.nowMs);
  for (const targetId of missing) await makeMount(tx, root.id, targetId, sequences, args.nowMs);
  return { changed: true, raised: sequences.raised };
};

async function makeMount(
  tx: SqlTransaction,
  rootId: number,
  targetId: number,
  sequences: Sequences,
  nowMs: number,
): Promise<void> {
  const name = await freeName(tx, rootId, await mountName(tx, targetId));
  const [modSeq, buried] = await together(sequences.next(rootId), unbury(tx, rootId, name));
  const node = await insertNode(tx, {
    parent_id: rootId,
    name,
    kind: nodeKind.mount,
    mod_seq: modSeq,
    created_mod_seq: modSeq,
    name_mod_seq: buried ?? modSeq,
    created_ms: nowMs,
    modified_ms: nowMs,
    has_properties: 0,
    etag: null,
    size: 0,
    content_type: null,
    blob_key: null,
    collection_kind: null,
    target_id: targetId,
  });
  await tx.run`insert into mount (viewer_root_id, target_id, node_id) values (${rootId}, ${targetId}, ${node.id})`;
}

/** Whether it is there, was declined, or lies in a folder that was removed: nothing of it remains. */
async function removeMount(
  tx: SqlTransaction,
  rootId: number,
  mount: MountState,
  sequences: Sequences,
  nowMs: number,
): Promise<void> {
  const node = mount.nodeId === null ? undefined : await findNode(tx, mount.nodeId);
  if (node !== undefined && (await lineageOf(tx, node.id, nowMs)) !== undefined) {
    await detach(tx, node, rootId, nowMs);
    await bury(tx, node, await sequences.next(node.parent_id), nowMs);
  }
  await tx.run`delete from mount where viewer_root_id = ${rootId} and target_id = ${mount.targetId}`;
}
