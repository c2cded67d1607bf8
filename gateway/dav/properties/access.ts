/** The properties of RFC 3744 §5 that say who may do what, and RFC 5397. */
import { domainGrantee } from '../../services/access.ts';
import type { AccessControlEntry } from '../../ports/collection-store.ts';
import { Privilege } from '../../ports/privilege.ts';
import { escapeText } from '../../wire/xml/format.ts';
import { principalHref, principalsRoot } from '../paths.ts';
import { formatGrant, formatPrivileges, supportedPrivilegeSet } from '../privileges.ts';
import { grantedBy, granteesOf } from '../../services/access.ts';
import type { Item, LiveProperty, Page } from './item.ts';

function property(name: string, needs: LiveProperty['needs'], format: LiveProperty['format']): LiveProperty {
  return { namespace: 'DAV:', name, inAllprop: false, ...(needs === undefined ? {} : { needs }), format };
}

function href(path: string): string {
  return `<D:href>${escapeText(path)}</D:href>`;
}

function ownPrivileges(item: Item, page: Page): number {
  if (item.kind !== 'node') return Privilege.read | Privilege.readCurrentUserPrivilegeSet;
  const own = page.access.get(item.node.id);
  return own === undefined ? item.privileges : item.privileges | grantedBy(own, granteesOf(page.viewer));
}

/** RFC 3744 §5.5.1: the principal of an entry. */
function formatGrantee(grantee: string, page: Page): string {
  if (grantee === domainGrantee(page.owner?.domain ?? page.viewer.domain)) return '<D:authenticated/>';
  const principal = page.principals.get(grantee);
  return href(principal === undefined ? `${principalsRoot}gone` : principalHref(principal.address));
}

function formatAce(entry: AccessControlEntry, page: Page, rest: string): string {
  return `<D:ace><D:principal>${formatGrantee(entry.grantee, page)}</D:principal><D:grant>${formatGrant(entry.privileges)}</D:grant>${rest}</D:ace>`;
}

function acl(item: Item, page: Page): string | undefined {
  if (item.kind !== 'node') return undefined;
  if ((ownPrivileges(item, page) & Privilege.readAcl) === 0) return undefined;
  const owner =
    '<D:ace><D:principal><D:property><D:owner/></D:property></D:principal>' +
    '<D:grant><D:privilege><D:all/></D:privilege></D:grant><D:protected/></D:ace>';
  const own = (page.access.get(item.node.id) ?? []).map((entry) => formatAce(entry, page, '')).join('');
  const inherited = page.inheritedAccess
    .filter(({ entry }) => entry.nodeId !== item.node.id)
    .map(({ entry, href: from }) => formatAce(entry, page, `<D:inherited>${href(from)}</D:inherited>`))
    .join('');
  return `<D:acl>${owner}${own}${inherited}</D:acl>`;
}

export const accessProperties: readonly LiveProperty[] = [
  property('owner', ['owner'], (item, page) =>
    item.kind === 'node' && page.owner !== undefined
      ? `<D:owner>${href(principalHref(page.owner.address))}</D:owner>`
      : undefined,
  ),
  property('group', undefined, (item) => (item.kind === 'node' ? '<D:group/>' : undefined)),
  property('supported-privilege-set', undefined, (item) => (item.kind === 'node' ? supportedPrivilegeSet : undefined)),
  property(
    'current-user-privilege-set',
    ['access'],
    (item, page) =>
      `<D:current-user-privilege-set>${formatPrivileges(ownPrivileges(item, page))}</D:current-user-privilege-set>`,
  ),
  property('acl', ['access', 'owner', 'principals'], acl),
  // RFC 3744 §5.6: no deny, no inverted principals; entries name principals by href, the owner, or everyone signed in.
  property('acl-restrictions', undefined, (item) =>
    item.kind === 'node' ? '<D:acl-restrictions><D:grant-only/><D:no-invert/></D:acl-restrictions>' : undefined,
  ),
  property('inherited-acl-set', ['access'], (item, page) => {
    if (item.kind !== 'node') return undefined;
    const from = new Set(page.inheritedAccess.filter((a) => a.entry.nodeId !== item.node.id).map((a) => a.href));
    return `<D:inherited-acl-set>${[...from].map(href).join('')}</D:inherited-acl-set>`;
  }),
  property(
    'principal-collection-set',
    undefined,
    () => `<D:principal-collection-set>${href(principalsRoot)}</D:principal-collection-set>`,
  ),
  property(
    'current-user-principal',
    undefined,
    (_item, page) => `<D:current-user-principal>${href(principalHref(page.viewer.address))}</D:current-user-principal>`,
  ),
];
