/** REPORT bodies of RFC 3253, RFC 3744 and RFC 6578. Reports of calendars and contacts are read where those live. */
import type { Parsed } from '../parsed.ts';
import { accept, refuse } from '../parsed.ts';
import type { XmlElement } from '../xml/element.ts';
import { attribute, elements, find, isNamed, text } from '../xml/element.ts';
import { isNcName } from '../xml/format.ts';
import type { QName } from './names.ts';
import { DAV, distinctNames, nameOf } from './names.ts';
import type { PropfindRequest } from './propfind.ts';
import { readSelection } from './propfind.ts';

export interface ExpandProperty {
  readonly name: QName;
  /** What to report of the resources that the property points at; empty: the hrefs alone. */
  readonly properties: readonly ExpandProperty[];
}

export interface PrincipalSearch {
  /** Properties that are looked into, all of which must match; at least one. */
  readonly properties: readonly QName[];
  readonly match: string;
}

export type ReportRequest =
  /** RFC 6578 §6.1. `syncToken` is empty for a first synchronisation; `limit` is DAV:nresults, at least 1. */
  | {
      readonly kind: 'sync-collection';
      readonly syncToken: string;
      readonly level: '1' | 'infinite';
      readonly limit: number | undefined;
      readonly properties: PropfindRequest;
    }
  /** RFC 3253 §3.8. */
  | { readonly kind: 'expand-property'; readonly properties: readonly ExpandProperty[] }
  /** RFC 3744 §9.3. */
  | {
      readonly kind: 'principal-match';
      readonly target: { readonly self: true } | { readonly property: QName };
      readonly properties: PropfindRequest;
    }
  /** RFC 3744 §9.4; the attribute `test` is calendarserver's. */
  | {
      readonly kind: 'principal-property-search';
      readonly test: 'allof' | 'anyof';
      readonly searches: readonly PrincipalSearch[];
      readonly properties: PropfindRequest;
      readonly applyToPrincipalCollectionSet: boolean;
    }
  /** RFC 3744 §9.5. */
  | { readonly kind: 'principal-search-property-set' }
  /** RFC 3744 §9.2. */
  | { readonly kind: 'acl-principal-prop-set'; readonly properties: PropfindRequest }
  /** Some other report: RFC 3253 §3.6 answers it with DAV:supported-report. */
  | { readonly kind: 'unknown'; readonly name: QName };

export function parseReport(root: XmlElement | undefined): Parsed<ReportRequest> {
  if (root === undefined) return refuse('a REPORT body is missing');
  if (root.namespace !== DAV) return accept({ kind: 'unknown', name: nameOf(root) });
  switch (root.name) {
    case 'sync-collection':
      return parseSyncCollection(root);
    case 'expand-property':
      return parseExpandProperty(root);
    case 'principal-match':
      return parsePrincipalMatch(root);
    case 'principal-property-search':
      return parsePrincipalPropertySearch(root);
    case 'principal-search-property-set':
      return accept({ kind: 'principal-search-property-set' });
    case 'acl-principal-prop-set': {
      const properties = readProperties(root);
      return properties.ok ? accept({ kind: 'acl-principal-prop-set', properties: properties.value }) : properties;
    }
    default:
      return accept({ kind: 'unknown', name: nameOf(root) });
  }
}

/** The selection of properties of a report; a report without one gets no properties but hrefs. */
function readProperties(root: XmlElement): Parsed<PropfindRequest> {
  const selection = readSelection(root);
  return selection.ok ? accept(selection.value ?? { kind: 'prop', names: [] }) : selection;
}

function parseSyncCollection(root: XmlElement): Parsed<ReportRequest> {
  const token = find(root, DAV, 'sync-token');
  // RFC 6578 §6.2: an empty element asks for everything; a missing one is not allowed by §6.1.
  if (token === undefined) return refuse('DAV:sync-token is missing');
  const level = parseSyncLevel(find(root, DAV, 'sync-level'));
  if (level === undefined) return refuse('DAV:sync-level is neither 1 nor infinite');
  const limit = parseLimit(find(root, DAV, 'limit'));
  if (!limit.ok) return limit;
  const properties = readProperties(root);
  if (!properties.ok) return properties;
  return accept({
    kind: 'sync-collection',
    syncToken: text(token).trim(),
    level,
    limit: limit.value,
    properties: properties.value,
  });
}

function parseSyncLevel(element: XmlElement | undefined): '1' | 'infinite' | undefined {
  // RFC 6578 Appendix A: clients of earlier drafts send no level; what they mean is the members.
  if (element === undefined) return '1';
  const level = text(element).trim();
  return level === '1' || level === 'infinite' ? level : undefined;
}

/** RFC 5323 §5.17: `<DAV:limit><DAV:nresults>digits`. */
function parseLimit(limit: XmlElement | undefined): Parsed<number | undefined> {
  if (limit === undefined) return accept(undefined);
  const nresults = find(limit, DAV, 'nresults');
  const digits = nresults === undefined ? '' : text(nresults).trim();
  if (!/^\d+$/.test(digits)) return refuse('DAV:nresults is not a number');
  const value = Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
  return value === 0 ? refuse('DAV:nresults is zero') : accept(value);
}

function parseExpandProperty(root: XmlElement): Parsed<ReportRequest> {
  const properties = readExpansion(root);
  return properties.ok ? accept({ kind: 'expand-property', properties: properties.value }) : properties;
}

function readExpansion(parent: XmlElement): Parsed<readonly ExpandProperty[]> {
  const expansion: ExpandProperty[] = [];
  for (const child of elements(parent)) {
    if (!isNamed(child, DAV, 'property')) continue;
    // The answer writes it as an element's name, so it must be one.
    const name = attribute(child, '', 'name') ?? '';
    if (!isNcName(name)) return refuse('DAV:property without a name in its attribute name');
    const properties = readExpansion(child);
    if (!properties.ok) return properties;
    const namespace = attribute(child, '', 'namespace') ?? DAV;
    expansion.push({ name: { namespace, name }, properties: properties.value });
  }
  return accept(expansion);
}

function parsePrincipalMatch(root: XmlElement): Parsed<ReportRequest> {
  const self = find(root, DAV, 'self');
  const principalProperty = find(root, DAV, 'principal-property');
  const properties = readProperties(root);
  if (!properties.ok) return properties;
  if (self !== undefined && principalProperty === undefined) {
    return accept({ kind: 'principal-match', target: { self: true }, properties: properties.value });
  }
  const property = principalProperty === undefined ? undefined : elements(principalProperty)[0];
  if (self !== undefined || property === undefined) {
    return refuse('DAV:principal-match holds neither DAV:self nor a DAV:principal-property with a name, or both');
  }
  return accept({ kind: 'principal-match', target: { property: nameOf(property) }, properties: properties.value });
}

function parsePrincipalPropertySearch(root: XmlElement): Parsed<ReportRequest> {
  const searches: PrincipalSearch[] = [];
  for (const child of elements(root)) {
    if (!isNamed(child, DAV, 'property-search')) continue;
    const prop = find(child, DAV, 'prop');
    const match = find(child, DAV, 'match');
    const names = prop === undefined ? [] : distinctNames(elements(prop));
    if (match === undefined || names.length === 0) {
      return refuse('DAV:property-search without DAV:match or without a property in DAV:prop');
    }
    searches.push({ properties: names, match: text(match) });
  }
  if (searches.length === 0) return refuse('DAV:principal-property-search without DAV:property-search');
  const properties = readProperties(root);
  if (!properties.ok) return properties;
  return accept({
    kind: 'principal-property-search',
    test: attribute(root, '', 'test') === 'anyof' ? 'anyof' : 'allof',
    searches,
    properties: properties.value,
    applyToPrincipalCollectionSet: find(root, DAV, 'apply-to-principal-collection-set') !== undefined,
  });
}
