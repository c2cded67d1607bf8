/** PROPFIND: RFC 4918 §9.1, with Prefer of RFC 8144. Streamed: memory does not grow with the collection. */
import type { CollectionNode, MountNode, StoreNode } from '../../ports/collection-store.ts';
import { Privilege } from '../../ports/privilege.ts';
import { grantedBy, granteesOf } from '../../services/access.ts';
import { parseDepth } from '../../wire/dav/headers.ts';
import { decodePath } from '../../wire/dav/href.ts';
import { formatStatusResponse } from '../../wire/dav/multistatus.ts';
import { parsePropfind } from '../../wire/dav/propfind.ts';
import { parsePrefer } from '../../wire/http/prefer.ts';
import { needOnNode } from '../authorise.ts';
import type { Context } from '../context.ts';
import { badRequest, DavProblem, notFound } from '../errors.ts';
import type { TextStream } from '../exchange.ts';
import type { ListingKey } from '../listing-cache.ts';
import { memberHref } from '../paths.ts';
import { compileSelection } from '../properties/select.ts';
import type { Selection } from '../properties/select.ts';
import type { Item, NodeItem } from '../properties/item.ts';
import { writeItems } from '../properties/write.ts';
import { staticMembers } from '../static-members.ts';
import type { NodeTarget, Target, TreePlace } from '../target.ts';

type Depth = '0' | '1' | 'infinity';

export async function propfind(context: Context, target: Target): Promise<void> {
  const { exchange } = context;
  const depth = readDepth(context, target);
  const parsed = parsePropfind(await exchange.readXml());
  if (!parsed.ok) throw badRequest(parsed.reason);
  const prefer = parsePrefer(exchange.header('prefer'), exchange.header('brief'));
  const selection = compileSelection(parsed.value, prefer.minimal);
  const headers: Record<string, string> = { Vary: 'Brief, Prefer' };
  const withoutRoot = prefer.depthNoroot && depth !== '0';
  const applied = prefer.applied.filter((one) => one === 'return=minimal' || (one === 'depth-noroot' && withoutRoot));
  if (applied.length > 0) headers['Preference-Applied'] = applied.join(', ');
  const listing = new Listing(context, selection, withoutRoot, headers);
  if (target.kind === 'node') return listing.node(target, depth);
  if (target.kind === 'principal' || target.kind === 'static') return listing.others(target, depth);
  throw notFound();
}

function readDepth(context: Context, target: Target): Depth {
  const depth = parseDepth(context.exchange.header('depth'));
  if (depth === 'invalid') throw badRequest('Depth is 0, 1 or infinity');
  const hasMembers = target.kind === 'static' || (target.kind === 'node' && target.node.type === 'collection');
  if (!hasMembers) return '0';
  const effective = depth ?? 'infinity'; // RFC 4918 §9.1: no header means infinity
  if (effective === 'infinity' && !context.options.propfindInfinity) {
    throw new DavProblem(403, 'ask with Depth: 0 or 1', '<D:propfind-finite-depth/>');
  }
  return effective;
}

/** One answer being written. */
class Listing {
  readonly #context: Context;
  readonly #selection: Selection;
  readonly #withoutRoot: boolean;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(context: Context, selection: Selection, withoutRoot: boolean, headers: Readonly<Record<string, string>>) {
    this.#context = context;
    this.#selection = selection;
    this.#withoutRoot = withoutRoot;
    this.#headers = headers;
  }

  async node(target: NodeTarget, depth: Depth): Promise<void> {
    needOnNode(target, Privilege.read);
    const { node } = target;
    const answer = this.#context.exchange.multistatus(this.#headers);
    if (!this.#withoutRoot) await this.#write(answer, target, [itemOf(target)]);
    if (depth !== '0' && node.type === 'collection') await this.#members(answer, target, node, depth);
    answer.end();
  }

  async #members(answer: TextStream, target: NodeTarget, collection: CollectionNode, depth: Depth): Promise<void> {
    if (depth === 'infinity') return this.#tree(answer, target);
    const { options } = this.#context;
    const { listings } = this.#context.state;
    const key = this.#selection.followsSequence ? this.#listingKey(target, collection) : undefined;
    const kept = key === undefined ? undefined : listings.get(key);
    if (kept !== undefined) {
      answer.addOctets(kept);
      return;
    }
    const largest = listings.largestEntry(options.listingCacheOctets);
    let gathered: string | undefined = key === undefined ? undefined : '';
    const gather = (xml: string): void => {
      if (gathered !== undefined) gathered = gathered.length + xml.length > largest ? undefined : gathered + xml;
    };
    for await (const page of memberPages(this.#context, target, itemOf(target), collection)) {
      // What is below a collection changes without this one's sequence: a listing with collections in it is not kept.
      if (page.some((item) => item.node.type === 'collection')) gathered = undefined;
      await this.#write(answer, target, page, gather);
    }
    if (key === undefined || gathered === undefined) return;
    listings.set(key, Buffer.from(gathered, 'utf8'), options.listingCacheOctets);
  }

  #listingKey(target: NodeTarget, { id, membersModSeq }: CollectionNode): ListingKey {
    const { epoch } = target.store;
    return { epoch, collectionId: id, membersModSeq, href: target.href, selection: this.#selection.key };
  }

  /** Breadth first; each collection is looked up again, because what it inherits is its own. */
  async #tree(answer: TextStream, root: NodeTarget): Promise<void> {
    const queue = [root.href];
    let left = this.#context.options.treeMembers;
    for (let href = queue.shift(); href !== undefined; href = queue.shift()) {
      const target = href === root.href ? root : await this.#context.locate(href);
      if (target.kind !== 'node' || target.node.type !== 'collection') continue; // gone meanwhile
      if (liesInItself(target)) continue;
      for await (const page of memberPages(this.#context, target, itemOf(target), target.node)) {
        if (left < page.length) {
          answer.add(formatStatusResponse(href, 507, '<D:number-of-matches-within-limits/>'));
          return;
        }
        left -= page.length;
        await this.#write(answer, target, page);
        for (const { href: below, node } of page) {
          if (node.type === 'collection' && decodePath(below).ok) queue.push(below);
        }
      }
    }
  }

  async #write(
    answer: TextStream,
    place: TreePlace | undefined,
    items: readonly Item[],
    onXml?: (xml: string) => void,
  ): Promise<void> {
    await writeItems(this.#context, answer, place, items, this.#selection, onXml);
  }

  /** Principals, and the collections that are made of nothing but their members. */
  async others(target: Extract<Target, { kind: 'principal' | 'static' }>, depth: Depth): Promise<void> {
    const root: Item = target;
    const members = depth === '0' || target.kind !== 'static' ? [] : await staticMembers(this.#context, target);
    const answer = this.#context.exchange.multistatus(this.#headers);
    if (!this.#withoutRoot) await this.#write(answer, undefined, [root]);
    for (const { item, place } of members) await this.#write(answer, place, [item]);
    answer.end();
  }
}

/** Two people who share folders into one another make a path that never ends; it is told once, like RFC 5842 §7.1. */
function liesInItself({ node, resolution }: NodeTarget): boolean {
  return resolution.links.slice(0, -1).some((link) => link.node.id === node.id);
}

export function itemOf(target: NodeTarget): NodeItem {
  return {
    kind: 'node',
    href: target.href,
    node: target.node,
    name: target.path[target.path.length - 1],
    privileges: target.privileges,
  };
}

/** Pages of a collection's members as the viewer sees them; mounts stand as the collections that they lead to. */
export async function* memberPages(
  context: Context,
  place: TreePlace,
  parent: NodeItem,
  collection: CollectionNode,
): AsyncGenerator<readonly NodeItem[]> {
  for await (const page of place.store.members(collection.id, undefined, context.call)) {
    yield memberItems(context, parent, page);
  }
}

export function memberItems(context: Context, parent: NodeItem, nodes: readonly StoreNode[]): readonly NodeItem[] {
  const grantees = nodes.some((node) => node.type === 'mount')
    ? granteesOf(context.viewer.principal)
    : new Set<string>();
  const items: NodeItem[] = [];
  for (const node of nodes) {
    if (node.type === 'mount') {
      const privileges = grantedBy(node.targetAccess, grantees);
      if ((privileges & Privilege.read) !== 0) items.push(mountItem(parent, node, privileges));
      continue;
    }
    const href = memberHref(parent.href, node.name, node.type === 'collection');
    items.push({ kind: 'node', href, node, name: node.name, privileges: parent.privileges });
  }
  return items;
}

function mountItem(parent: NodeItem, mount: MountNode, privileges: number): NodeItem {
  return {
    kind: 'node',
    href: memberHref(parent.href, mount.name, true),
    node: mount.target,
    name: mount.name,
    privileges,
  };
}
