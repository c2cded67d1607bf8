import { GatewayError } from '../../../../gateway/ports/errors.ts';
import type { SqlTransaction } from '../../engine.ts';

/** Gives the principal these addresses and no others. @throws GatewayError `already-exists` (one belongs to somebody else) */
export async function replaceAddresses(
  tx: SqlTransaction,
  principalId: string,
  addresses: readonly string[],
): Promise<void> {
  await removeAddresses(tx, principalId);
  for (const address of addresses) {
    const added = await tx.run`insert into principal_address (address, principal_id)
      values (${address}, ${principalId}) on conflict (address) do nothing`;
    if (added === 0) {
      throw new GatewayError('already-exists', `the address ${address} is taken`, { detail: { subjects: [address] } });
    }
  }
}

export async function removeAddresses(tx: SqlTransaction, principalId: string): Promise<void> {
  await tx.run`delete from principal_address where principal_id = ${principalId}`;
}
