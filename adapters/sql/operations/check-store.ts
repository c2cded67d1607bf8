import type { Operation } from '../engine.ts';

/** Changes nothing: that it is answered shows that writes are. */
export const checkStore: Operation<null, null> = async (tx) => {
  await tx.get`select key from store_info where key = 'epoch'`;
  return null;
};
