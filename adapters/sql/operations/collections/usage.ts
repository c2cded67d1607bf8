/** Octets that trees hold. */
import type { SqlTransaction } from '../../engine.ts';
import { nodeKind } from '../../rows.ts';
import { overQuota } from './refusals.ts';
import type { Transfer } from './transfer.ts';

/**
 * Adds to what a tree holds.
 * @param quotaOctets undefined: no limit; a tree that is over it already may still shrink
 * @throws GatewayError `over-quota`
 */
export async function addUsage(
  tx: SqlTransaction,
  rootId: number,
  octets: number,
  quotaOctets: number | undefined,
): Promise<void> {
  if (octets === 0) return;
  const row = await tx.get<{ used: number }>`
    update node set used = used + ${octets} where id = ${rootId} returning used`;
  if (octets > 0 && quotaOctets !== undefined && (row?.used ?? 0) > quotaOctets) throw overQuota();
}

/**
 * Adds what a copy or move brought to the destination's tree. A collection that it replaced still counts in `used`, because
 * it is taken apart later; it does not stand in its successor's way.
 * @throws GatewayError `over-quota`
 */
export async function addTransferredUsage(
  tx: SqlTransaction,
  { destinationParent, replaced }: Transfer,
  octets: number,
  quotaOctets: number | undefined,
): Promise<void> {
  const leaving =
    quotaOctets === undefined || octets === 0 || replaced?.kind !== nodeKind.collection
      ? 0
      : (await measure(tx, replaced.id, Number.MAX_SAFE_INTEGER)).octets;
  const limit = quotaOctets === undefined ? undefined : quotaOctets + leaving;
  await addUsage(tx, destinationParent.rootId, octets, limit);
}

export interface Measure {
  /** How many nodes, the first one included; stops counting at the limit. */
  readonly nodes: number;
  readonly octets: number;
  readonly mounts: number;
}

/** Counts a node and all below it. Reads no more than `limit` nodes. */
export async function measure(tx: SqlTransaction, nodeId: number, limit: number): Promise<Measure> {
  const row = await tx.get<Measure>`
    with recursive below (id, kind, size) as (
      select id, kind, size from node where id = ${nodeId}
      union all
      select n.id, n.kind, n.size from below join node n on n.parent_id = below.id where below.kind = ${nodeKind.collection}
    )
    select count(*) as nodes, cast(coalesce(sum(size), 0) as bigint) as octets,
      cast(coalesce(sum(case when kind = ${nodeKind.mount} then 1 else 0 end), 0) as bigint) as mounts
    from (select kind, size from below limit ${limit}) counted`;
  return row ?? { nodes: 0, octets: 0, mounts: 0 };
}
