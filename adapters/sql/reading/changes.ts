/** What changed since a mod-sequence (RFC 6578). */
import type { SyncChanges } from '../../../gateway/ports/collection-store.ts';
import { GatewayError } from '../../../gateway/ports/errors.ts';
import type { SqlQueries } from '../engine.ts';
import type { NodeRow } from '../rows.ts';
import { nodeKind, rootParentId } from '../rows.ts';
import { toStoreNodes } from './listed-nodes.ts';
import type { SyncPosition } from './sync-position.ts';
import { formatSyncPosition, parseSyncPosition } from './sync-position.ts';

interface Sequence {
  readonly members_mod_seq: number;
  readonly pruned_mod_seq: number;
}

type ChangeRow = NodeRow & { readonly name_mod_seq: number; readonly was_collection: number };

/** `kind` of a row that stands for a name which is gone. */
const goneKind = -1;

/**
 * One look-up when nothing changed, however large the collection is; otherwise a range scan of the changes and no more.
 * @throws GatewayError `stale-token`, `not-found`
 */
export async function changes(
  queries: SqlQueries,
  collectionId: number,
  since: number,
  limit: number,
): Promise<SyncChanges> {
  const before = await sequenceOf(queries, collectionId);
  const position = parseSyncPosition(since);
  refuseStale(position, before);
  if (position.reached === before.members_mod_seq) {
    return { changed: [], removed: [], modSeq: position.reached, truncated: false };
  }
  const rows = await readChanges(queries, collectionId, position.reached, limit);
  // What was pruned while this was read may be missing from it.
  const after = await sequenceOf(queries, collectionId);
  if (since !== 0) refuseStale(position, after);

  const page = rows.slice(0, limit);
  const truncated = rows.length > limit;
  const start = position.firstSyncStart ?? (since === 0 ? before.members_mod_seq : undefined);
  return {
    changed: await toStoreNodes(
      queries,
      page.filter((row) => row.kind !== goneKind),
    ),
    removed: page.filter((row) => isKnownRemoval(row, position, since)).map((row) => toRemoval(row)),
    modSeq: reachedBy(page, truncated, { before, after, start }),
    truncated,
  };
}

async function sequenceOf(queries: SqlQueries, collectionId: number): Promise<Sequence> {
  // Up to the root: below something that was removed there is no collection any more.
  const row = await queries.get<Sequence>`
    with recursive up (parent_id) as (
      select parent_id from node where id = ${collectionId}
      union all
      select n.parent_id from up join node n on n.id = up.parent_id
    )
    select members_mod_seq, pruned_mod_seq from node
    where id = ${collectionId} and kind = ${nodeKind.collection} and ${rootParentId} in (select parent_id from up)`;
  if (row === undefined) throw new GatewayError('not-found', 'the collection does not exist any more');
  return row;
}

function refuseStale({ reached, firstSyncStart }: SyncPosition, sequence: Sequence): void {
  const known = firstSyncStart ?? reached;
  const pruned = known < sequence.pruned_mod_seq && known !== 0;
  if (pruned || Math.max(known, reached) > sequence.members_mod_seq) {
    throw new GatewayError('stale-token', 'the sync token is not valid any more', {
      detail: { condition: 'valid-sync-token' },
    });
  }
}

async function readChanges(
  queries: SqlQueries,
  collectionId: number,
  since: number,
  limit: number,
): Promise<ChangeRow[]> {
  // Two indexes are read side by side. PostgreSQL does that only when each half says its order, and when both have columns of the
  // same types and collations: `nullif(name, name)` is null like any name. Otherwise it would sort all changes for each page.
  return await queries.all<ChangeRow>`
    select * from (
      select id, parent_id, name, kind, mod_seq, created_mod_seq, created_ms, modified_ms, has_properties, has_ace, etag, size,
        content_type, blob_key, collection_kind, members_mod_seq, target_id, name_mod_seq, cast(0 as bigint) as was_collection
      from node where parent_id = ${collectionId} and mod_seq > ${since} and mod_seq > 0 order by mod_seq) live
    union all
    select * from (
      select cast(0 as bigint), parent_id, name, cast(${goneKind} as bigint), mod_seq, mod_seq, removed_ms, removed_ms,
        cast(0 as bigint), cast(0 as bigint), nullif(name, name), cast(0 as bigint), nullif(name, name), nullif(name, name),
        nullif(name, name), cast(0 as bigint), cast(null as bigint), name_mod_seq, was_collection
      from tombstone where parent_id = ${collectionId} and mod_seq > ${since} and mod_seq > 0 order by mod_seq) gone
    order by mod_seq limit ${limit + 1}`;
}

/** A name that appeared after what the client has seen, and is gone again, was never there for it (RFC 6578 §3.5.2). */
function isKnownRemoval(row: ChangeRow, { reached, firstSyncStart }: SyncPosition, since: number): boolean {
  if (row.kind !== goneKind || since === 0 || row.name_mod_seq > reached) return false;
  return firstSyncStart === undefined || row.mod_seq > firstSyncStart;
}

function toRemoval({
  name,
  mod_seq: modSeq,
  was_collection: wasCollection,
}: ChangeRow): SyncChanges['removed'][number] {
  return { name, modSeq, wasCollection: wasCollection !== 0 };
}

interface Reading {
  readonly before: Sequence;
  readonly after: Sequence;
  /** The collection's mod-sequence when a first synchronisation began; undefined when this is none. */
  readonly start: number | undefined;
}

function reachedBy(page: readonly ChangeRow[], truncated: boolean, { before, after, start }: Reading): number {
  const last = page.at(-1)?.mod_seq ?? 0;
  if (!truncated) return Math.max(before.members_mod_seq, last);
  // Only where a plain number would be refused as older than what was pruned.
  const firstSyncStart = start !== undefined && last < after.pruned_mod_seq ? start : undefined;
  return formatSyncPosition({ reached: last, firstSyncStart });
}
