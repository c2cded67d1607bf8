import type { SetProperties } from '../../../../gateway/ports/collection-store.ts';
import { GatewayError } from '../../../../gateway/ports/errors.ts';
import type { Operation, SqlTransaction } from '../../engine.ts';
import { together } from '../together.ts';
import { rootParentId } from '../../rows.ts';
import { removeDeadProperties, setDeadProperties } from './dead-properties.ts';
import { verifyGuard } from './guard.ts';
import { liveNode } from './lineage.ts';
import { findNode } from './nodes.ts';
import { protecting, requireTokens } from './protection.ts';
import type { RaisedSequence } from './sequence.ts';
import { Sequences } from './sequence.ts';

export interface SetPropertiesArgs extends Omit<SetProperties, 'modified'> {
  /** undefined leaves the modification time. */
  readonly modifiedMs: number | undefined;
  readonly nowMs: number;
}

export interface SetPropertiesResult {
  readonly raised: readonly RaisedSequence[];
}

/** Sets and removes dead properties, all or none (RFC 4918 §9.2). */
export const setProperties: Operation<SetPropertiesArgs, SetPropertiesResult> = async (tx, args) => {
  const { nodeId, set, remove, modifiedMs, guard, nowMs } = args;
  const [lineage] = await together(liveNode(tx, nodeId, nowMs), verifyGuard(tx, guard));
  requireTokens(guard, [protecting(lineage)]);
  await removeDeadProperties(tx, nodeId, remove);
  await setDeadProperties(tx, nodeId, set);
  if (args.limits !== undefined) await refuseOverLimits(tx, nodeId, args.limits);
  await tx.run`
    update node set has_properties = case when exists (select 1 from dead_property where node_id = ${nodeId}) then 1 else 0 end
    where id = ${nodeId}`;
  if (modifiedMs !== undefined) await tx.run`update node set modified_ms = ${modifiedMs} where id = ${nodeId}`;
  return { raised: await touch(tx, nodeId) };
};

async function refuseOverLimits(
  tx: SqlTransaction,
  nodeId: number,
  limits: NonNullable<SetProperties['limits']>,
): Promise<void> {
  const row = await tx.get<{ properties: number; octets: number }>`
    select count(*) as properties, cast(coalesce(sum(octet_length(xml)), 0) as bigint) as octets
    from dead_property where node_id = ${nodeId}`;
  if (row === undefined || (row.properties <= limits.properties && row.octets <= limits.octets)) return;
  throw new GatewayError(
    'limit-exceeded',
    `a resource may have ${limits.properties} properties of its own with ${limits.octets} octets together`,
  );
}

/** Gives a node that changed the next mod-sequence of its parent; a root has no parent and keeps what it has. */
export async function touch(tx: SqlTransaction, nodeId: number): Promise<readonly RaisedSequence[]> {
  const node = await findNode(tx, nodeId);
  if (node === undefined || node.parent_id === rootParentId) return [];
  const sequences = new Sequences(tx);
  const modSeq = await sequences.next(node.parent_id);
  await tx.run`update node set mod_seq = ${modSeq} where id = ${nodeId}`;
  return sequences.raised;
}
