/** Copies what is below a collection, one collection after the other, each in a few statements however many members it has. */
import type { SqlTransaction } from '../../engine.ts';
import { nodeKind } from '../../rows.ts';

interface Pair {
  readonly source_id: number;
  readonly copy_id: number;
}

/** @param copyId an empty collection */
export async function copyTree(tx: SqlTransaction, sourceId: number, copyId: number, nowMs: number): Promise<void> {
  const waiting: Pair[] = [{ source_id: sourceId, copy_id: copyId }];
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    waiting.push(...(await copyMembers(tx, pair, nowMs)));
  }
}

/** @returns the collections among the members, each with its copy */
async function copyMembers(tx: SqlTransaction, pair: Pair, nowMs: number): Promise<readonly Pair[]> {
  const { source_id: sourceId, copy_id: copyId } = pair;
  // Every member has a mod-sequence of its own, so that a first synchronisation can be answered in pages.
  const copied = await tx.run`
    insert into node (parent_id, name, kind, mod_seq, created_mod_seq, name_mod_seq, created_ms, modified_ms,
      has_properties, has_ace, etag, size, content_type, blob_key, collection_kind)
    select cast(${copyId} as bigint), name, kind, row_number() over (order by name), row_number() over (order by name),
      row_number() over (order by name), cast(${nowMs} as bigint), cast(${nowMs} as bigint),
      has_properties, 0, etag, size, content_type, blob_key, collection_kind
    from node where parent_id = ${sourceId} and kind <> ${nodeKind.mount}`;
  if (copied === 0) return [];
  await tx.run`update node set members_mod_seq = ${copied} where id = ${copyId}`;
  await tx.run`
    insert into body (node_id, etag, octets)
    select c.id, b.etag, b.octets
    from node c join node s on s.parent_id = ${sourceId} and s.name = c.name join body b on b.node_id = s.id
    where c.parent_id = ${copyId} and c.kind = ${nodeKind.resource} and c.blob_key is null`;
  await tx.run`
    insert into blob (blob_key, size, refs)
    select blob_key, max(size), count(*) from node where parent_id = ${copyId} and blob_key is not null
    group by blob_key order by blob_key
    on conflict (blob_key) do update set refs = blob.refs + excluded.refs`;
  await tx.run`
    insert into dead_property (node_id, namespace, name, xml)
    select c.id, p.namespace, p.name, p.xml
    from node c join node s on s.parent_id = ${sourceId} and s.name = c.name join dead_property p on p.node_id = s.id
    where c.parent_id = ${copyId} and c.has_properties <> 0`;
  return await tx.all<Pair>`
    select s.id as source_id, c.id as copy_id
    from node c join node s on s.parent_id = ${sourceId} and s.name = c.name
    where c.parent_id = ${copyId} and c.kind = ${nodeKind.collection}`;
}
