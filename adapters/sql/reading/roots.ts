/** Roots of trees. */
import type { TreeKey } from '../../../gateway/ports/collection-store.ts';
import type { SqlQueries } from '../engine.ts';
import type { NodeRow } from '../rows.ts';
import { rootParentId, treeName } from '../rows.ts';

export interface RootRow extends NodeRow {
  /** Octets in the tree, removed ones included until they are reclaimed. */
  readonly used: number;
}

export async function findRoot(queries: SqlQueries, tree: TreeKey): Promise<RootRow | undefined> {
  return await queries.get<RootRow>`
    select id, parent_id, name, kind, mod_seq, created_mod_seq, created_ms, modified_ms, has_properties, has_ace, etag, size,
      content_type, blob_key, collection_kind, members_mod_seq, target_id, used
    from node where parent_id = ${rootParentId} and name = ${treeName(tree)}`;
}
