/**
 * The port CollectionStore on SQL: reads are statements (`reading/`), writes are operations (`operations/collections/`). What
 * changed is published after the commit, one message for each collection whose sequence rose.
 */
import type { Call } from '../../gateway/ports/call.ts';
import type { ChangeFeed } from '../../gateway/ports/change-feed.ts';
import type { Clock } from '../../gateway/ports/clock.ts';
import type {
  AccessControlEntry,
  CollectionNode,
  CollectionStore,
  DeadProperty,
  Guard,
  Lock,
  MakeCollection,
  NewContent,
  PutResource,
  PutResult,
  RemoveMember,
  Resolution,
  SetProperties,
  StoreNode,
  SyncChanges,
  TakeLock,
  TransferMember,
  TreeKey,
  TreeUsage,
  UploadSession,
} from '../../gateway/ports/collection-store.ts';
import { treeSpaces } from '../../gateway/ports/collection-store.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { emptyContent } from './empty-content.ts';
import type { SqlEngine } from './engine.ts';
import { toCollection, toResource } from './nodes.ts';
import type { RaisedSequence } from './operations/collections/sequence.ts';
import { changes } from './reading/changes.ts';
import * as details from './reading/details.ts';
import { members } from './reading/members.ts';
import { resolve } from './reading/resolve.ts';
import { findRoot } from './reading/roots.ts';
import { referencedBlobs, upload } from './reading/uploads.ts';
import { toLock, treeName } from './rows.ts';
import { readMountState, sharesOf } from './shares.ts';
import { reclaim, upkeep } from './upkeep.ts';

export class SqlCollectionStore implements CollectionStore {
  readonly epoch: string;
  readonly #engine: SqlEngine;
  readonly #feed: ChangeFeed;
  readonly #clock: Clock;

  private constructor(engine: SqlEngine, feed: ChangeFeed, clock: Clock, epoch: string) {
    this.epoch = epoch;
    this.#engine = engine;
    this.#feed = feed;
    this.#clock = clock;
  }

  /** @param engine already open and migrated; it stays the caller's to dispose of */
  static async open(engine: SqlEngine, feed: ChangeFeed, clock: Clock): Promise<SqlCollectionStore> {
    const row = await engine.read.get<{ value: string }>`select value from store_info where key = 'epoch'`;
    if (row === undefined) throw new GatewayError('internal', 'the store has no epoch');
    return new SqlCollectionStore(engine, feed, clock, row.value);
  }

  async resolve(tree: TreeKey, path: readonly string[], _call: Call): Promise<Resolution> {
    return await resolve(this.#engine.read, tree, path);
  }

  members(collectionId: number, after: string | undefined, call: Call): AsyncIterable<readonly StoreNode[]> {
    return members(this.#engine.read, collectionId, after, call);
  }

  async changes(collectionId: number, since: number, limit: number, _call: Call): Promise<SyncChanges> {
    return await changes(this.#engine.read, collectionId, since, limit);
  }

  async content(nodeId: number, etag: string, _call: Call): Promise<Uint8Array> {
    return await details.content(this.#engine.read, nodeId, etag);
  }

  async properties(nodeIds: readonly number[], _call: Call): Promise<ReadonlyMap<number, readonly DeadProperty[]>> {
    return await details.properties(this.#engine.read, nodeIds);
  }

  async accessControl(nodeIds: readonly number[], _call: Call): Promise<readonly AccessControlEntry[]> {
    return await details.accessControl(this.#engine.read, nodeIds);
  }

  async locks(nodeIds: readonly number[], _call: Call): Promise<readonly Lock[]> {
    return await details.locks(this.#engine.read, nodeIds, this.#clock.nowMs());
  }

  async locksBelow(collectionId: number, _call: Call): Promise<readonly Lock[]> {
    return await details.locksBelow(this.#engine.read, collectionId, this.#clock.nowMs());
  }

  async ancestors(nodeId: number, _call: Call): Promise<readonly number[]> {
    return await details.ancestors(this.#engine.read, nodeId);
  }

  async usage(tree: TreeKey, _call: Call): Promise<TreeUsage> {
    return { usedOctets: (await findRoot(this.#engine.read, tree))?.used ?? 0 };
  }

  async ensureTree(tree: TreeKey, call: Call): Promise<CollectionNode> {
    const root = await findRoot(this.#engine.read, tree);
    if (root !== undefined) return toCollection(root);
    const made = await this.#engine.write('ensureTree', { name: treeName(tree), nowMs: this.#clock.nowMs() }, call);
    return toCollection(made);
  }

  async forgetPrincipal(principalId: string, call: Call): Promise<void> {
    const trees = treeSpaces.map((space) => treeName({ space, owner: principalId }));
    await this.#engine.write('forgetPrincipal', { principalId, trees }, call);
  }

  async put(put: PutResource, call: Call): Promise<PutResult> {
    const nowMs = this.#clock.nowMs();
    const { modified, content, ...rest } = put;
    const args = { ...rest, content: withOwnOctets(content), modifiedMs: modified?.epochMilliseconds ?? nowMs, nowMs };
    const { node, created, raised } = await this.#engine.write('putResource', args, call);
    this.#publish(raised);
    return { node: toResource(node), created };
  }

  async makeCollection(make: MakeCollection, call: Call): Promise<CollectionNode> {
    const args = { ...make, nowMs: this.#clock.nowMs() };
    const { node, raised } = await this.#engine.write('makeCollection', args, call);
    this.#publish(raised);
    return toCollection(node);
  }

  async remove(remove: RemoveMember, call: Call): Promise<void> {
    const args = { ...remove, nowMs: this.#clock.nowMs() };
    this.#publish((await this.#engine.write('removeMember', args, call)).raised);
  }

  async copy(transfer: TransferMember, call: Call): Promise<{ readonly created: boolean }> {
    const args = { ...transfer, nowMs: this.#clock.nowMs() };
    const { created, raised } = await this.#engine.write('copyMember', args, call);
    this.#publish(raised);
    return { created };
  }

  async move(transfer: TransferMember, call: Call): Promise<{ readonly created: boolean }> {
    const args = { ...transfer, nowMs: this.#clock.nowMs() };
    const { created, raised } = await this.#engine.write('moveMember', args, call);
    this.#publish(raised);
    return { created };
  }

  async setProperties(change: SetProperties, call: Call): Promise<void> {
    const { modified, ...rest } = change;
    const args = { ...rest, modifiedMs: modified?.epochMilliseconds, nowMs: this.#clock.nowMs() };
    this.#publish((await this.#engine.write('setProperties', args, call)).raised);
  }

  async lock(take: TakeLock, call: Call): Promise<{ readonly lock: Lock; readonly created: boolean }> {
    const args = { ...take, empty: emptyContent, nowMs: this.#clock.nowMs() };
    const { nodeId, expiresMs, created, raised } = await this.#engine.write('takeLock', args, call);
    this.#publish(raised);
    const expires = Temporal.Instant.fromEpochMilliseconds(expiresMs);
    return { lock: { ...take.lock, nodeId, expires }, created };
  }

  async refreshLock(
    token: string,
    principalId: string,
    nodeId: number,
    timeoutSeconds: number,
    call: Call,
  ): Promise<Lock> {
    const args = { token, principalId, nodeId, timeoutSeconds, nowMs: this.#clock.nowMs() };
    return toLock(await this.#engine.write('refreshLock', args, call));
  }

  async unlock(token: string, nodeId: number, call: Call): Promise<void> {
    await this.#engine.write('unlock', { token, nodeId, nowMs: this.#clock.nowMs() }, call);
  }

  async setAccessControl(
    nodeId: number,
    entries: readonly Omit<AccessControlEntry, 'nodeId'>[],
    guard: Guard,
    call: Call,
  ): Promise<void> {
    const args = { nodeId, entries, guard, nowMs: this.#clock.nowMs() };
    this.#publish((await this.#engine.write('setAccessControl', args, call)).raised);
  }

  async reconcileMounts(viewer: TreeKey, grantees: readonly string[], call: Call): Promise<boolean> {
    const name = treeName(viewer);
    const { missing, stale } = sharesOf(await readMountState(this.#engine.read, name, grantees));
    if (missing.length === 0 && stale.length === 0) return false;
    const args = { viewer: name, grantees, nowMs: this.#clock.nowMs() };
    const { changed, raised } = await this.#engine.write('reconcileMounts', args, call);
    this.#publish(raised);
    return changed;
  }

  async saveUpload(session: UploadSession, call: Call): Promise<void> {
    const { expires, ...rest } = session;
    await this.#engine.write('saveUpload', { ...rest, expiresMs: expires.epochMilliseconds }, call);
  }

  async upload(id: string, _call: Call): Promise<UploadSession | undefined> {
    return await upload(this.#engine.read, id, this.#clock.nowMs());
  }

  async removeUpload(id: string, call: Call): Promise<void> {
    await this.#engine.write('removeUpload', { id }, call);
  }

  async referencedBlobs(keys: readonly string[], _call: Call): Promise<ReadonlySet<string>> {
    return await referencedBlobs(this.#engine.read, keys);
  }

  async reclaim(call: Call): Promise<void> {
    await reclaim(this.#engine, call);
  }

  async upkeep(tombstonesOlderThanMs: number, call: Call): Promise<{ readonly expiredUploads: readonly string[] }> {
    return await upkeep(this.#engine, this.#clock.nowMs(), tombstonesOlderThanMs, call);
  }

  async check(call: Call): Promise<void> {
    await this.#engine.check(call);
  }

  #publish(raised: readonly RaisedSequence[]): void {
    if (raised.length === 0) return;
    this.#feed.publish(raised.map(({ collectionId, modSeq }) => ({ topic: `collection:${collectionId}`, modSeq })));
  }
}

/** The octets may be a window on a much larger buffer, and a write that goes to another thread would take all of it along. */
function withOwnOctets(content: NewContent): NewContent {
  if (!('octets' in content) || content.octets.byteLength === content.octets.buffer.byteLength) return content;
  return { ...content, octets: new Uint8Array(content.octets) };
}
