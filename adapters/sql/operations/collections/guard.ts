/** Whether what the gateway saw of the members it decided about still holds. */
import type { Guard } from '../../../../gateway/ports/collection-store.ts';
import type { SqlTransaction } from '../../engine.ts';
import { changed } from './refusals.ts';

interface SeenRow {
  readonly id: number;
  readonly etag: string | null;
  readonly members_mod_seq: number;
}

/** @throws GatewayError `precondition-failed` (condition `changed`) */
export async function verifyGuard(tx: SqlTransaction, guard: Guard): Promise<void> {
  for (const { parentId, name, node } of guard.expectations) {
    const found = await tx.get<SeenRow>`
      select id, etag, members_mod_seq from node where parent_id = ${parentId} and name = ${name}`;
    if (found?.id !== node?.id) throw changed();
    if (node?.etag !== undefined && found?.etag !== node.etag) throw changed();
    if (node?.membersModSeq !== undefined && found?.members_mod_seq !== node.membersModSeq) throw changed();
  }
}
