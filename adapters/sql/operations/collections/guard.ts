/** Whether what the gateway saw of the members it decided about still holds. */
import type { Expectation, Guard } from '../../../../gateway/ports/collection-store.ts';
import type { SqlTransaction } from '../../engine.ts';
import { together } from '../together.ts';
import { changed } from './refusals.ts';

interface SeenRow {
  readonly id: number;
  readonly etag: string | null;
  readonly members_mod_seq: number;
}

/** @throws GatewayError `precondition-failed` (condition `changed`) */
export async function verifyGuard(tx: SqlTransaction, guard: Guard): Promise<void> {
  const seen = await together(...guard.expectations.map((expectation) => memberSeen(tx, expectation)));
  for (const [index, { node }] of guard.expectations.entries()) {
    const found = seen[index];
    if (found?.id !== node?.id) throw changed();
    if (node?.etag !== undefined && found?.etag !== node.etag) throw changed();
    if (node?.membersModSeq !== undefined && found?.members_mod_seq !== node.membersModSeq) throw changed();
  }
}

async function memberSeen(tx: SqlTransaction, { parentId, name }: Expectation): Promise<SeenRow | undefined> {
  return await tx.get<SeenRow>`
    select id, etag, members_mod_seq from node where parent_id = ${parentId} and name = ${name}`;
}
