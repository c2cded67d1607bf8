/** Whether what the gateway saw of the members it decided about still holds. */
import type { Guard } from '../../../../gateway/ports/collection-store.ts';
import type { SqlTransaction } from '../../engine.ts';
import { changed } from './refusals.ts';

/** @throws GatewayError `precondition-failed` (condition `changed`) */
export async function verifyGuard(tx: SqlTransaction, guard: Guard): Promise<void> {
  for (const { parentId, name, node } of guard.expectations) {
    const found = await tx.get<{ id: number; etag: string | null }>`
      select id, etag from node where parent_id = ${parentId} and name = ${name}`;
    if (found?.id !== node?.id) throw changed();
    if (node?.etag !== undefined && found?.etag !== node.etag) throw changed();
  }
}
