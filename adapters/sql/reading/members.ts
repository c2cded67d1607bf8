/** Listings. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Call } from '../../../gateway/ports/call.ts';
import type { StoreNode } from '../../../gateway/ports/collection-store.ts';
import { toGatewayError } from '../../../gateway/ports/errors.ts';
import type { SqlQueries } from '../engine.ts';
import type { NodeRow } from '../rows.ts';
import { toStoreNodes } from './listed-nodes.ts';

/** Members a batch: few milliseconds of the thread's time, between which others have their turn. */
const membersPerBatch = 1000;

/** Members in order of name, from behind `after`. Every batch is its own read, so no listing holds a state of the store. */
export async function* members(
  queries: SqlQueries,
  collectionId: number,
  after: string | undefined,
  call: Call,
): AsyncGenerator<readonly StoreNode[]> {
  // No member's name is empty.
  let last = after ?? '';
  for (;;) {
    if (call.signal.aborted) throw toGatewayError(call.signal.reason);
    const rows = await queries.all<NodeRow>`
      select id, parent_id, name, kind, mod_seq, created_mod_seq, created_ms, modified_ms, has_properties, has_ace, etag,
        size, content_type, blob_key, collection_kind, members_mod_seq, target_id
      from node where parent_id = ${collectionId} and name > ${last} order by name limit ${membersPerBatch}`;
    const nodes = await toStoreNodes(queries, rows);
    if (nodes.length > 0) yield nodes;
    const end = rows.at(-1);
    if (end === undefined || rows.length < membersPerBatch) return;
    last = end.name;
    await nextTurn();
  }
}
