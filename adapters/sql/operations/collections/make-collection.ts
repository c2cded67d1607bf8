import type { MakeCollection } from '../../../../gateway/ports/collection-store.ts';
import type { Operation } from '../../engine.ts';
import { together } from '../together.ts';
import { nodeKind } from '../../rows.ts';
import { setDeadProperties } from './dead-properties.ts';
import { verifyGuard } from './guard.ts';
import { liveCollection } from './lineage.ts';
import type { StoredNode } from './nodes.ts';
import { findMember, insertNode } from './nodes.ts';
import { protecting, requireTokens } from './protection.ts';
import { alreadyExists } from './refusals.ts';
import type { RaisedSequence } from './sequence.ts';
import { Sequences, unbury } from './sequence.ts';

export interface MakeCollectionArgs extends MakeCollection {
  readonly nowMs: number;
}

export interface MakeCollectionResult {
  readonly node: StoredNode;
  readonly raised: readonly RaisedSequence[];
}

/** Makes an empty collection with its first properties. */
export const makeCollection: Operation<MakeCollectionArgs, MakeCollectionResult> = async (tx, args) => {
  const { parentId, name, properties, guard, nowMs } = args;
  const [parent, , existing] = await together(
    liveCollection(tx, parentId, nowMs),
    verifyGuard(tx, guard),
    findMember(tx, parentId, name),
  );
  if (existing !== undefined) throw alreadyExists();
  requireTokens(guard, [protecting(parent)]);

  const sequences = new Sequences(tx);
  const [modSeq, buried] = await together(sequences.next(parentId), unbury(tx, parentId, name));
  const node = await insertNode(tx, {
    parent_id: parentId,
    name,
    kind: nodeKind.collection,
    mod_seq: modSeq,
    created_mod_seq: modSeq,
    name_mod_seq: buried ?? modSeq,
    created_ms: nowMs,
    modified_ms: nowMs,
    has_properties: properties.length > 0 ? 1 : 0,
    etag: null,
    size: 0,
    content_type: null,
    blob_key: null,
    collection_kind: args.collectionKind,
    target_id: null,
  });
  await setDeadProperties(tx, node.id, properties);
  return { node, raised: sequences.raised };
};
