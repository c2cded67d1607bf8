import { GatewayError } from '../../../../gateway/ports/errors.ts';
import type { SqlTransaction } from '../../engine.ts';
import { existingKind, raiseVersionsBelow, requireGroup } from './versions.ts';

export interface Membership {
  readonly groupId: string;
  readonly memberId: string;
}

/**
 * Adding a member again changes nothing.
 * @throws GatewayError `not-found`, `precondition-failed` (the group would hold itself)
 */
export async function addGroupMember(tx: SqlTransaction, { groupId, memberId }: Membership): Promise<void> {
  await requireGroup(tx, groupId);
  await existingKind(tx, memberId);
  const cycle = await tx.get`with recursive below (id) as (
      select id from principal where id = ${memberId}
      union
      select membership.member_id from membership join below on membership.group_id = below.id
    )
    select id from below where id = ${groupId}`;
  if (cycle !== undefined) throw new GatewayError('precondition-failed', 'the group would hold itself');
  const added = await tx.run`insert into membership (group_id, member_id)
    values (${groupId}, ${memberId}) on conflict (group_id, member_id) do nothing`;
  if (added > 0) await raiseVersionsBelow(tx, memberId);
}

/** @throws GatewayError `not-found` (no such group, or not its direct member) */
export async function removeGroupMember(tx: SqlTransaction, { groupId, memberId }: Membership): Promise<void> {
  await requireGroup(tx, groupId);
  const removed = await tx.run`delete from membership where group_id = ${groupId} and member_id = ${memberId}`;
  if (removed === 0) throw new GatewayError('not-found', 'the group has no such member');
  await raiseVersionsBelow(tx, memberId);
}
