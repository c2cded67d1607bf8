import type { Operation } from '../../engine.ts';

const rowsPerStep = 256;

export interface DropExpiredArgs {
  readonly nowMs: number;
}

export interface DropExpiredResult {
  readonly uploads: readonly string[];
  readonly more: boolean;
}

/** Deletes locks and staged uploads whose time is over. */
export const dropExpired: Operation<DropExpiredArgs, DropExpiredResult> = async (tx, { nowMs }) => {
  await tx.run`delete from lock where expires_ms <= ${nowMs}`;
  // The time is looked at twice: an upload that goes on meanwhile gets a new one.
  const rows = await tx.all<{ id: string }>`
    delete from upload where expires_ms <= ${nowMs} and id in (
      select id from upload where expires_ms <= ${nowMs} order by expires_ms limit ${rowsPerStep})
    returning id`;
  return { uploads: rows.map(({ id }) => id), more: rows.length === rowsPerStep };
};
