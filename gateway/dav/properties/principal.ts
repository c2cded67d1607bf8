/** The properties of principals: RFC 3744 §4. */
import type { Principal } from '../../ports/directory.ts';
import { escapeText } from '../../wire/xml/format.ts';
import { homeHref, principalHref } from '../paths.ts';
import type { LiveProperty, Need, Page } from './item.ts';

function ofPrincipal(
  name: string,
  format: (principal: Principal, page: Page) => string,
  needs: readonly Need[] = [],
): LiveProperty {
  return {
    namespace: 'DAV:',
    name,
    inAllprop: false,
    needs,
    format: (item, page) =>
      item.kind === 'principal' ? `<D:${name}>${format(item.principal, page)}</D:${name}>` : undefined,
  };
}

function hrefs(paths: readonly string[]): string {
  return paths.map((path) => `<D:href>${escapeText(path)}</D:href>`).join('');
}

export const principalProperties: readonly LiveProperty[] = [
  ofPrincipal('alternate-URI-set', (principal) => hrefs(principal.addresses.map((address) => `mailto:${address}`))),
  ofPrincipal('principal-URL', (principal) => hrefs([principalHref(principal.address)])),
  ofPrincipal(
    'group-member-set',
    (principal, page) => hrefs((page.members.get(principal.id) ?? []).map((member) => principalHref(member.address))),
    ['members'],
  ),
  ofPrincipal(
    'group-membership',
    (principal, page) =>
      hrefs(
        principal.groups.flatMap((id) => {
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
