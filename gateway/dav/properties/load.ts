/** Loads what a page of items needs, a fixed number of statements however many items there are. */
import type { Call } from '../../ports/call.ts';
import type { AccessControlEntry, CollectionStore, Lock, TreeKey } from '../../ports/collection-store.ts';
import type { Principal } from '../../ports/directory.ts';
import { encodeSegment } from '../../wire/dav/href.ts';
import type { Viewer } from '../namespace.ts';
import type { DavOptions } from '../options.ts';
import type { TreePlace } from '../target.ts';
import { sharedGroups } from './principal.ts';
import type { InheritedAccess, Item, Need, NodeItem, Page } from './item.ts';

export interface PageSource {
  readonly viewer: Viewer;
  readonly options: DavOptions;
  readonly nowMs: number;
  /** Where the items lie; undefined for principals and static collections. */
  readonly place: TreePlace | undefined;
}

export async function loadPage(
  source: PageSource,
  items: readonly Item[],
  needs: ReadonlySet<Need>,
  call: Call,
): Promise<Page> {
  const { viewer, place } = source;
  const nodes = items.filter((item) => item.kind === 'node');
  const store = place?.domain.collections;
  const dead = store === undefined ? new Map() : await loadDead(store, nodes, call);
  const locks = needs.has('locks') && place !== undefined ? await loadLocks(place, nodes, call) : noLocks;
  const access = needs.has('access') && place !== undefined ? await loadAccess(place, nodes, call) : noAccess;
  const owner = place === undefined ? undefined : await ownerOf(place.resolution.tree, viewer, place, needs, call);
  return {
    viewer: viewer.principal,
    options: source.options,
    nowMs: source.nowMs,
    epoch: store?.epoch ?? '',
    dead,
    ...locks,
    ...access,
    usage: needs.has('usage') && place !== undefined ? await loadUsage(place, owner, call) : undefined,
    owner,
    principals: await loadPrincipals(viewer, items, needs, access, call),
    members: needs.has('members') ? await loadMembers(viewer, items, call) : new Map(),
  };
}

function loadDead(
  store: CollectionStore,
  nodes: readonly NodeItem[],
  call: Call,
): Promise<Page['dead']> | Page['dead'] {
  const ids = nodes.filter(({ node }) => node.hasProperties).map(({ node }) => node.id);
  return ids.length === 0 ? new Map() : store.properties(ids, call);
}

type LoadedLocks = Pick<Page, 'locks' | 'inheritedLocks'>;
const noLocks: LoadedLocks = { locks: new Map(), inheritedLocks: [] };

async function loadLocks(place: TreePlace, nodes: readonly NodeItem[], call: Call): Promise<LoadedLocks> {
  const above = await idsAbove(place, call);
  const all = await place.store.locks([...new Set([...above, ...nodes.map(({ node }) => node.id)])], call);
  const locks = Map.groupBy(all, (lock: Lock) => lock.nodeId);
  const reaching = all.filter((lock) => lock.depth === 'infinity' && above.includes(lock.nodeId));
  return { locks, inheritedLocks: reaching.map((lock) => ({ lock, href: hrefOfLink(place, lock.nodeId) })) };
}

/** What lies above a mount has no href in the viewer's eyes, and its name is nobody's business: the mount stands for it. */
function hrefOfLink(place: TreePlace, nodeId: number): string {
  const { links } = place.resolution;
  const index = links.findIndex((link) => link.node.id === nodeId);
  const seen = index === -1 ? links.findLastIndex((link) => link.via !== undefined) : index;
  return hrefSegments(place)
    .slice(0, seen + 1)
    .join('');
}

/** The real collections from the root of the tree to the last thing that exists on the path, it included. */
async function idsAbove(place: TreePlace, call: Call): Promise<readonly number[]> {
  const { links } = place.resolution;
  const last = links[links.length - 1];
  if (last === undefined) return [];
  return links.some((link) => link.via !== undefined)
    ? place.store.ancestors(last.node.id, call)
    : links.map((link) => link.node.id);
}

type LoadedAccess = Pick<Page, 'access' | 'inheritedAccess'>;
const noAccess: LoadedAccess = { access: new Map(), inheritedAccess: [] };

async function loadAccess(place: TreePlace, nodes: readonly NodeItem[], call: Call): Promise<LoadedAccess> {
  const ids = nodes.filter(({ node }) => node.hasAccessControl).map(({ node }) => node.id);
  const entries = ids.length === 0 ? [] : await place.store.accessControl(ids, call);
  return { access: Map.groupBy(entries, (entry) => entry.nodeId), inheritedAccess: inheritedAlong(place) };
}

/** Entries on the path, each with the href of the collection that carries it. */
function inheritedAlong(place: TreePlace): readonly InheritedAccess[] {
  const segments = hrefSegments(place);
  return place.resolution.links.flatMap((link, index) => {
    const href = segments.slice(0, index + 1).join('');
    const above = (link.via?.targetAccess ?? []).filter((entry) => entry.nodeId !== link.node.id);
    return [...above, ...link.access].map((entry: AccessControlEntry) => ({ href, entry }));
  });
}

/** The href of the root and then one piece for each link below it. */
function hrefSegments(place: TreePlace): readonly string[] {
  const below = place.path.map((name) => `${encodeSegment(name)}/`);
  const pathLength = below.reduce((sum, piece) => sum + piece.length, 0);
  const withSlash = place.href.endsWith('/') ? place.href : `${place.href}/`;
  return [withSlash.slice(0, withSlash.length - pathLength), ...below];
}

async function ownerOf(
  tree: TreeKey,
  viewer: Viewer,
  place: TreePlace,
  needs: ReadonlySet<Need>,
  call: Call,
): Promise<Principal | undefined> {
  if (tree.owner === viewer.principal.id) return viewer.principal;
  if (!needs.has('owner') && !needs.has('usage')) return undefined;
  return place.domain.directory.principal(tree.owner, call);
}

/** Octets the owner's trees may hold: the own quota, otherwise the domain's; undefined: no limit. */
export function quotaOf(owner: Principal | undefined, place: Pick<TreePlace, 'domain'>): number | undefined {
  return owner?.quotaOctets ?? place.domain.limits.quotaOctets;
}

async function loadUsage(place: TreePlace, owner: Principal | undefined, call: Call): Promise<Page['usage']> {
  const { usedOctets } = await place.store.usage(place.resolution.tree, call);
  const quota = quotaOf(owner, place);
  return { usedOctets, availableOctets: quota === undefined ? undefined : Math.max(0, quota - usedOctets) };
}

async function loadPrincipals(
  viewer: Viewer,
  items: readonly Item[],
  needs: ReadonlySet<Need>,
  { access, inheritedAccess }: LoadedAccess,
  call: Call,
): Promise<ReadonlyMap<string, Principal>> {
  const ids = new Set<string>();
  if (needs.has('principals')) {
    for (const entry of [...[...access.values()].flat(), ...inheritedAccess.map((a) => a.entry)])
      ids.add(entry.grantee);
  }
  if (needs.has('groups')) {
    for (const item of items) {
      if (item.kind === 'principal') for (const id of sharedGroups(item.principal, viewer.principal)) ids.add(id);
    }
  }
  const found = new Map<string, Principal>();
  for (const id of ids) {
    const principal = id.includes(':') ? undefined : await viewer.domain.directory.principal(id, call);
    if (principal !== undefined) found.set(id, principal);
  }
  return found;
}

async function loadMembers(viewer: Viewer, items: readonly Item[], call: Call): Promise<Page['members']> {
  const members = new Map<string, readonly Principal[]>();
  for (const item of items) {
    if (item.kind !== 'principal' || !viewer.principal.groups.includes(item.principal.id)) continue;
    members.set(item.principal.id, await viewer.domain.directory.members(item.principal.id, call));
  }
  return members;
}
