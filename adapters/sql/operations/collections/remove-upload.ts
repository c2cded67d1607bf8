import type { Operation } from '../../engine.ts';

export interface RemoveUploadArgs {
  readonly id: string;
}

/** Forgets a staged upload; it is not an error if there is none. */
export const removeUpload: Operation<RemoveUploadArgs, null> = async (tx, { id }) => {
  await tx.run`delete from upload where id = ${id}`;
  return null;
};
