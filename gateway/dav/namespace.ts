/** From a decoded path to a target: whose tree, what is there, what may the person do with it. */
import type { Call } from '../ports/call.ts';
import type { TreeKey } from '../ports/collection-store.ts';
import type { Principal } from '../ports/directory.ts';
import { privilegesAlong } from '../services/access.ts';
import { ensureHome } from '../services/homes.ts';
import type { Domain, Domains } from '../services/domains.ts';
import { encodeSegment } from '../wire/dav/href.ts';
import { davRoot, filesRoot, homeHref, principalHref, principalsRoot, uploadHref } from './paths.ts';
import type { Holder, Target, TreePlace } from './target.ts';

export interface Viewer {
  readonly principal: Principal;
  readonly domain: Domain;
}

/** @param segments the decoded path; @param asCollection whether the URL ended in a slash */
export async function findTarget(
  domains: Domains,
  viewer: Viewer,
  segments: readonly string[],
  asCollection: boolean,
  call: Call,
): Promise<Target> {
  const [first, space, name, ...rest] = segments;
  if (first === undefined) return { kind: 'static', href: '/', which: 'host' };
  const nothing: Target = { kind: 'nothing', href: `/${segments.map(encodeSegment).join('/')}` };
  if (first !== 'dav') return nothing;
  if (space === undefined) return { kind: 'static', href: davRoot, which: 'dav' };
  if (space === 'files') {
    if (name === undefined) return { kind: 'static', href: filesRoot, which: 'files' };
    return (await findInTree(domains, viewer, name, rest, asCollection, call)) ?? nothing;
  }
  if (space === 'principals') {
    if (name === undefined) return { kind: 'static', href: principalsRoot, which: 'principals' };
    const owner = rest.length === 0 ? await findPrincipal(domains, viewer, name, call) : undefined;
    return owner === undefined
      ? nothing
      : { kind: 'principal', href: principalHref(owner.principal.address), principal: owner.principal };
  }
  if (space === 'uploads' && name !== undefined && rest.length === 0) {
    return { kind: 'upload', href: uploadHref(name), id: name };
  }
  return nothing;
}

/**
 * The person, group, room or resource that has an address. Institutions do not see each other: only addresses of the viewer's
 * own domain (and its aliases) are known. A bare name is one of that domain.
 */
export async function findPrincipal(
  domains: Domains,
  viewer: Viewer,
  address: string,
  call: Call,
): Promise<Viewer | undefined> {
  const at = address.lastIndexOf('@');
  const local = (at === -1 ? address : address.slice(0, at)).toLowerCase();
  const domain = at === -1 ? viewer.domain : domains.byName(address.slice(at + 1));
  if (domain !== viewer.domain) return undefined;
  const full = `${local}@${domain.name}`;
  if (viewer.principal.addresses.includes(full)) return viewer;
  const principal = await domain.directory.lookup(full, call);
  return principal === undefined ? undefined : { principal, domain };
}

async function findInTree(
  domains: Domains,
  viewer: Viewer,
  address: string,
  path: readonly string[],
  asCollection: boolean,
  call: Call,
): Promise<Target | undefined> {
  const owner = await findPrincipal(domains, viewer, address, call);
  if (owner === undefined) return undefined;
  const asked: TreeKey = { space: 'files', owner: owner.principal.id };
  const store = owner.domain.collections;
  let resolution = await store.resolve(asked, path, call);
  if (resolution.links.length === 0 && asked.owner === viewer.principal.id) {
    await ensureHome(store, viewer.principal, call);
    resolution = await store.resolve(asked, path, call);
  }
  const href = homeHref(owner.principal.address) + path.map(encodeSegment).join('/');
  return placeTarget(viewer.principal, { href, domain: owner.domain, store, asked, path, resolution }, asCollection);
}

/** Names what a resolution found; undefined when the viewer has no privilege there, so that nobody learns what exists. */
function placeTarget(principal: Principal, place: TreePlace, asCollection: boolean): Target | undefined {
  const { links, missing } = place.resolution;
  const last = links[links.length - 1];
  if (last === undefined) return undefined;
  const privileges = privilegesAlong(principal, place.asked.owner, place.resolution);
  if (privileges === 0) return undefined;
  if (missing.length === 0) {
    const isCollection = last.node.type === 'collection';
    const href = isCollection && !place.href.endsWith('/') ? `${place.href}/` : place.href;
    return { ...place, kind: 'node', href, node: last.node, privileges, holder: holderOf(principal, place) };
  }
  const name = missing[0];
  if (missing.length > 1 || name === undefined || last.node.type !== 'collection') return { ...place, kind: 'orphan' };
  return { ...place, kind: 'unmapped', asCollection, holder: { collection: last.node, name, privileges } };
}

function holderOf(principal: Principal, place: TreePlace): Holder | undefined {
  const { links } = place.resolution;
  const holder = links[links.length - 2];
  const name = place.path[place.path.length - 1];
  if (holder?.node.type !== 'collection' || name === undefined) return undefined;
  return {
    collection: holder.node,
    name,
    privileges: privilegesAlong(principal, place.asked.owner, place.resolution, links.length - 1),
  };
}

/** The viewer's own roots and those of groups, as members of `/dav/files/`. */
export async function visibleHomes(
  viewer: Viewer,
  call: Call,
): Promise<readonly { readonly principal: Principal; readonly href: string }[]> {
  const homes = [{ principal: viewer.principal, href: homeHref(viewer.principal.address) }];
  for (const id of viewer.principal.groups) {
    const group = await viewer.domain.directory.principal(id, call);
    if (group === undefined) continue;
    const { links } = await viewer.domain.collections.resolve({ space: 'files', owner: id }, [], call);
    if (links.length > 0) homes.push({ principal: group, href: homeHref(group.address) });
  }
  return homes;
}
