/** What hangs on nodes: octets, properties, access control, locks, the way up. */
import type { AccessControlEntry, DeadProperty, Lock } from '../../../gateway/ports/collection-store.ts';
import { GatewayError } from '../../../gateway/ports/errors.ts';
import type { SqlQueries } from '../engine.ts';
import { chunks, list } from '../list.ts';
import type { AccessRow, LockRow } from '../rows.ts';
import { rootParentId, toAccess, toLock } from '../rows.ts';

export async function content(queries: SqlQueries, nodeId: number, etag: string): Promise<Uint8Array> {
  const row = await queries.get<{ octets: Uint8Array }>`
    select octets from body where node_id = ${nodeId} and etag = ${etag}`;
  if (row === undefined) throw new GatewayError('not-found', 'the resource was changed or removed meanwhile');
  return row.octets;
}

export async function properties(
  queries: SqlQueries,
  nodeIds: readonly number[],
): Promise<ReadonlyMap<number, readonly DeadProperty[]>> {
  const found = new Map<number, DeadProperty[]>();
  for (const chunk of chunks(nodeIds)) {
    const rows = await queries.all<DeadProperty & { readonly node_id: number }>`
      select node_id, namespace, name, xml from dead_property where node_id in ${list(chunk)}
      order by node_id, namespace, name`;
    for (const { node_id: nodeId, namespace, name, xml } of rows) {
      const known = found.get(nodeId);
      if (known === undefined) found.set(nodeId, [{ namespace, name, xml }]);
      else known.push({ namespace, name, xml });
    }
  }
  return found;
}

export async function accessControl(
  queries: SqlQueries,
  nodeIds: readonly number[],
): Promise<readonly AccessControlEntry[]> {
  const found: AccessControlEntry[] = [];
  for (const chunk of chunks(nodeIds)) {
    const rows = await queries.all<AccessRow>`
      select node_id, grantee, privileges from ace where node_id in ${list(chunk)} order by node_id, grantee`;
    for (const row of rows) found.push(toAccess(row));
  }
  return found;
}

export async function locks(queries: SqlQueries, nodeIds: readonly number[], nowMs: number): Promise<readonly Lock[]> {
  const found: Lock[] = [];
  for (const chunk of chunks(nodeIds)) {
    const rows = await queries.all<LockRow>`
      select token, node_id, principal_id, scope, depth, owner_xml, root_href, timeout_s, expires_ms
      from lock where node_id in ${list(chunk)} and expires_ms > ${nowMs} order by node_id, token`;
    for (const row of rows) found.push(toLock(row));
  }
  return found;
}

/** Walks up from the live locks of the collection's tree: locks are few, members may be many. */
export async function locksBelow(queries: SqlQueries, collectionId: number, nowMs: number): Promise<readonly Lock[]> {
  const path = await ancestors(queries, collectionId);
  const rootId = path[0];
  if (rootId === undefined) return [];
  const rows = await queries.all<LockRow>`
    with recursive up (token, id, parent_id) as (
      select l.token, n.id, n.parent_id from lock l join node n on n.id = l.node_id
      where l.root_id = ${rootId} and l.expires_ms > ${nowMs} and l.node_id <> ${collectionId}
      union all
      select up.token, n.id, n.parent_id from up join node n on n.id = up.parent_id where up.id <> ${collectionId}
    )
    select l.token, l.node_id, l.principal_id, l.scope, l.depth, l.owner_xml, l.root_href, l.timeout_s, l.expires_ms
    from up join lock l on l.token = up.token where up.id = ${collectionId} order by l.token`;
  return rows.map((row) => toLock(row));
}

/** From the root down to the node; empty when it, or something above it, was removed. */
export async function ancestors(queries: SqlQueries, nodeId: number): Promise<readonly number[]> {
  const rows = await queries.all<{ id: number; parent_id: number }>`
    with recursive up (id, parent_id, distance) as (
      select id, parent_id, 0 from node where id = ${nodeId}
      union all
      select n.id, n.parent_id, up.distance + 1 from up join node n on n.id = up.parent_id
    )
    select id, parent_id from up order by distance desc`;
  return rows[0]?.parent_id === rootParentId ? rows.map((row) => row.id) : [];
}
