/** Finding and making rows of `node`. */
import type { SqlTransaction } from '../../engine.ts';
import type { NodeRow } from '../../rows.ts';

export interface StoredNode extends NodeRow {
  /** The mod-sequence at which the name first appeared, as far as is remembered. */
  readonly name_mod_seq: number;
}

export interface FoundMember extends StoredNode {
  /** Whether there is a lock on it, expired or not. */
  readonly has_lock: number;
}

export async function findMember(tx: SqlTransaction, parentId: number, name: string): Promise<FoundMember | undefined> {
  return await tx.get<FoundMember>`
    select id, parent_id, name, kind, mod_seq, created_mod_seq, name_mod_seq, created_ms, modified_ms, has_properties,
      has_ace, etag, size, content_type, blob_key, collection_kind, members_mod_seq, target_id,
      case when exists (select 1 from lock where node_id = node.id) then 1 else 0 end as has_lock
    from node where parent_id = ${parentId} and name = ${name}`;
}

export async function findNode(tx: SqlTransaction, id: number): Promise<StoredNode | undefined> {
  return await tx.get<StoredNode>`
    select id, parent_id, name, kind, mod_seq, created_mod_seq, name_mod_seq, created_ms, modified_ms, has_properties,
      has_ace, etag, size, content_type, blob_key, collection_kind, members_mod_seq, target_id
    from node where id = ${id}`;
}

/** A node without what has a default: no id yet, no access control, no members. */
export type NewNode = Omit<StoredNode, 'id' | 'has_ace' | 'members_mod_seq'>;

export async function insertNode(tx: SqlTransaction, node: NewNode): Promise<StoredNode> {
  const row = await tx.get<{ id: number }>`
    insert into node (parent_id, name, kind, mod_seq, created_mod_seq, name_mod_seq, created_ms, modified_ms,
      has_properties, etag, size, content_type, blob_key, collection_kind, target_id)
    values (${node.parent_id}, ${node.name}, ${node.kind}, ${node.mod_seq}, ${node.created_mod_seq},
      ${node.name_mod_seq}, ${node.created_ms}, ${node.modified_ms}, ${node.has_properties}, ${node.etag},
      ${node.size}, ${node.content_type}, ${node.blob_key}, ${node.collection_kind}, ${node.target_id})
    returning id`;
  if (row === undefined) throw new Error('an insert returned no row');
  return { ...node, id: row.id, has_ace: 0, members_mod_seq: 0 };
}
