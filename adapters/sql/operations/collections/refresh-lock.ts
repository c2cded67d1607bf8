import type { Operation, SqlTransaction } from '../../engine.ts';
import type { LockRow } from '../../rows.ts';
import { lineageOf } from './lineage.ts';
import { protecting } from './protection.ts';
import { notFound } from './refusals.ts';

export interface RefreshLockArgs {
  readonly token: string;
  readonly principalId: string;
  readonly nodeId: number;
  readonly timeoutSeconds: number;
  readonly nowMs: number;
}

/** Gives a lock a new time to live, by any resource that it covers (RFC 4918 §9.10.2). */
export const refreshLock: Operation<RefreshLockArgs, LockRow> = async (tx, args) => {
  const { token, timeoutSeconds, nowMs } = args;
  await requireCovering(tx, args, args.principalId);
  const row = await tx.get<LockRow>`
    update lock set timeout_s = ${timeoutSeconds}, expires_ms = ${nowMs + timeoutSeconds * 1000}
    where token = ${token}
    returning token, node_id, principal_id, scope, depth, owner_xml, root_href, timeout_s, expires_ms`;
  if (row === undefined) throw notFound('the lock');
  return row;
};

/**
 * @param principalId whose lock it must be; undefined: anybody's
 * @throws GatewayError `not-found` when there is no such lock that covers the node
 */
export async function requireCovering(
  tx: SqlTransaction,
  { token, nodeId, nowMs }: { readonly token: string; readonly nodeId: number; readonly nowMs: number },
  principalId: string | undefined,
): Promise<void> {
  const lineage = await lineageOf(tx, nodeId, nowMs);
  const covering = lineage === undefined ? [] : protecting(lineage);
  const found = covering.find((lock) => lock.token === token);
  if (found === undefined || (principalId !== undefined && found.principalId !== principalId))
    throw notFound('the lock');
}
