/** Rows as the statements give them, and what the port makes of them. */
import type {
  AccessControlEntry,
  CollectionKind,
  CollectionNode,
  Lock,
  LockScope,
  MountNode,
  ResourceNode,
} from '../../gateway/ports/collection-store.ts';

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

const instant = (ms: number): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(ms);

function base(row: NodeRow) {
  return {
    id: row.id,
    parentId: row.parent_id,
    name: row.name,
    modSeq: row.mod_seq,
    createdModSeq: row.created_mod_seq,
    created: instant(row.created_ms),
    modified: instant(row.modified_ms),
    hasProperties: row.has_properties !== 0,
    hasAccessControl: row.has_ace !== 0,
  };
}

export function toCollection(row: NodeRow): CollectionNode {
  return {
    type: 'collection',
    ...base(row),
    collectionKind: row.collection_kind ?? 'folder',
    membersModSeq: row.members_mod_seq,
  };
}

export function toResource(row: NodeRow): ResourceNode {
  return {
    type: 'resource',
    ...base(row),
    etag: row.etag ?? '',
    sizeOctets: row.size,
    contentType: row.content_type ?? undefined,
    blobKey: row.blob_key ?? undefined,
  };
}

export function toMount(row: NodeRow, target: CollectionNode, targetAccess: readonly AccessControlEntry[]): MountNode {
  return { type: 'mount', ...base(row), target, targetAccess };
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
    expires: instant(row.expires_ms),
  };
}

/** The name of a tree's root. A principal id holds no slash. */
export function treeName(tree: { readonly space: string; readonly owner: string }): string {
  return `${tree.space}/${tree.owner}`;
}
