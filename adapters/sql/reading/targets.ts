/** The collections that mounts show: where they really lie, and who may do what there. */
import type { AccessControlEntry, CollectionNode } from '../../../gateway/ports/collection-store.ts';
import type { SqlQueries } from '../engine.ts';
import { chunks, list } from '../list.ts';
import { toCollection } from '../nodes.ts';
import type { NodeRow } from '../rows.ts';
import { nodeKind, rootParentId } from '../rows.ts';

export interface MountTarget {
  readonly node: CollectionNode;
  readonly rootId: number;
  /** `<space>/<owner>` of the tree that it lies in. */
  readonly treeName: string;
  /** Of the root first, of the target itself last. */
  readonly access: readonly AccessControlEntry[];
}

interface AncestorRow {
  readonly target_id: number;
  readonly id: number;
  readonly parent_id: number;
  readonly name: string;
  readonly grantee: string | null;
  readonly privileges: number;
}

/** Targets that were removed, themselves or with something above them, are absent from the map. */
export async function mountTargets(
  queries: SqlQueries,
  targetIds: readonly number[],
): Promise<ReadonlyMap<number, MountTarget>> {
  const targets = new Map<number, MountTarget>();
  for (const chunk of chunks([...new Set(targetIds)])) {
    const ids = list(chunk);
    const rows = await queries.all<NodeRow>`
      select id, parent_id, name, kind, mod_seq, created_mod_seq, created_ms, modified_ms, has_properties, has_ace, etag,
        size, content_type, blob_key, collection_kind, members_mod_seq, target_id
      from node where id in ${ids} and kind = ${nodeKind.collection}`;
    const ancestors = await queries.all<AncestorRow>`
      with recursive up (target_id, id, parent_id, name, distance) as (
        select id, id, parent_id, name, 0 from node where id in ${ids}
        union all
        select up.target_id, n.id, n.parent_id, n.name, up.distance + 1 from up join node n on n.id = up.parent_id
      )
      select up.target_id, up.id, up.parent_id, up.name, a.grantee, a.privileges
      from up left join ace a on a.node_id = up.id
      order by up.distance desc`;
    for (const row of rows) {
      const target = toTarget(
        row,
        ancestors.filter((ancestor) => ancestor.target_id === row.id),
      );
      if (target !== undefined) targets.set(row.id, target);
    }
  }
  return targets;
}

/** @param ancestors the root first */
function toTarget(row: NodeRow, ancestors: readonly AncestorRow[]): MountTarget | undefined {
  const root = ancestors[0];
  if (root === undefined || root.parent_id !== rootParentId) return undefined;
  const access = ancestors.flatMap(({ id, grantee, privileges }) =>
    grantee === null ? [] : [{ nodeId: id, grantee, privileges }],
  );
  return { node: toCollection(row), rootId: root.id, treeName: root.name, access };
}
