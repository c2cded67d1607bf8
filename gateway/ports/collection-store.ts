/**
 * The port `CollectionStore`: ONE port for file folders, calendars and address books.
 *
 * A store holds trees. Each tree has a root, named by what it is for and whom it belongs to; below it are collections, plain
 * resources, and mounts: a mount is one viewer's instance of a collection that somebody else shares, and walking through it
 * continues at the collection itself.
 *
 * Decisions are taken by the gateway, atomicity is kept here: the gateway resolves a path, decides with pure functions, and
 * hands each write a `Guard` that says what it had seen. The store takes the write only if that still holds, in the same
 * transaction; otherwise it answers `precondition-failed` with the condition `changed`, and the gateway decides anew.
 * Locks are checked by the store, in the same transaction too.
 */
import type { Call } from './call.ts';
import type { PrivilegeSet } from './privilege.ts';

export const treeSpaces = ['files', 'calendars', 'addressbooks'] as const;
export type TreeSpace = (typeof treeSpaces)[number];

export interface TreeKey {
  readonly space: TreeSpace;
  /** Principal id of the person or group that the tree belongs to. */
  readonly owner: string;
}

/** What a collection is for; RFC 4918 §15.9 resource types are made from it. */
export type CollectionKind = 'folder' | 'calendar' | 'addressbook';

interface NodeBase {
  readonly id: number;
  /** The collection that holds it; 0 for a root. */
  readonly parentId: number;
  /** The member name, decoded (no percent-encoding), Unicode as the client sent it. For a root: its tree key. */
  readonly name: string;
  /** The mod-sequence of its last change in its parent's sequence. */
  readonly modSeq: number;
  readonly createdModSeq: number;
  readonly created: Temporal.Instant;
  readonly modified: Temporal.Instant;
  /** Whether there is anything to ask `properties()` for. */
  readonly hasProperties: boolean;
  /** Whether there is anything to ask `accessControl()` for. */
  readonly hasAccessControl: boolean;
}

export interface CollectionNode extends NodeBase {
  readonly type: 'collection';
  readonly collectionKind: CollectionKind;
  /** The mod-sequence that its members reached: its sync token and ctag. */
  readonly membersModSeq: number;
}

export interface ResourceNode extends NodeBase {
  readonly type: 'resource';
  /** Opaque, without quotes. Equal exactly when the octets are equal: it is made from their hash. */
  readonly etag: string;
  readonly sizeOctets: number;
  /** As the client gave it; undefined when it gave none. */
  readonly contentType: string | undefined;
  /** Where the octets are; undefined: in the store itself, see `content()`. */
  readonly blobKey: string | undefined;
}

/** A viewer's instance of a shared collection. Listings give the target with the mount's name. */
export interface MountNode extends NodeBase {
  readonly type: 'mount';
  readonly target: CollectionNode;
  /** Access control of the target and of its ancestors, nearest last: what the viewer may do is decided from it. */
  readonly targetAccess: readonly AccessControlEntry[];
}

export type StoreNode = CollectionNode | ResourceNode | MountNode;

/** One grant (RFC 3744 §5.5; grants only). */
export interface AccessControlEntry {
  /** The collection or resource that carries it. */
  readonly nodeId: number;
  /** A principal id, or `domain:<name>` for everyone who signed in to that domain. */
  readonly grantee: string;
  readonly privileges: PrivilegeSet;
}

export interface PathLink {
  readonly node: CollectionNode | ResourceNode;
  /** The mount that was crossed to arrive at this node. */
  readonly via: MountNode | undefined;
  readonly access: readonly AccessControlEntry[];
}

/** What a path leads to. */
export interface Resolution {
  /** The tree that the last link really lies in (another one than was asked for, if a mount was crossed). */
  readonly tree: TreeKey;
  /** Id of that tree's root. */
  readonly rootId: number;
  /**
   * From the root of the asked tree to the deepest thing that exists; empty when the tree itself does not exist.
   * Behind a mount's link follow only the members below its target; the access control of the target's own ancestors is in
   * `via.targetAccess`.
   */
  readonly links: readonly PathLink[];
  /** Names below the last link that do not exist; empty when the path was found. */
  readonly missing: readonly string[];
}

export interface DeadProperty {
  readonly namespace: string;
  readonly name: string;
  /** The whole property element as a self-contained piece of XML: all namespaces declared, xml:lang kept (RFC 4918 §4.3). */
  readonly xml: string;
}

export interface PropertyName {
  readonly namespace: string;
  readonly name: string;
}

export type LockScope = 'exclusive' | 'shared';

export interface Lock {
  /** An absolute URI, `urn:uuid:…` (RFC 4918 §6.5). */
  readonly token: string;
  readonly nodeId: number;
  readonly principalId: string;
  readonly scope: LockScope;
  readonly depth: '0' | 'infinity';
  /** Content of DAV:owner as a self-contained piece of XML; empty when none was given. */
  readonly ownerXml: string;
  /** Absolute path of the URL that was locked. */
  readonly rootHref: string;
  readonly timeoutSeconds: number;
  readonly expires: Temporal.Instant;
}

/** What the gateway saw of one member when it decided. */
export interface Expectation {
  readonly parentId: number;
  readonly name: string;
  /**
   * undefined: nothing had this name. `etag` is given where the octets matter, `membersModSeq` where no member may have changed;
   * both are left out where only existence counts.
   */
  readonly node: { readonly id: number; readonly etag?: string; readonly membersModSeq?: number } | undefined;
}

export interface Guard {
  /** Who writes: a lock token counts only for the principal that made the lock. */
  readonly principalId: string;
  /** Tokens that the client submitted (RFC 4918 §10.4). */
  readonly lockTokens: readonly string[];
  /** All must still hold. Empty: the write is unconditional. */
  readonly expectations: readonly Expectation[];
}

/** The octets of a resource, ready to be committed. */
export type NewContent = {
  readonly etag: string;
  readonly sizeOctets: number;
  readonly contentType: string | undefined;
} & ({ readonly octets: Uint8Array } | { readonly blobKey: string });

export interface PutResource {
  readonly parentId: number;
  readonly name: string;
  readonly content: NewContent;
  /** What the client says (X-OC-Mtime); undefined: now. */
  readonly modified: Temporal.Instant | undefined;
  /** Octets that the tree may hold; undefined: no limit. */
  readonly quotaOctets: number | undefined;
  readonly guard: Guard;
}

export interface PutResult {
  readonly node: ResourceNode;
  readonly created: boolean;
}

export interface MakeCollection {
  readonly parentId: number;
  readonly name: string;
  readonly collectionKind: CollectionKind;
  readonly properties: readonly DeadProperty[];
  readonly guard: Guard;
}

export interface RemoveMember {
  readonly parentId: number;
  readonly name: string;
  readonly guard: Guard;
}

export interface TransferMember {
  readonly sourceParentId: number;
  readonly sourceName: string;
  readonly destinationParentId: number;
  readonly destinationName: string;
  readonly overwrite: boolean;
  /** For a copy of a collection: `0` copies the collection without its members. A move is always `infinity`. */
  readonly depth: '0' | 'infinity';
  /** Octets that the destination's tree may hold; undefined: no limit. */
  readonly quotaOctets: number | undefined;
  /** A copy of more members than this is refused with `limit-exceeded`. */
  readonly limitMembers: number;
  readonly guard: Guard;
}

export interface SetProperties {
  readonly nodeId: number;
  readonly set: readonly DeadProperty[];
  readonly remove: readonly PropertyName[];
  /** What the node may carry afterwards; undefined: no limit. */
  readonly limits?: { readonly properties: number; readonly octets: number };
  /** Sets the modification time too (Win32LastModifiedTime); undefined leaves it. */
  readonly modified?: Temporal.Instant;
  readonly guard: Guard;
}

export interface TakeLock {
  /** The parent and name of what is locked; a name that nothing has becomes an empty resource (RFC 4918 §7.3). */
  readonly parentId: number;
  readonly name: string;
  readonly lock: Omit<Lock, 'nodeId' | 'expires'>;
  readonly guard: Guard;
}

export interface SyncChanges {
  /** Members that were made or changed, and names that are gone, in order of mod-sequence. */
  readonly changed: readonly StoreNode[];
  readonly removed: readonly { readonly name: string; readonly modSeq: number; readonly wasCollection: boolean }[];
  /** Where this answer ends: ask again from here. Opaque, at most 15 digits; equals `membersModSeq` when nothing is left. */
  readonly modSeq: number;
  /** More changes follow. */
  readonly truncated: boolean;
}

export interface TreeUsage {
  readonly usedOctets: number;
}

/** Staged uploads (tus): what is being uploaded, where to, and until when. The octets are in `BlobStore.staging`. */
export interface UploadSession {
  readonly id: string;
  readonly principalId: string;
  /** Path of the target in its tree. */
  readonly tree: TreeKey;
  readonly path: readonly string[];
  /** Total length; undefined while the client has not said. */
  readonly sizeOctets: number | undefined;
  readonly contentType: string | undefined;
  /** `Upload-Metadata` as it came. */
  readonly metadata: string;
  readonly expires: Temporal.Instant;
}

export interface CollectionStore {
  /** Random and fixed for the life of the store; part of every sync token, so that a token of another store is refused. */
  readonly epoch: string;

  // -- Reading ------------------------------------------------------------------------------------------------------

  /** Walks a path, mounts included, in one statement: nodes and access control along it. */
  resolve(tree: TreeKey, path: readonly string[], call: Call): Promise<Resolution>;

  /** Members in order of name (code points), in batches; starts behind `after` when it is given. */
  members(collectionId: number, after: string | undefined, call: Call): AsyncIterable<readonly StoreNode[]>;

  /**
   * Members changed since a mod-sequence. `since` 0 gives all members and no removals.
   * @throws GatewayError `stale-token` (older than what was pruned, or newer than the collection), `not-found`
   */
  changes(collectionId: number, since: number, limit: number, call: Call): Promise<SyncChanges>;

  /**
   * The octets of a resource that has no `blobKey`.
   * @throws GatewayError `not-found` when the node is gone or its etag is no longer this one: resolve again
   */
  content(nodeId: number, etag: string, call: Call): Promise<Uint8Array>;

  /** Dead properties of many nodes at once. Nodes without any are absent from the map. */
  properties(nodeIds: readonly number[], call: Call): Promise<ReadonlyMap<number, readonly DeadProperty[]>>;

  /** Access control carried by the nodes themselves (not inherited). */
  accessControl(nodeIds: readonly number[], call: Call): Promise<readonly AccessControlEntry[]>;

  /** Locks on these very nodes that have not expired. */
  locks(nodeIds: readonly number[], call: Call): Promise<readonly Lock[]>;

  /** Locks on anything below a collection, at any depth. */
  locksBelow(collectionId: number, call: Call): Promise<readonly Lock[]>;

  /** Ids from the root of the tree down to this node: where inherited locks and access control may lie. */
  ancestors(nodeId: number, call: Call): Promise<readonly number[]>;

  usage(tree: TreeKey, call: Call): Promise<TreeUsage>;

  // -- Writing: each resolves after its commit ------------------------------------------------------------------------
  // All may throw GatewayError `not-found` (the parent or node is gone), `precondition-failed` (condition `changed`: the
  // guard does not hold), `in-use` (condition `lock-token-submitted`, subjects: lock roots), `unavailable`.

  /** Makes the tree if it does not exist yet. */
  ensureTree(tree: TreeKey, call: Call): Promise<CollectionNode>;

  /** @throws GatewayError `over-quota`, `already-exists` (a collection or mount has the name) */
  put(put: PutResource, call: Call): Promise<PutResult>;

  /** @throws GatewayError `already-exists` */
  makeCollection(make: MakeCollection, call: Call): Promise<CollectionNode>;

  /** Removes a member with all below it. Of a mount it removes the instance and remembers that the viewer declined it. */
  remove(remove: RemoveMember, call: Call): Promise<void>;

  /**
   * @returns whether the destination is new
   * @throws GatewayError `over-quota`, `limit-exceeded`, `precondition-failed` (condition `destination-exists`: something is
   *   there and overwrite is false; condition `loop`: the destination lies inside the source)
   */
  copy(transfer: TransferMember, call: Call): Promise<{ readonly created: boolean }>;

  /**
   * Like `copy`; ids and dead properties go along, access control does within one tree, locks stay behind (RFC 4918 §7.6).
   */
  move(transfer: TransferMember, call: Call): Promise<{ readonly created: boolean }>;

  /** @throws GatewayError `limit-exceeded` */
  setProperties(change: SetProperties, call: Call): Promise<void>;

  /** @throws GatewayError `in-use` (condition `no-conflicting-lock`, subjects: lock roots) */
  lock(take: TakeLock, call: Call): Promise<{ readonly lock: Lock; readonly created: boolean }>;

  /** @throws GatewayError `not-found` (no such lock of this principal on this node or on one above it) */
  refreshLock(token: string, principalId: string, nodeId: number, timeoutSeconds: number, call: Call): Promise<Lock>;

  /** @throws GatewayError `not-found` (no such lock that covers this node) */
  unlock(token: string, nodeId: number, call: Call): Promise<void>;

  /** Replaces the access control that the node itself carries. */
  setAccessControl(
    nodeId: number,
    entries: readonly Omit<AccessControlEntry, 'nodeId'>[],
    guard: Guard,
    call: Call,
  ): Promise<void>;

  /**
   * Brings a viewer's mounts in line with what others share with any of `grantees` (the viewer's own id and groups): makes
   * missing ones in the root of the viewer's tree under a free name, removes those whose grant is gone. Cheap when nothing
   * changed: one indexed read and no write.
   * @returns whether anything changed
   */
  reconcileMounts(viewer: TreeKey, grantees: readonly string[], call: Call): Promise<boolean>;

  /**
   * Takes away everything that belongs to a principal that is gone: its trees of every space, what others granted to it, its
   * locks and uploads. What it shared disappears from others' homes at their next `reconcileMounts`; octets and blobs are
   * freed by `upkeep`. Forgetting what is not there changes nothing.
   */
  forgetPrincipal(principalId: string, call: Call): Promise<void>;

  // -- Staged uploads ---------------------------------------------------------------------------------------------------

  saveUpload(session: UploadSession, call: Call): Promise<void>;
  upload(id: string, call: Call): Promise<UploadSession | undefined>;
  removeUpload(id: string, call: Call): Promise<void>;

  // -- Upkeep -----------------------------------------------------------------------------------------------------------

  /** Which of these blob keys are referred to. */
  referencedBlobs(keys: readonly string[], call: Call): Promise<ReadonlySet<string>>;

  /** Finishes removals, so that the octets of removed trees count no more. Cheap when there is nothing to finish. */
  reclaim(call: Call): Promise<void>;

  /**
   * Finishes removals (frees quota and blobs of removed trees), drops expired locks and uploads, prunes tombstones older
   * than `tombstonesOlderThanMs`. Works in small transactions; returns when nothing is left to do.
   * @returns ids of uploads that expired, for `BlobStaging.abort`
   */
  upkeep(tombstonesOlderThanMs: number, call: Call): Promise<{ readonly expiredUploads: readonly string[] }>;

  /** Resolves when the store answers. @throws GatewayError `unavailable` */
  check(call: Call): Promise<void>;
}
