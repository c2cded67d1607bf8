/**
 * From what a client asked for to the response element of each item. The request is compiled once; each item then costs a
 * walk over the properties that were asked for and a string.
 */
import type { DeadProperty } from '../../ports/collection-store.ts';
import type { PropfindRequest } from '../../wire/dav/propfind.ts';
import type { QName } from '../../wire/dav/names.ts';
import { formatPropertyResponse, formatPropName } from '../../wire/dav/multistatus.ts';
import type { PropStat } from '../../wire/dav/multistatus.ts';
import type { Item, LiveProperty, Need, Page } from './item.ts';
import { liveProperties, liveProperty, propertyKey } from './registry.ts';

export interface Selection {
  /** Equal for two requests exactly when they ask for the same. */
  readonly key: string;
  readonly needs: ReadonlySet<Need>;
  /** What is said of a resource changes only when the sequence of its collection rises. */
  readonly followsSequence: boolean;
  /** The whole D:response element of an item. */
  format(item: Item, page: Page): string;
}

interface Wanted {
  readonly live: LiveProperty | undefined;
  readonly name: QName;
  /** The empty element for a 404 propstat. */
  readonly empty: string;
}

/** @param minimal `Prefer: return=minimal`: properties that are not there are left out (RFC 8144 §2.1) */
export function compileSelection(request: PropfindRequest, minimal: boolean): Selection {
  const selection = select(request, minimal);
  return { ...selection, key: JSON.stringify([request, minimal]) };
}

type Formatting = Omit<Selection, 'key'>;

function allFollowSequence(properties: readonly (LiveProperty | undefined)[]): boolean {
  return properties.every((property) => property === undefined || property.followsSequence === true);
}

function select(request: PropfindRequest, minimal: boolean): Formatting {
  if (request.kind === 'propname') return namesSelection();
  const named = request.kind === 'prop' ? unique(request.names) : unique(request.include);
  const wanted = named.map((name) => ({ name, live: liveProperty(name), empty: formatPropName(name) }));
  return request.kind === 'prop' ? namedSelection(wanted, minimal) : allSelection(wanted, minimal);
}

function unique(names: readonly QName[]): readonly QName[] {
  return [...new Map(names.map((name) => [propertyKey(name), name])).values()];
}

function needsOf(properties: readonly (LiveProperty | undefined)[]): ReadonlySet<Need> {
  return new Set(properties.flatMap((property) => property?.needs ?? []));
}

function deadOf(item: Item, page: Page): readonly DeadProperty[] {
  return item.kind === 'node' && item.node.hasProperties ? (page.dead.get(item.node.id) ?? []) : [];
}

function findDead(dead: readonly DeadProperty[], name: QName): string | undefined {
  for (const property of dead) {
    if (property.name === name.name && property.namespace === name.namespace) return property.xml;
  }
  return undefined;
}

function valueOf(wanted: Wanted, item: Item, page: Page, dead: readonly DeadProperty[]): string | undefined {
  const { live, name } = wanted;
  if (live === undefined || live.settable === true) {
    const set = dead.length === 0 ? undefined : findDead(dead, name);
    if (set !== undefined) return set;
  }
  return live?.format(item, page);
}

function namedSelection(wanted: readonly Wanted[], minimal: boolean): Formatting {
  return {
    needs: needsOf(wanted.map(({ live }) => live)),
    followsSequence: allFollowSequence(wanted.map(({ live }) => live)),
    format: (item, page) => {
      const dead = deadOf(item, page);
      let found = '';
      let missing = '';
      for (const one of wanted) {
        const value = valueOf(one, item, page, dead);
        if (value === undefined) missing += one.empty;
        else found += value;
      }
      return formatPropertyResponse(item.href, propstats(found, minimal ? '' : missing));
    },
  };
}

/** RFC 4918 §9.1: a response has at least one propstat, even when there is nothing to say. */
function propstats(found: string, missing: string): readonly PropStat[] {
  if (missing === '') return [{ status: 200, xml: found }];
  if (found === '') return [{ status: 404, xml: missing }];
  return [
    { status: 200, xml: found },
    { status: 404, xml: missing },
  ];
}

/** RFC 4918 §9.1 allprop: dead properties, the live ones of that standard, and what DAV:include adds. */
function allSelection(included: readonly Wanted[], minimal: boolean): Formatting {
  const live = liveProperties.filter((property) => property.inAllprop);
  const keys = new Set(live.map(propertyKey));
  const extra = included.filter(({ name }) => !keys.has(propertyKey(name)));
  return {
    needs: needsOf([...live, ...extra.map((wanted) => wanted.live)]),
    followsSequence: allFollowSequence([...live, ...extra.map((wanted) => wanted.live)]),
    format: (item, page) => {
      const dead = deadOf(item, page);
      let found = '';
      let missing = '';
      for (const property of live) found += property.format(item, page) ?? '';
      for (const property of dead) found += property.xml;
      for (const one of extra) {
        if (one.live === undefined) {
          if (findDead(dead, one.name) === undefined) missing += one.empty;
          continue;
        }
        const value = one.live.format(item, page);
        if (value === undefined) missing += one.empty;
        else found += value;
      }
      return formatPropertyResponse(item.href, propstats(found, minimal ? '' : missing));
    },
  };
}

/** RFC 4918 §9.1 propname: the names of all that is there, the ones outside allprop too. */
function namesSelection(): Formatting {
  return {
    needs: needsOf(liveProperties),
    followsSequence: false,
    format: (item, page) => {
      const dead = deadOf(item, page);
      const live = liveProperties.filter((property) => property.format(item, page) !== undefined);
      const names = [
        ...live,
        ...dead.filter((property) => !live.some((l) => propertyKey(l) === propertyKey(property))),
      ];
      return formatPropertyResponse(item.href, [{ status: 200, xml: names.map(formatPropName).join('') }]);
    },
  };
}
