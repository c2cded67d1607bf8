/** Which collections others share with a viewer, and which of them the viewer's tree has mounts of. */
import type { SqlQueries } from './engine.ts';
import { chunks, list } from './list.ts';
import { nodeKind, rootParentId } from './rows.ts';

export interface MountState {
  readonly targetId: number;
  /** The mount; null: the viewer declined it. */
  readonly nodeId: number | null;
}

export interface ShareState {
  /** Ids of the collections that are shared with the viewer. */
  readonly granted: ReadonlySet<number>;
  readonly mounts: readonly MountState[];
}

/**
 * @param viewer `<space>/<owner>`: only collections of other trees of the same space count
 * @param grantees the viewer's own id and groups. A grant to a whole domain makes no mounts: nobody wants a colleague's every
 *   open folder among their own
 */
export async function readMountState(
  queries: SqlQueries,
  viewer: string,
  grantees: readonly string[],
): Promise<ShareState> {
  const granted = new Set<number>();
  const space = viewer.slice(0, viewer.indexOf('/') + 1);
  for (const chunk of chunks(grantees.filter((grantee) => !grantee.startsWith('domain:')))) {
    // Up to the root: a collection that was removed with something above it is shared no more.
    const rows = await queries.all<{ target_id: number; tree: string }>`
      with recursive up (target_id, id, parent_id) as (
        select n.id, n.id, n.parent_id from ace a join node n on n.id = a.node_id
        where a.grantee in ${list(chunk)} and a.privileges <> 0 and n.kind = ${nodeKind.collection}
        union
        select up.target_id, n.id, n.parent_id from up join node n on n.id = up.parent_id
      )
      select up.target_id, r.name as tree from up join node r on r.id = up.id
      where up.parent_id = ${rootParentId} order by up.target_id`;
    for (const row of rows) if (row.tree !== viewer && row.tree.startsWith(space)) granted.add(row.target_id);
  }
  const mounts = await queries.all<{ target_id: number; node_id: number | null }>`
    select m.target_id, m.node_id from mount m join node r on r.id = m.viewer_root_id
    where r.parent_id = ${rootParentId} and r.name = ${viewer}`;
  return { granted, mounts: mounts.map((row) => ({ targetId: row.target_id, nodeId: row.node_id })) };
}

export interface ShareDifference {
  /** Shared, and neither mounted nor declined. */
  readonly missing: readonly number[];
  /** Mounted or declined, and shared no more. */
  readonly stale: readonly MountState[];
}

export function sharesOf({ granted, mounts }: ShareState): ShareDifference {
  const known = new Set(mounts.map((mount) => mount.targetId));
  return {
    missing: [...granted].filter((targetId) => !known.has(targetId)),
    stale: mounts.filter((mount) => !granted.has(mount.targetId)),
  };
}
