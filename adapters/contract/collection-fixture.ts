/** What the rules of the port `CollectionStore` are written with: a store, a clock to set, and short names for long calls. */
import type { ExecutionContext } from 'ava';
import type { Change } from '../../gateway/ports/change-feed.ts';
import type { Clock } from '../../gateway/ports/clock.ts';
import type {
  CollectionNode,
  CollectionStore,
  DeadProperty,
  Expectation,
  Guard,
  Lock,
  NewContent,
  PathLink,
  PutResource,
  PutResult,
  Resolution,
  ResourceNode,
  StoreNode,
  SyncChanges,
  TransferMember,
  TreeKey,
  TreeSpace,
} from '../../gateway/ports/collection-store.ts';
import type { PrivilegeSet } from '../../gateway/ports/privilege.ts';
import { Privilege, write } from '../../gateway/ports/privilege.ts';
import { callOf, sha256Of } from './support.ts';

/** A clock that stands still until it is told. */
export class HandClock implements Clock {
  #nowMs = Date.UTC(2026, 0, 15, 12, 0, 0);

  nowMs(): number {
    return this.#nowMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}

/** An empty store of its own for one test, on a clock of its own; disposing of it removes it. */
export interface OpenedCollectionStore extends AsyncDisposable {
  readonly store: CollectionStore;
  readonly clock: HandClock;
  /** Keeps what the store publishes to its change feed. */
  readonly feed: { readonly published: readonly Change[] };
  /** Closes the store and opens it again; absent where nothing outlives the process. */
  reopen?(): Promise<CollectionStore>;
}

export type CollectionRule = (
  title: string,
  run: (t: ExecutionContext, at: CollectionFixture, opened: OpenedCollectionStore) => Promise<void>,
) => void;

export const readWrite: PrivilegeSet = Privilege.read | write;

export class CollectionFixture {
  readonly store: CollectionStore;
  readonly clock: HandClock;
  #tokens = 0;

  constructor(store: CollectionStore, clock: HandClock) {
    this.store = store;
    this.clock = clock;
  }

  tree(owner: string = 'alice', space: TreeSpace = 'files'): Promise<CollectionNode> {
    return this.store.ensureTree({ space, owner }, callOf());
  }

  put(parentId: number, name: string, text: string, more: Partial<PutResource> = {}): Promise<PutResult> {
    return this.store.put({ ...putOf(parentId, name, text), ...more }, callOf());
  }

  /** A resource whose octets are in the blob store. */
  putBlob(parentId: number, name: string, blobKey: string, sizeOctets: number): Promise<PutResult> {
    const content = { etag: `etag-${blobKey}`, sizeOctets, contentType: undefined, blobKey };
    return this.put(parentId, name, '', { content });
  }

  mkcol(
    parentId: number,
    name: string,
    more: { readonly properties?: readonly DeadProperty[]; readonly guard?: Guard } = {},
  ): Promise<CollectionNode> {
    const made = { parentId, name, collectionKind: 'folder' as const, properties: [], guard: anyone, ...more };
    return this.store.makeCollection(made, callOf());
  }

  remove(parentId: number, name: string, guard: Guard = anyone): Promise<void> {
    return this.store.remove({ parentId, name, guard }, callOf());
  }

  copy(transfer: Transfer): Promise<{ readonly created: boolean }> {
    return this.store.copy(transferOf(transfer), callOf());
  }

  move(transfer: Transfer): Promise<{ readonly created: boolean }> {
    return this.store.move(transferOf(transfer), callOf());
  }

  setProperties(nodeId: number, set: readonly DeadProperty[], guard: Guard = anyone): Promise<void> {
    return this.store.setProperties({ nodeId, set, remove: [], guard }, callOf());
  }

  share(nodeId: number, grants: Readonly<Record<string, PrivilegeSet>>, guard: Guard = anyone): Promise<void> {
    const entries = Object.entries(grants).map(([grantee, privileges]) => ({ grantee, privileges }));
    return this.store.setAccessControl(nodeId, entries, guard, callOf());
  }

  /** Takes a lock with a new token; exclusive, of depth 0, for alice and an hour unless told otherwise. */
  async lock(
    parentId: number,
    name: string,
    more: Partial<TakenLock> = {},
  ): Promise<{ readonly lock: Lock; readonly created: boolean }> {
    const { guard = anyone, ...wanted } = more;
    this.#tokens += 1;
    const lock = {
      token: `urn:uuid:00000000-0000-4000-8000-${String(this.#tokens).padStart(12, '0')}`,
      principalId: 'alice',
      scope: 'exclusive' as const,
      depth: '0' as const,
      ownerXml: '',
      rootHref: `/files/alice/${name}`,
      timeoutSeconds: 3600,
      ...wanted,
    };
    return this.store.lock({ parentId, name, lock, guard }, callOf());
  }

  resolve(owner: string, ...path: readonly string[]): Promise<Resolution> {
    return this.store.resolve({ space: 'files', owner }, path, callOf());
  }

  /** What the path leads to; undefined when there is nothing. */
  async at(owner: string, ...path: readonly string[]): Promise<CollectionNode | ResourceNode | undefined> {
    const { links, missing } = await this.resolve(owner, ...path);
    return missing.length > 0 ? undefined : links.at(-1)?.node;
  }

  async collectionAt(owner: string, ...path: readonly string[]): Promise<CollectionNode> {
    const node = await this.at(owner, ...path);
    if (node?.type !== 'collection') throw new Error(`/${path.join('/')} is no collection`);
    return node;
  }

  async resourceAt(owner: string, ...path: readonly string[]): Promise<ResourceNode> {
    const node = await this.at(owner, ...path);
    if (node?.type !== 'resource') throw new Error(`/${path.join('/')} is no resource`);
    return node;
  }

  async members(collectionId: number, after?: string): Promise<readonly StoreNode[]> {
    const all: StoreNode[] = [];
    for await (const batch of this.store.members(collectionId, after, callOf())) all.push(...batch);
    return all;
  }

  async names(collectionId: number, after?: string): Promise<readonly string[]> {
    return (await this.members(collectionId, after)).map(({ name }) => name);
  }

  /** Every name below a collection, as a path; with the text of a resource behind a colon. Mounts are not walked. */
  async below(collectionId: number, prefix: string = ''): Promise<readonly string[]> {
    const found: string[] = [];
    for (const node of await this.members(collectionId)) {
      const path = `${prefix}${node.name}`;
      if (node.type === 'resource') found.push(`${path}: ${await this.text(node)}`);
      else found.push(`${path}/`);
      if (node.type === 'collection') found.push(...(await this.below(node.id, `${path}/`)));
    }
    return found;
  }

  async text(node: ResourceNode): Promise<string> {
    if (node.blobKey !== undefined) return `blob ${node.blobKey}`;
    return Buffer.from(await this.store.content(node.id, node.etag, callOf())).toString();
  }

  changes(collectionId: number, since: number, limit: number = 1000): Promise<SyncChanges> {
    return this.store.changes(collectionId, since, limit, callOf());
  }

  async properties(nodeId: number): Promise<readonly string[]> {
    const found = await this.store.properties([nodeId], callOf());
    return (found.get(nodeId) ?? []).map(({ xml }) => xml).sort();
  }

  async grantees(nodeId: number): Promise<readonly string[]> {
    return (await this.store.accessControl([nodeId], callOf())).map(({ grantee }) => grantee).sort();
  }

  async locks(...nodeIds: readonly number[]): Promise<readonly string[]> {
    return (await this.store.locks(nodeIds, callOf())).map(({ token }) => token).sort();
  }

  async used(owner: string = 'alice', space: TreeSpace = 'files'): Promise<number> {
    return (await this.store.usage({ space, owner }, callOf())).usedOctets;
  }

  upkeep(
    tombstonesOlderThanMs: number = Number.MAX_SAFE_INTEGER,
  ): Promise<{ readonly expiredUploads: readonly string[] }> {
    return this.store.upkeep(tombstonesOlderThanMs, callOf());
  }
}

type TakenLock = Omit<Lock, 'nodeId' | 'expires'> & { readonly guard: Guard };

/** Where from and where to: a collection's id and a name each. */
export type Transfer = Partial<TransferMember> & {
  readonly from: readonly [parentId: number, name: string];
  readonly to: readonly [parentId: number, name: string];
};

function transferOf({ from, to, ...more }: Transfer): TransferMember {
  return {
    sourceParentId: from[0],
    sourceName: from[1],
    destinationParentId: to[0],
    destinationName: to[1],
    overwrite: false,
    depth: 'infinity',
    quotaOctets: undefined,
    limitMembers: 10_000,
    guard: anyone,
    ...more,
  };
}

/** A guard without locks and expectations. */
export const anyone: Guard = { principalId: 'alice', lockTokens: [], expectations: [] };

export function holding(principalId: string, ...lockTokens: readonly string[]): Guard {
  return { principalId, lockTokens, expectations: [] };
}

export function expecting(...expectations: readonly Expectation[]): Guard {
  return { ...anyone, expectations };
}

export function putOf(parentId: number, name: string, text: string): PutResource {
  return { parentId, name, content: contentOf(text), modified: undefined, quotaOctets: undefined, guard: anyone };
}

export function contentOf(text: string): NewContent {
  const octets = Buffer.from(text);
  return { etag: etagOf(text), sizeOctets: octets.byteLength, contentType: 'text/plain', octets };
}

export function etagOf(text: string): string {
  return sha256Of(Buffer.from(text)).slice(0, 32);
}

export function propertyOf(name: string, text: string): DeadProperty {
  const namespace = 'urn:example:properties';
  return { namespace, name, xml: `<x:${name} xmlns:x="${namespace}">${text}</x:${name}>` };
}

export function filesOf(owner: string): TreeKey {
  return { space: 'files', owner };
}

export function lastLink({ links }: Resolution): PathLink {
  const link = links.at(-1);
  if (link === undefined) throw new Error('the path leads to nothing');
  return link;
}
