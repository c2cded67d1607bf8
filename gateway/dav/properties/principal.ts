/** The properties of principals: RFC 3744 §4. */
import type { Principal } from '../../ports/directory.ts';
import { escapeText } from '../../wire/xml/format.ts';
import { homeHref, principalHref } from '../paths.ts';
import type { LiveProperty, Need, Page } from './item.ts';

function ofPrincipal(
  name: string,
  format: (principal: Principal, page: Page) => string | undefined,
  needs: readonly Need[] = [],
): LiveProperty {
  return {
    namespace: 'DAV:',
    name,
    inAllprop: false,
    needs,
    format: (item, page) => {
      const value = item.kind === 'principal' ? format(item.principal, page) : undefined;
      return value === undefined ? undefined : `<D:${name}>${value}</D:${name}>`;
    },
  };
}

function hrefs(paths: readonly string[]): string {
  return paths.map((path) => `<D:href>${escapeText(path)}</D:href>`).join('');
}

/** The groups of a principal that the viewer may know of: the own ones. */
export function sharedGroups(principal: Principal, viewer: Principal): readonly string[] {
  return principal.groups.filter((id) => viewer.groups.includes(id));
}

export const principalProperties: readonly LiveProperty[] = [
  ofPrincipal('alternate-URI-set', (principal) => hrefs(principal.addresses.map((address) => `mailto:${address}`))),
  ofPrincipal('principal-URL', (principal) => hrefs([principalHref(principal.address)])),
  // Who is in a group is for those who are in it: a group of everyone would hand out the whole directory, others tell of illness
  // or faith. The property is one of groups (RFC 3744 §4.3).
  ofPrincipal(
    'group-member-set',
    (principal, page) => {
      const members = page.members.get(principal.id);
      return members === undefined ? undefined : hrefs(members.map((member) => principalHref(member.address)));
    },
    ['members'],
  ),
  ofPrincipal(
    'group-membership',
    (principal, page) =>
      hrefs(
        sharedGroups(principal, page.viewer).flatMap((id) => {
          const group = page.principals.get(id);
          return group === undefined ? [] : [principalHref(group.address)];
        }),
      ),
    ['groups'],
  ),
  {
    // Where this person's files are: the same idea as CalDAV's home set, for clients of files that look for it.
    namespace: 'urn:passerelle:dav',
    name: 'files-home-set',
    inAllprop: false,
    format: (item) =>
      item.kind === 'principal'
        ? `<files-home-set xmlns="urn:passerelle:dav">${hrefs([homeHref(item.principal.address)])}</files-home-set>`
        : undefined,
  },
];
