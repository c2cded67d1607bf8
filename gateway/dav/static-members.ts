/** What the collections of the URL space itself hold. */
import type { Context } from './context.ts';
import { visibleHomes } from './namespace.ts';
import { davRoot, filesRoot, principalHref, principalsRoot } from './paths.ts';
import type { Item } from './properties/item.ts';
import type { StaticTarget, TreePlace } from './target.ts';
import { itemOf } from './methods/propfind.ts';

export interface PlacedItem {
  readonly item: Item;
  /** The tree the item lies in; undefined for what lies in none. */
  readonly place: TreePlace | undefined;
}

export async function staticMembers(context: Context, target: StaticTarget): Promise<readonly PlacedItem[]> {
  switch (target.which) {
    case 'host':
      return [{ item: { kind: 'static', href: davRoot, which: 'dav' }, place: undefined }];
    case 'dav':
      return [
        { item: { kind: 'static', href: filesRoot, which: 'files' }, place: undefined },
        { item: { kind: 'static', href: principalsRoot, which: 'principals' }, place: undefined },
      ];
    case 'files':
      return homes(context);
    case 'principals':
      return knownPrincipals(context);
  }
}

async function homes(context: Context): Promise<readonly PlacedItem[]> {
  const items: PlacedItem[] = [];
  for (const { href } of await visibleHomes(context.viewer, context.call)) {
    const target = await context.locate(href);
    if (target.kind === 'node') items.push({ item: itemOf(target), place: target });
  }
  return items;
}

/** Oneself and one's groups: others are found by searching (RFC 3744 §9.4), so that nobody is handed the whole directory. */
async function knownPrincipals(context: Context): Promise<readonly PlacedItem[]> {
  const { principal, domain } = context.viewer;
  const known = [principal];
  for (const id of principal.groups) {
    const group = await domain.directory.principal(id, context.call);
    if (group !== undefined) known.push(group);
  }
  return known.map((one) => ({
    item: { kind: 'principal', href: principalHref(one.address), principal: one },
    place: undefined,
  }));
}
