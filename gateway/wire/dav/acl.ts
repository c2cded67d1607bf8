/** DAV:acl bodies (RFC 3744 §5.5, §8.1). */
import type { Parsed } from '../parsed.ts';
import { accept, refuse } from '../parsed.ts';
import type { XmlElement } from '../xml/element.ts';
import { elements, find, isNamed, text } from '../xml/element.ts';
import type { QName } from './names.ts';
import { DAV, distinctNames, nameOf } from './names.ts';

/** RFC 3744 §5.5.1. */
export type AcePrincipal =
  | { readonly kind: 'href'; readonly href: string }
  | { readonly kind: 'all' | 'authenticated' | 'unauthenticated' | 'self' }
  /** The principals that the named property of the resource points at, for example DAV:owner. */
  | { readonly kind: 'property'; readonly property: QName };

export interface AceElement {
  readonly principal: AcePrincipal;
  /** Everyone but the principal. */
  readonly invert: boolean;
  /** false: DAV:deny. */
  readonly grant: boolean;
  /** At least one. */
  readonly privileges: readonly QName[];
  readonly isProtected: boolean;
  /** Href of the resource that it is inherited from. */
  readonly inherited: string | undefined;
}

/** @returns the entries in order; empty: all that can be taken away is */
export function parseAcl(root: XmlElement | undefined): Parsed<readonly AceElement[]> {
  if (root === undefined) return refuse('a DAV:acl body is missing');
  if (!isNamed(root, DAV, 'acl')) return refuse('the root element is not DAV:acl');
  const entries: AceElement[] = [];
  for (const child of elements(root)) {
    if (!isNamed(child, DAV, 'ace')) continue;
    const entry = parseAce(child);
    if (!entry.ok) return entry;
    entries.push(entry.value);
  }
  return accept(entries);
}

function parseAce(ace: XmlElement): Parsed<AceElement> {
  const invert = find(ace, DAV, 'invert');
  const holder = find(invert ?? ace, DAV, 'principal');
  if (holder === undefined) return refuse('DAV:ace without DAV:principal');
  const principal = parsePrincipal(holder);
  if (!principal.ok) return principal;
  const grant = find(ace, DAV, 'grant');
  const deny = find(ace, DAV, 'deny');
  const rights = grant ?? deny;
  if (rights === undefined || (grant !== undefined && deny !== undefined)) {
    return refuse('DAV:ace holds neither DAV:grant nor DAV:deny, or both');
  }
  const privileges = parsePrivileges(rights);
  if (!privileges.ok) return privileges;
  const inherited = find(ace, DAV, 'inherited');
  return accept({
    principal: principal.value,
    invert: invert !== undefined,
    grant: grant !== undefined,
    privileges: privileges.value,
    isProtected: find(ace, DAV, 'protected') !== undefined,
    inherited: inherited === undefined ? undefined : hrefOf(inherited),
  });
}

function parsePrincipal(holder: XmlElement): Parsed<AcePrincipal> {
  const [kind, ...others] = elements(holder).filter((child) => child.namespace === DAV);
  if (kind === undefined || others.length > 0) return refuse('DAV:principal does not hold exactly one element');
  switch (kind.name) {
    case 'href': {
      const href = hrefOf(holder);
      return href === undefined ? refuse('DAV:href is empty') : accept({ kind: 'href', href });
    }
    case 'all':
    case 'authenticated':
    case 'unauthenticated':
    case 'self':
      return accept({ kind: kind.name });
    case 'property': {
      const [property] = elements(kind);
      if (property === undefined) return refuse('DAV:property is empty');
      return accept({ kind: 'property', property: nameOf(property) });
    }
    default:
      return refuse('DAV:principal holds an element that is not known');
  }
}

function parsePrivileges(rights: XmlElement): Parsed<readonly QName[]> {
  const privileges: XmlElement[] = [];
  for (const child of elements(rights)) {
    if (!isNamed(child, DAV, 'privilege')) continue;
    const [privilege, ...others] = elements(child);
    if (privilege === undefined || others.length > 0) {
      return refuse('DAV:privilege does not hold exactly one element');
    }
    privileges.push(privilege);
  }
  if (privileges.length === 0) return refuse('DAV:grant or DAV:deny without DAV:privilege');
  return accept(distinctNames(privileges));
}

/** The DAV:href inside, without the white space around it; undefined when there is none or it is empty. */
function hrefOf(parent: XmlElement): string | undefined {
  const href = find(parent, DAV, 'href');
  const value = href === undefined ? '' : text(href).trim();
  return value === '' ? undefined : value;
}
