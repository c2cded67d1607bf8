import type { Operation } from '../../engine.ts';
import { requireCovering } from './refresh-lock.ts';

export interface UnlockArgs {
  readonly token: string;
  readonly nodeId: number;
  readonly nowMs: number;
}

/** Removes a lock, by any resource that it covers (RFC 4918 §9.11). */
export const unlock: Operation<UnlockArgs, null> = async (tx, args) => {
  await requireCovering(tx, args, undefined);
  await tx.run`delete from lock where token = ${args.token}`;
  return null;
};
