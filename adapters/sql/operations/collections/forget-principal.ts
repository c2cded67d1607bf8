import type { Operation } from '../../engine.ts';
import { rootParentId } from '../../rows.ts';
import { setAside } from './detach.ts';

export interface ForgetPrincipalArgs {
  readonly principalId: string;
  /** Names of the trees that it may have: `<space>/<principal>`. */
  readonly trees: readonly string[];
}

/** Takes away everything that belongs to a principal; `reclaim` takes the trees apart later. */
export const forgetPrincipal: Operation<ForgetPrincipalArgs, null> = async (tx, { principalId, trees }) => {
  for (const name of trees) {
    const root = await tx.get<{ id: number }>`
      select id from node where parent_id = ${rootParentId} and name = ${name}`;
    if (root === undefined) continue;
    await tx.run`delete from mount where viewer_root_id = ${root.id}`;
    await tx.run`delete from lock where root_id = ${root.id}`;
    await setAside(tx, root.id, root.id);
  }
  await tx.run`delete from ace where grantee = ${principalId}`;
  await tx.run`delete from lock where principal_id = ${principalId}`;
  await tx.run`delete from upload where principal_id = ${principalId}`;
  return null;
};
