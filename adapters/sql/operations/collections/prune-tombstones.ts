import type { Operation } from '../../engine.ts';

const rowsPerStep = 256;

export interface PruneTombstonesArgs {
  readonly removedBeforeMs: number;
}

export interface PruneTombstonesResult {
  readonly more: boolean;
}

/**
 * Forgets names that are gone for long. Each collection remembers how far it forgot, so that an older sync token is refused
 * (RFC 6578 §3.2, DAV:valid-sync-token) instead of answered without them.
 */
export const pruneTombstones: Operation<PruneTombstonesArgs, PruneTombstonesResult> = async (tx, args) => {
  const rows = await tx.all<{ parent_id: number; name: string; mod_seq: number }>`
    select parent_id, name, mod_seq from tombstone where removed_ms < ${args.removedBeforeMs}
    order by removed_ms limit ${rowsPerStep}`;
  const reached = new Map<number, number>();
  for (const row of rows) {
    reached.set(row.parent_id, Math.max(row.mod_seq, reached.get(row.parent_id) ?? 0));
  }
  // Collections before names, and in order, as every write takes them: nobody then waits for one another in a circle.
  for (const [collectionId, modSeq] of [...reached].sort(([one], [other]) => one - other)) {
    await tx.run`
      update node set pruned_mod_seq = ${modSeq} where id = ${collectionId} and pruned_mod_seq < ${modSeq}`;
  }
  for (const row of rows) {
    // The mod-sequence too: the name may have come and gone again meanwhile.
    await tx.run`
      delete from tombstone where parent_id = ${row.parent_id} and name = ${row.name} and mod_seq = ${row.mod_seq}`;
  }
  return { more: rows.length === rowsPerStep };
};
