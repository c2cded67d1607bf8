/** The way from a node up to the root of its tree, with the locks along it: what every write looks at first. */
import type { LockScope } from '../../../../gateway/ports/collection-store.ts';
import type { SqlTransaction } from '../../engine.ts';
import { nodeKind, rootParentId } from '../../rows.ts';
import { notFound } from './refusals.ts';

/** A lock that has not expired. */
export interface HeldLock {
  readonly token: string;
  readonly nodeId: number;
  readonly principalId: string;
  readonly scope: LockScope;
  readonly depth: '0' | 'infinity';
  readonly rootHref: string;
}

export interface Lineage {
  /** The node itself first, its root last. */
  readonly ids: readonly number[];
  readonly rootId: number;
  /** What the node itself is (`nodeKind`). */
  readonly kind: number;
  /** Locks on any of `ids`. */
  readonly locks: readonly HeldLock[];
}

interface LineageRow {
  readonly id: number;
  readonly parent_id: number;
  readonly kind: number;
  readonly distance: number;
  readonly token: string | null;
  readonly principal_id: string;
  readonly scope: LockScope;
  readonly depth: '0' | 'infinity';
  readonly root_href: string;
}

/** @returns undefined when there is no such node, or it or something above it was removed */
export async function lineageOf(tx: SqlTransaction, nodeId: number, nowMs: number): Promise<Lineage | undefined> {
  const rows = await tx.all<LineageRow>`
    with recursive up (id, parent_id, kind, distance) as (
      select id, parent_id, kind, 0 from node where id = ${nodeId}
      union all
      select n.id, n.parent_id, n.kind, up.distance + 1 from up join node n on n.id = up.parent_id
    )
    select up.id, up.parent_id, up.kind, up.distance, l.token, l.principal_id, l.scope, l.depth, l.root_href
    from up left join lock l on l.node_id = up.id and l.expires_ms > ${nowMs}
    order by up.distance`;
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined || last.parent_id !== rootParentId) return undefined;
  return {
    ids: [...new Set(rows.map((row) => row.id))],
    rootId: last.id,
    kind: first.kind,
    locks: rows.flatMap((row) => heldLock(row)),
  };
}

/** @throws GatewayError `not-found` unless it lies in a tree */
export async function liveNode(tx: SqlTransaction, id: number, nowMs: number): Promise<Lineage> {
  const lineage = await lineageOf(tx, id, nowMs);
  if (lineage === undefined) throw notFound('the resource');
  return lineage;
}

/** @throws GatewayError `not-found` unless it is a collection that lies in a tree */
export async function liveCollection(tx: SqlTransaction, id: number, nowMs: number): Promise<Lineage> {
  const lineage = await lineageOf(tx, id, nowMs);
  if (lineage?.kind !== nodeKind.collection) throw notFound('the collection');
  return lineage;
}

function heldLock(row: LineageRow): readonly HeldLock[] {
  if (row.token === null) return [];
  const { token, scope, depth } = row;
  return [{ token, nodeId: row.id, principalId: row.principal_id, scope, depth, rootHref: row.root_href }];
}
