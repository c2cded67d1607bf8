/**
 * Which locks protect what, and whether a write has the tokens it needs (RFC 4918 §7).
 *
 * A set is the locks that protect one resource. A write needs every set it touches opened: each exclusive lock by its token,
 * and of shared ones any that is the writer's own (§6.2). A token counts only for the principal that made the lock (§6.4).
 */
import type { Guard } from '../../../../gateway/ports/collection-store.ts';
import type { SqlTransaction } from '../../engine.ts';
import { nodeKind } from '../../rows.ts';
import type { HeldLock, Lineage } from './lineage.ts';
import type { FoundMember } from './nodes.ts';
import { tokenMissing } from './refusals.ts';

export type ProtectingSet = readonly HeldLock[];

/** Locks on the node itself, and those above it that reach down. */
export function protecting(lineage: Lineage): ProtectingSet {
  return lineage.locks.filter((lock) => lock.nodeId === lineage.ids[0] || lock.depth === 'infinity');
}

/** Locks on a member, and those on its parent and above that reach down (a lock of the parent alone does not, §7.4). */
export async function protectingMember(
  tx: SqlTransaction,
  member: Pick<FoundMember, 'id' | 'has_lock'>,
  parent: Lineage,
  nowMs: number,
): Promise<ProtectingSet> {
  const own = member.has_lock === 0 ? [] : await locksOn(tx, member.id, nowMs);
  return [...own, ...parent.locks.filter((lock) => lock.depth === 'infinity')];
}

/**
 * Everything that taking a member away touches: the collection that loses it (§7.4), the member, and each locked thing below.
 */
export async function protectingRemoval(
  tx: SqlTransaction,
  member: Pick<FoundMember, 'id' | 'kind' | 'has_lock'>,
  parent: Lineage,
  nowMs: number,
): Promise<readonly ProtectingSet[]> {
  const own = await protectingMember(tx, member, parent, nowMs);
  const sets: ProtectingSet[] = [protecting(parent), own];
  if (member.kind !== nodeKind.collection) return sets;
  const below = await locksBelow(tx, parent.rootId, member.id, nowMs);
  const reaching = [...own, ...below.map(({ lock }) => lock)].filter((lock) => lock.depth === 'infinity');
  for (const { lock, path } of below) {
    const above = reaching.filter((other) => other.nodeId !== lock.nodeId && path.has(other.nodeId));
    const inherited = own.filter((other) => other.depth === 'infinity');
    const same = below.filter((other) => other.lock.nodeId === lock.nodeId).map((other) => other.lock);
    sets.push([...same, ...above, ...inherited]);
  }
  return sets;
}

/** @throws GatewayError `in-use` (condition `lock-token-submitted`, subjects: the roots of the locks that are not opened) */
export function requireTokens(guard: Guard, sets: readonly ProtectingSet[]): void {
  const missing = sets.flatMap((set) => unopened(guard, set));
  if (missing.length > 0) throw tokenMissing(missing.map((lock) => lock.rootHref));
}

function unopened(guard: Guard, set: ProtectingSet): readonly HeldLock[] {
  const opens = (lock: HeldLock): boolean =>
    lock.principalId === guard.principalId && guard.lockTokens.includes(lock.token);
  const exclusive = set.filter((lock) => lock.scope === 'exclusive' && !opens(lock));
  const shared = set.filter((lock) => lock.scope === 'shared');
  return shared.some((lock) => opens(lock)) ? exclusive : [...exclusive, ...shared];
}

interface HeldLockRow {
  readonly token: string;
  readonly node_id: number;
  readonly principal_id: string;
  readonly scope: HeldLock['scope'];
  readonly depth: HeldLock['depth'];
  readonly root_href: string;
}

function toHeldLock(row: HeldLockRow): HeldLock {
  const { token, scope, depth } = row;
  return { token, nodeId: row.node_id, principalId: row.principal_id, scope, depth, rootHref: row.root_href };
}

async function locksOn(tx: SqlTransaction, nodeId: number, nowMs: number): Promise<readonly HeldLock[]> {
  const rows = await tx.all<HeldLockRow>`
    select token, node_id, principal_id, scope, depth, root_href from lock
    where node_id = ${nodeId} and expires_ms > ${nowMs}`;
  return rows.map((row) => toHeldLock(row));
}

export interface LockBelow {
  readonly lock: HeldLock;
  /** Ids from the locked node up to the collection that was asked for, both included. */
  readonly path: ReadonlySet<number>;
}

/** Locks on anything below a collection: walks up from each lock of the tree, because locks are few and members many. */
export async function locksBelow(
  tx: SqlTransaction,
  rootId: number,
  collectionId: number,
  nowMs: number,
): Promise<readonly LockBelow[]> {
  const rows = await tx.all<HeldLockRow & { readonly step_id: number }>`
    with recursive up (token, id, parent_id) as (
      select l.token, n.id, n.parent_id from lock l join node n on n.id = l.node_id
      where l.root_id = ${rootId} and l.expires_ms > ${nowMs} and l.node_id <> ${collectionId}
      union all
      select up.token, n.id, n.parent_id from up join node n on n.id = up.parent_id where up.id <> ${collectionId}
    )
    select l.token, l.node_id, l.principal_id, l.scope, l.depth, l.root_href, up.id as step_id
    from up join lock l on l.token = up.token`;
  const paths = new Map<string, { lock: HeldLock; path: Set<number> }>();
  for (const row of rows) {
    let found = paths.get(row.token);
    if (found === undefined) paths.set(row.token, (found = { lock: toHeldLock(row), path: new Set() }));
    found.path.add(row.step_id);
  }
  return [...paths.values()].filter(({ path }) => path.has(collectionId));
}
