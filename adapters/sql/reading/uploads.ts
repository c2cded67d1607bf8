/** Staged uploads, and the blobs that are referred to. */
import type { TreeSpace, UploadSession } from '../../../gateway/ports/collection-store.ts';
import type { SqlQueries } from '../engine.ts';
import { chunks, list } from '../list.ts';

interface UploadRow {
  readonly id: string;
  readonly principal_id: string;
  readonly space: TreeSpace;
  readonly owner: string;
  readonly path: string;
  readonly size: number | null;
  readonly content_type: string | null;
  readonly metadata: string;
  readonly expires_ms: number;
}

/** @returns undefined when there is none, or its time is over */
export async function upload(queries: SqlQueries, id: string, nowMs: number): Promise<UploadSession | undefined> {
  const row = await queries.get<UploadRow>`
    select id, principal_id, space, owner, path, size, content_type, metadata, expires_ms
    from upload where id = ${id} and expires_ms > ${nowMs}`;
  if (row === undefined) return undefined;
  return {
    id: row.id,
    principalId: row.principal_id,
    tree: { space: row.space, owner: row.owner },
    path: JSON.parse(row.path) as readonly string[],
    sizeOctets: row.size ?? undefined,
    contentType: row.content_type ?? undefined,
    metadata: row.metadata,
    expires: Temporal.Instant.fromEpochMilliseconds(row.expires_ms),
  };
}

/** Which of these blobs resources refer to. */
export async function referencedBlobs(queries: SqlQueries, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const chunk of chunks(keys)) {
    const rows = await queries.all<{ blob_key: string }>`select blob_key from blob where blob_key in ${list(chunk)}`;
    for (const row of rows) found.add(row.blob_key);
  }
  return found;
}
