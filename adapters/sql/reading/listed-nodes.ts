/** Rows of a listing as the port's nodes. */
import type { StoreNode } from '../../../gateway/ports/collection-store.ts';
import type { SqlQueries } from '../engine.ts';
import { toCollection, toMount, toResource } from '../nodes.ts';
import type { NodeRow } from '../rows.ts';
import { nodeKind } from '../rows.ts';
import { mountTargets } from './targets.ts';

/** In the order of the rows. A mount whose target is gone is left out: there is nothing that it could show. */
export async function toStoreNodes(queries: SqlQueries, rows: readonly NodeRow[]): Promise<readonly StoreNode[]> {
  const targetIds = rows.flatMap((row) => (row.target_id === null ? [] : [row.target_id]));
  if (targetIds.length === 0) return rows.map((row) => toNode(row));
  const targets = await mountTargets(queries, targetIds);
  return rows.flatMap((row) => {
    if (row.target_id === null) return [toNode(row)];
    const target = targets.get(row.target_id);
    return target === undefined ? [] : [toMount(row, target.node, target.access)];
  });
}

function toNode(row: NodeRow): StoreNode {
  return row.kind === nodeKind.collection ? toCollection(row) : toResource(row);
}
