import type { SqlTransaction } from '../../engine.ts';
import { removeAddresses } from './addresses.ts';
import { existingKind, raiseVersionsBelow } from './versions.ts';
import { removeWords } from './words.ts';

export interface RemovePrincipal {
  readonly id: string;
}

/** Removes all that is known of it. Its addresses are free again, its id is not. @throws GatewayError `not-found` */
export async function removePrincipal(tx: SqlTransaction, { id }: RemovePrincipal): Promise<void> {
  await existingKind(tx, id);
  await raiseVersionsBelow(tx, id);
  await tx.run`delete from membership where group_id = ${id} or member_id = ${id}`;
  await tx.run`delete from credential where principal_id = ${id}`;
  await removeAddresses(tx, id);
  await removeWords(tx, id);
  await tx.run`delete from principal where id = ${id}`;
}
