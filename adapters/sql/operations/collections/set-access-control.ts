import type { AccessControlEntry, Guard } from '../../../../gateway/ports/collection-store.ts';
import type { Operation, SqlTransaction } from '../../engine.ts';
import { together } from '../together.ts';
import { verifyGuard } from './guard.ts';
import { liveNode } from './lineage.ts';
import { protecting, requireTokens } from './protection.ts';
import type { RaisedSequence } from './sequence.ts';
import { touch } from './set-properties.ts';

export interface SetAccessControlArgs {
  readonly nodeId: number;
  readonly entries: readonly Omit<AccessControlEntry, 'nodeId'>[];
  readonly guard: Guard;
  readonly nowMs: number;
}

export interface SetAccessControlResult {
  readonly raised: readonly RaisedSequence[];
}

/** Replaces a node's own access control. A locked resource needs its token (RFC 3744 §7.5). */
export const setAccessControl: Operation<SetAccessControlArgs, SetAccessControlResult> = async (tx, args) => {
  const { nodeId, entries, guard, nowMs } = args;
  const [lineage] = await together(liveNode(tx, nodeId, nowMs), verifyGuard(tx, guard));
  requireTokens(guard, [protecting(lineage)]);
  await tx.run`delete from ace where node_id = ${nodeId}`;
  for (const { grantee, privileges } of entries) {
    await tx.run`
      insert into ace (node_id, grantee, privileges) values (${nodeId}, ${grantee}, ${privileges})
      on conflict (node_id, grantee) do update set privileges = ace.privileges | excluded.privileges`;
  }
  await tx.run`update node set has_ace = ${entries.length > 0 ? 1 : 0} where id = ${nodeId}`;
  return { raised: await touch(tx, nodeId) };
};

/** Takes the access control off a node and off everything below it. */
export async function dropAccessControl(tx: SqlTransaction, nodeId: number): Promise<void> {
  const carriers = await tx.all<{ id: number }>`
    with recursive below (id, has_ace) as (
      select id, has_ace from node where id = ${nodeId}
      union all
      select n.id, n.has_ace from below join node n on n.parent_id = below.id
    )
    select id from below where has_ace <> 0`;
  for (const { id } of carriers) {
    await tx.run`delete from ace where node_id = ${id}`;
    await tx.run`update node set has_ace = 0 where id = ${id}`;
  }
}
