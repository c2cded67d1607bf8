import type { TreeKey } from '../../../../gateway/ports/collection-store.ts';
import type { Operation } from '../../engine.ts';

export interface SaveUploadArgs {
  readonly id: string;
  readonly principalId: string;
  readonly tree: TreeKey;
  readonly path: readonly string[];
  readonly sizeOctets: number | undefined;
  readonly contentType: string | undefined;
  readonly metadata: string;
  readonly expiresMs: number;
}

/** Remembers a staged upload, or what changed about it. */
export const saveUpload: Operation<SaveUploadArgs, null> = async (tx, upload) => {
  await tx.run`
    insert into upload (id, principal_id, space, owner, path, size, content_type, metadata, expires_ms)
    values (${upload.id}, ${upload.principalId}, ${upload.tree.space}, ${upload.tree.owner},
      ${JSON.stringify(upload.path)}, ${upload.sizeOctets ?? null}, ${upload.contentType ?? null}, ${upload.metadata},
      ${upload.expiresMs})
    on conflict (id) do update set principal_id = excluded.principal_id, space = excluded.space, owner = excluded.owner,
      path = excluded.path, size = excluded.size, content_type = excluded.content_type, metadata = excluded.metadata,
      expires_ms = excluded.expires_ms`;
  return null;
};
