import { GatewayError } from '../../../../gateway/ports/errors.ts';
import type { PrincipalKind } from '../../../../gateway/ports/directory.ts';
import type { SqlTransaction } from '../../engine.ts';

/** @returns what kind it is @throws GatewayError `not-found` */
export async function existingKind(tx: SqlTransaction, id: string): Promise<PrincipalKind> {
  const row = await tx.get<{ kind: PrincipalKind }>`select kind from principal where id = ${id}`;
  if (row === undefined) throw new GatewayError('not-found', 'there is no such account');
  return row.kind;
}

/** @throws GatewayError `not-found` */
export async function requireGroup(tx: SqlTransaction, id: string): Promise<void> {
  const row = await tx.get`select id from principal where id = ${id} and kind = 'group'`;
  if (row === undefined) throw new GatewayError('not-found', 'there is no such group');
}

/** Says that the groups of this principal have changed, and so those of everything that it holds. */
export async function raiseVersionsBelow(tx: SqlTransaction, id: string): Promise<void> {
  await tx.run`update principal set version = version + 1 where id in (
    with recursive below (id) as (
      select id from principal where id = ${id}
      union
      select membership.member_id from membership join below on membership.group_id = below.id
    )
    select id from below)`;
}
