/** DAV:propfind bodies, and the same selection of properties where REPORT bodies hold it. */
import type { Parsed } from '../parsed.ts';
import { accept, refuse } from '../parsed.ts';
import type { XmlElement } from '../xml/element.ts';
import { elements, find, isNamed } from '../xml/element.ts';
import type { QName } from './names.ts';
import { DAV, distinctNames } from './names.ts';

export type { Parsed } from '../parsed.ts';

export type PropfindRequest =
  | { readonly kind: 'allprop'; readonly include: readonly QName[] }
  | { readonly kind: 'propname' }
  /** Each name once; empty when DAV:prop was empty. */
  | { readonly kind: 'prop'; readonly names: readonly QName[] };

/**
 * A PROPFIND body (RFC 4918 §9.1, §14.20).
 *
 * @param root undefined: no body was sent, which asks for all properties
 */
export function parsePropfind(root: XmlElement | undefined): Parsed<PropfindRequest> {
  if (root === undefined) return accept({ kind: 'allprop', include: [] });
  if (!isNamed(root, DAV, 'propfind')) return refuse('the root element is not DAV:propfind');
  const selection = readSelection(root);
  if (!selection.ok) return selection;
  return selection.value === undefined
    ? refuse('DAV:propfind holds none of DAV:prop, DAV:allprop and DAV:propname')
    : accept(selection.value);
}

/**
 * DAV:prop, DAV:allprop (with DAV:include) or DAV:propname among an element's children. Others are skipped, as RFC 4918 §17
 * asks for elements that are not known.
 *
 * @returns undefined as value: none of them is there
 */
export function readSelection(parent: XmlElement): Parsed<PropfindRequest | undefined> {
  let selection: PropfindRequest | undefined;
  for (const child of elements(parent)) {
    if (child.namespace !== DAV) continue;
    const found = readKind(child, parent);
    if (found === undefined) continue;
    if (selection !== undefined) return refuse('DAV:prop, DAV:allprop and DAV:propname exclude one another');
    selection = found;
  }
  if (selection?.kind !== 'allprop' && find(parent, DAV, 'include') !== undefined) {
    return refuse('DAV:include goes with DAV:allprop only');
  }
  return accept(selection);
}

function readKind(child: XmlElement, parent: XmlElement): PropfindRequest | undefined {
  switch (child.name) {
    case 'allprop': {
      const include = find(parent, DAV, 'include');
      return { kind: 'allprop', include: include === undefined ? [] : distinctNames(elements(include)) };
    }
    case 'propname':
      return { kind: 'propname' };
    case 'prop':
      return { kind: 'prop', names: distinctNames(elements(child)) };
    default:
      return undefined;
  }
}
