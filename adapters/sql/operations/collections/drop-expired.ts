import type { Operation } from '../../engine.ts';
import { list } from '../../list.ts';

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
  const rows = await tx.all<{ id: string }>`
    select id from upload where expires_ms <= ${nowMs} order by expires_ms limit ${rowsPerStep}`;
  const uploads = rows.map(({ id }) => id);
  if (uploads.length > 0) await tx.run`delete from upload where id in ${list(uploads)}`;
  return { uploads, more: uploads.length === rowsPerStep };
};
