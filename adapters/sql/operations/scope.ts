/**
 * What a write has for itself while it runs.
 *
 * Operations read first and write what follows from it, several statements after one another, so nobody else may change in between
 * what they read. An engine that runs one write at a time has nothing to do for that. One that runs many at once gives each the
 * trees of its scope: it takes their locks before the operation's first statement and keeps them until after the commit. Writes
 * in different trees run beside one another, and each statement sees all that was committed before it began.
 *
 * So an operation may rely on everything in the trees and parts of its scope; what it does to rows outside of it must be right in
 * one statement (`refs = refs + 1`), or bound by a unique constraint.
 */
import type { Guard } from '../../../gateway/ports/collection-store.ts';
import type { SqlQueries } from '../engine.ts';
import { chunks, list } from '../list.ts';
import { rootParentId } from '../rows.ts';

/** What lies outside of trees. `accounts`: all of principals, groups and passwords. `upkeep`: removed trees, what expired. */
export type StorePart = 'accounts' | 'upkeep';

export interface WriteScope {
  /** Nodes whose trees are meant. */
  readonly nodes?: readonly number[];
  /** Members whose collection's tree is meant, and if the member is a mount, the tree that it shows too. */
  readonly members?: readonly { readonly parentId: number; readonly name: string }[];
  /** Trees by name, `<space>/<owner>`; one that does not exist has nothing to protect but its name, which is unique. */
  readonly trees?: readonly string[];
  readonly parts?: readonly StorePart[];
  /** Doing it twice is as good as doing it once: it is done again when nobody knows whether it was done. */
  readonly isRepeatable?: true;
}

export function hasNoTree({ nodes = [], members = [], trees = [] }: WriteScope): boolean {
  return nodes.length + members.length + trees.length === 0;
}

/** The nodes that a guard's expectations lie beside; of a root, which lies beside nothing, itself. */
export function guardedNodes({ expectations }: Guard): readonly number[] {
  return expectations
    .map(({ parentId, node }) => (parentId === rootParentId ? node?.id : parentId))
    .filter((id) => id !== undefined);
}

/** Ids of the roots of a scope's trees, as they are now; of something removed, the id of what was removed with it. */
export async function rootsOf(queries: SqlQueries, scopes: readonly WriteScope[]): Promise<ReadonlySet<number>> {
  const nodes = new Set<number>();
  const roots = new Set<number>();
  for (const { nodes: some = [], members = [], trees = [] } of scopes) {
    for (const id of some) nodes.add(id);
    for (const { parentId, name } of members) {
      nodes.add(parentId);
      const target = await mountedTarget(queries, parentId, name);
      if (target !== undefined) nodes.add(target);
    }
    for (const name of trees) {
      const root = await rootNamed(queries, name);
      if (root !== undefined) roots.add(root);
    }
  }
  for (const chunk of chunks([...nodes])) {
    const rows = await queries.all<{ id: number }>`
      with recursive up (id, parent_id) as (
        select id, parent_id from node where id in ${list(chunk)}
        union
        select n.id, n.parent_id from up join node n on n.id = up.parent_id
      )
      select id from up where parent_id <= ${rootParentId}`;
    for (const { id } of rows) roots.add(id);
  }
  return roots;
}

async function mountedTarget(queries: SqlQueries, parentId: number, name: string): Promise<number | undefined> {
  const row = await queries.get<{ target_id: number | null }>`
    select target_id from node where parent_id = ${parentId} and name = ${name}`;
  return row?.target_id ?? undefined;
}

async function rootNamed(queries: SqlQueries, name: string): Promise<number | undefined> {
  const row = await queries.get<{ id: number }>`
    select id from node where parent_id = ${rootParentId} and name = ${name}`;
  return row?.id;
}
