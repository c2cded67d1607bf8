/** Where a resource's octets are: in `body`, or in a blob that `blob` counts the references of. */
import type { NewContent } from '../../../../gateway/ports/collection-store.ts';
import type { SqlTransaction } from '../../engine.ts';

/** @param previous the resource's blob key before; undefined when the resource is new */
export async function storeContent(
  tx: SqlTransaction,
  nodeId: number,
  content: NewContent,
  previous: { readonly blob_key: string | null } | undefined,
): Promise<void> {
  if ('octets' in content) {
    await tx.run`
      insert into body (node_id, etag, octets) values (${nodeId}, ${content.etag}, ${content.octets})
      on conflict (node_id) do update set etag = excluded.etag, octets = excluded.octets`;
  } else {
    await retainBlob(tx, content.blobKey, content.sizeOctets);
    if (previous?.blob_key === null) await tx.run`delete from body where node_id = ${nodeId}`;
  }
  // After the new reference, so that the same blob does not go and come back.
  if (previous !== undefined && previous.blob_key !== null) await releaseBlob(tx, previous.blob_key);
}

export async function copyContent(
  tx: SqlTransaction,
  source: { readonly id: number; readonly blob_key: string | null; readonly size: number },
  nodeId: number,
): Promise<void> {
  if (source.blob_key !== null) await retainBlob(tx, source.blob_key, source.size);
  else {
    await tx.run`
      insert into body (node_id, etag, octets)
      select cast(${nodeId} as bigint), etag, octets from body where node_id = ${source.id}`;
  }
}

export async function dropContent(
  tx: SqlTransaction,
  node: { readonly id: number; readonly blob_key: string | null },
): Promise<void> {
  if (node.blob_key === null) await tx.run`delete from body where node_id = ${node.id}`;
  else await releaseBlob(tx, node.blob_key);
}

async function retainBlob(tx: SqlTransaction, key: string, size: number): Promise<void> {
  await tx.run`
    insert into blob (blob_key, size, refs) values (${key}, ${size}, 1)
    on conflict (blob_key) do update set refs = blob.refs + 1`;
}

/** A blob that nothing refers to has no row; the blob store's sweep then removes its octets. */
async function releaseBlob(tx: SqlTransaction, key: string): Promise<void> {
  await tx.run`update blob set refs = refs - 1 where blob_key = ${key}`;
  await tx.run`delete from blob where blob_key = ${key} and refs <= 0`;
}
