import type { Guard, Lock, NewContent } from '../../../../gateway/ports/collection-store.ts';
import type { Operation, SqlTransaction } from '../../engine.ts';
import { together } from '../together.ts';
import { nodeKind } from '../../rows.ts';
import { storeContent } from './content.ts';
import { verifyGuard } from './guard.ts';
import type { HeldLock, Lineage } from './lineage.ts';
import { lineageOf, liveCollection } from './lineage.ts';
import { findMember } from './nodes.ts';
import { locksBelow, protecting, requireTokens } from './protection.ts';
import { insertResource } from './put-resource.ts';
import { lockConflict, notFound } from './refusals.ts';
import type { RaisedSequence } from './sequence.ts';
import { Sequences, unbury } from './sequence.ts';

export interface TakeLockArgs {
  readonly parentId: number;
  readonly name: string;
  readonly lock: Omit<Lock, 'nodeId' | 'expires'>;
  readonly guard: Guard;
  /** What a name that nothing has becomes: no octets, and their entity tag. */
  readonly empty: NewContent;
  readonly nowMs: number;
}

export interface TakeLockResult {
  readonly nodeId: number;
  readonly expiresMs: number;
  readonly created: boolean;
  readonly raised: readonly RaisedSequence[];
}

/** Locks a member; a name that nothing has becomes an empty resource (RFC 4918 §7.3). */
export const takeLock: Operation<TakeLockArgs, TakeLockResult> = async (tx, args) => {
  const { parentId, name, lock, guard, nowMs } = args;
  const existing = await findMember(tx, parentId, name);
  // Of a mount, the collection that it shows is locked.
  const lineage = existing && (await lineageOf(tx, existing.target_id ?? existing.id, nowMs));
  if (existing !== undefined && lineage === undefined) throw notFound('the resource');
  const sequences = new Sequences(tx);
  if (lineage === undefined) {
    const [parent] = await together(liveCollection(tx, parentId, nowMs), verifyGuard(tx, guard));
    refuseConflicts(
      lock,
      parent.locks.filter((held) => held.depth === 'infinity'),
    );
    requireTokens(guard, [protecting(parent)]);
    const [modSeq, buried] = await together(sequences.next(parentId), unbury(tx, parentId, name));
    const nodeId = await makeEmpty(tx, args, modSeq, buried ?? modSeq);
    return await insertLock(tx, args, nodeId, parent.rootId, sequences.raised);
  }
  await verifyGuard(tx, guard);
  refuseConflicts(lock, protecting(lineage));
  refuseConflicts(lock, await reachedBelow(tx, args, lineage));
  return await insertLock(tx, args, lineage.ids[0] as number, lineage.rootId, undefined);
};

/** RFC 4918 §6.1: an exclusive lock goes with no other, a shared one with other shared ones. */
function refuseConflicts(lock: TakeLockArgs['lock'], others: readonly HeldLock[]): void {
  const conflicting = others.filter((other) => lock.scope === 'exclusive' || other.scope === 'exclusive');
  if (conflicting.length > 0) throw lockConflict(conflicting.map((other) => other.rootHref));
}

/** RFC 4918 §9.10.3: a lock of infinite depth meets the locks of everything below. */
async function reachedBelow(tx: SqlTransaction, args: TakeLockArgs, lineage: Lineage): Promise<readonly HeldLock[]> {
  if (lineage.kind !== nodeKind.collection || args.lock.depth !== 'infinity') return [];
  const below = await locksBelow(tx, lineage.rootId, lineage.ids[0] as number, args.nowMs);
  return below.map(({ lock }) => lock);
}

async function makeEmpty(tx: SqlTransaction, args: TakeLockArgs, modSeq: number, nameModSeq: number): Promise<number> {
  const { parentId, name, empty, nowMs } = args;
  const made = { parentId, name, content: empty, modSeq, nameModSeq, modifiedMs: nowMs, nowMs };
  const node = await insertResource(tx, made);
  await storeContent(tx, node.id, empty, undefined);
  return node.id;
}

async function insertLock(
  tx: SqlTransaction,
  { lock, nowMs }: TakeLockArgs,
  nodeId: number,
  rootId: number,
  raised: readonly RaisedSequence[] | undefined,
): Promise<TakeLockResult> {
  const expiresMs = nowMs + lock.timeoutSeconds * 1000;
  await tx.run`
    insert into lock (token, node_id, root_id, principal_id, scope, depth, owner_xml, root_href, timeout_s, expires_ms)
    values (${lock.token}, ${nodeId}, ${rootId}, ${lock.principalId}, ${lock.scope}, ${lock.depth}, ${lock.ownerXml},
      ${lock.rootHref}, ${lock.timeoutSeconds}, ${expiresMs})`;
  return { nodeId, expiresMs, created: raised !== undefined, raised: raised ?? [] };
}
