import type { Operation, SqlTransaction } from '../../engine.ts';
import { nodeKind, rootParentId } from '../../rows.ts';
import type { StoredNode } from './nodes.ts';
import { findMember, insertNode } from './nodes.ts';

export interface EnsureTreeArgs {
  /** `<space>/<owner>` */
  readonly name: string;
  readonly nowMs: number;
}

/** Makes the root of a tree unless it is there. */
export const ensureTree: Operation<EnsureTreeArgs, StoredNode> = async (tx, args) => await ensureRoot(tx, args);

export async function ensureRoot(tx: SqlTransaction, { name, nowMs }: EnsureTreeArgs): Promise<StoredNode> {
  const existing = await findMember(tx, rootParentId, name);
  if (existing !== undefined) return existing;
  return await insertNode(tx, {
    parent_id: rootParentId,
    name,
    kind: nodeKind.collection,
    mod_seq: 0,
    created_mod_seq: 0,
    name_mod_seq: 0,
    created_ms: nowMs,
    modified_ms: nowMs,
    has_properties: 0,
    etag: null,
    size: 0,
    content_type: null,
    blob_key: null,
    collection_kind: 'folder',
    target_id: null,
  });
}
