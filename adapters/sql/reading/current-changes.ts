/** How far the topics of the change feed have come, whatever was heard of them. */
import type { Change } from '../../../gateway/ports/change-feed.ts';
import type { SqlQueries } from '../engine.ts';
import { chunks, list } from '../list.ts';

const collectionTopic = /^collection:([1-9]\d{0,15})$/;

/** One statement for 512 topics. What is no topic of a collection, or of one that is gone, is left out. */
export async function currentChanges(queries: SqlQueries, topics: readonly string[]): Promise<readonly Change[]> {
  const ids = topics.flatMap((topic) => {
    const id = collectionTopic.exec(topic)?.[1];
    return id === undefined ? [] : [Number(id)];
  });
  const found: Change[] = [];
  for (const chunk of chunks(ids)) {
    const rows = await queries.all<{ id: number; members_mod_seq: number }>`
      select id, members_mod_seq from node where id in ${list(chunk)}`;
    for (const row of rows) found.push({ topic: `collection:${row.id}`, modSeq: row.members_mod_seq });
  }
  return found;
}
