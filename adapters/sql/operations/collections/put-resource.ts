import type { NewContent, PutResource } from '../../../../gateway/ports/collection-store.ts';
import type { Operation, SqlTransaction } from '../../engine.ts';
import { together } from '../together.ts';
import { nodeKind } from '../../rows.ts';
import { storeContent } from './content.ts';
import { verifyGuard } from './guard.ts';
import { liveCollection } from './lineage.ts';
import type { StoredNode } from './nodes.ts';
import { findMember, insertNode } from './nodes.ts';
import { protecting, protectingMember, requireTokens } from './protection.ts';
import { alreadyExists } from './refusals.ts';
import type { RaisedSequence } from './sequence.ts';
import { Sequences, unbury } from './sequence.ts';
import { addUsage } from './usage.ts';

export interface PutResourceArgs extends Omit<PutResource, 'modified'> {
  readonly modifiedMs: number;
  readonly nowMs: number;
}

export interface PutResourceResult {
  readonly node: StoredNode;
  readonly created: boolean;
  readonly raised: readonly RaisedSequence[];
}

/** Makes a resource or replaces its octets. */
export const putResource: Operation<PutResourceArgs, PutResourceResult> = async (tx, args) => {
  const { parentId, name, content, guard, nowMs } = args;
  const [parent, , existing] = await together(
    liveCollection(tx, parentId, nowMs),
    verifyGuard(tx, guard),
    findMember(tx, parentId, name),
  );
  if (existing !== undefined && existing.kind !== nodeKind.resource) throw alreadyExists();
  const protection = existing === undefined ? protecting(parent) : await protectingMember(tx, existing, parent, nowMs);
  requireTokens(guard, [protection]);
  const sequences = new Sequences(tx);
  const [, modSeq, buried] = await together(
    addUsage(tx, parent.rootId, content.sizeOctets - (existing?.size ?? 0), args.quotaOctets),
    sequences.next(parentId),
    existing === undefined ? unbury(tx, parentId, name) : Promise.resolve(undefined),
  );
  if (existing === undefined) {
    const node = await insertResource(tx, { ...args, modSeq, nameModSeq: buried ?? modSeq });
    await storeContent(tx, node.id, content, undefined);
    return { node, created: true, raised: sequences.raised };
  }
  const [node] = await together(
    updateResource(tx, existing, content, modSeq, args.modifiedMs),
    storeContent(tx, existing.id, content, existing),
  );
  return { node, created: false, raised: sequences.raised };
};

export interface NewResource {
  readonly parentId: number;
  readonly name: string;
  readonly content: NewContent;
  readonly modSeq: number;
  readonly nameModSeq: number;
  readonly modifiedMs: number;
  readonly nowMs: number;
}

/** The row of a new resource; its octets are the caller's. */
export async function insertResource(tx: SqlTransaction, resource: NewResource): Promise<StoredNode> {
  const { parentId, name, content, modSeq } = resource;
  return await insertNode(tx, {
    parent_id: parentId,
    name,
    kind: nodeKind.resource,
    mod_seq: modSeq,
    created_mod_seq: modSeq,
    name_mod_seq: resource.nameModSeq,
    created_ms: resource.nowMs,
    modified_ms: resource.modifiedMs,
    has_properties: 0,
    ...contentColumns(content),
    collection_kind: null,
    target_id: null,
  });
}

async function updateResource(
  tx: SqlTransaction,
  existing: StoredNode,
  content: NewContent,
  modSeq: number,
  modifiedMs: number,
): Promise<StoredNode> {
  const columns = contentColumns(content);
  await tx.run`
    update node set mod_seq = ${modSeq}, modified_ms = ${modifiedMs}, etag = ${columns.etag}, size = ${columns.size},
      content_type = ${columns.content_type}, blob_key = ${columns.blob_key}
    where id = ${existing.id}`;
  return { ...existing, ...columns, mod_seq: modSeq, modified_ms: modifiedMs };
}

function contentColumns(content: NewContent) {
  return {
    etag: content.etag,
    size: content.sizeOctets,
    content_type: content.contentType ?? null,
    blob_key: 'blobKey' in content ? content.blobKey : null,
  };
}
