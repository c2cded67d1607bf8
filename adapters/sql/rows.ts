/** Rows as the statements give them, and what the port makes of them. */
import type { AccessControlEntry, CollectionKind, Lock, LockScope } from '../../gateway/ports/collection-store.ts';

/** Values of `node.kind`. */
export const nodeKind = { resource: 0, collection: 1, mount: 2 } as const;

/** `parent_id` of a tree's root, and of a collection that was removed. */
export const rootParentId = 0;
export const removedParentId = -1;

export interface NodeRow {
  readonly id: number;
  readonly parent_id: number;
  readonly name: string;
  readonly kind: number;
  readonly mod_seq: number;
  readonly created_mod_seq: number;
  readonly created_ms: number;
  readonly modified_ms: number;
  readonly has_properties: number;
  readonly has_ace: number;
  readonly etag: string | null;
  readonly size: number;
  readonly content_type: string | null;
  readonly blob_key: string | null;
  readonly collection_kind: CollectionKind | null;
  readonly members_mod_seq: number;
  readonly target_id: number | null;
}

export interface LockRow {
  readonly token: string;
  readonly node_id: number;
  readonly principal_id: string;
  readonly scope: LockScope;
  readonly depth: '0' | 'infinity';
  readonly owner_xml: string;
  readonly root_href: string;
  readonly timeout_s: number;
  readonly expires_ms: number;
}

export interface AccessRow {
  readonly node_id: number;
  readonly grantee: string;
  readonly privileges: number;
}

export function toAccess(row: AccessRow): AccessControlEntry {
  return { nodeId: row.node_id, grantee: row.grantee, privileges: row.privileges };
}

export function toLock(row: LockRow): Lock {
  return {
    token: row.token,
    nodeId: row.node_id,
    principalId: row.principal_id,
    scope: row.scope,
    depth: row.depth,
    ownerXml: row.owner_xml,
    rootHref: row.root_href,
    timeoutSeconds: row.timeout_s,
    expires: Temporal.Instant.fromEpochMilliseconds(row.expires_ms),
  };
}

/** The name of a tree's root. A principal id holds no slash. */
export function treeName(tree: { readonly space: string; readonly owner: string }): string {
  return `${tree.space}/${tree.owner}`;
}
