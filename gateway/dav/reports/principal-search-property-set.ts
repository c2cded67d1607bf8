/** DAV:principal-search-property-set: RFC 3744 §9.5. What principal-property-search looks into. */
import type { QName } from '../../wire/dav/names.ts';
import { formatPropName } from '../../wire/dav/multistatus.ts';
import type { Context } from '../context.ts';

export const searchableProperties: readonly (QName & { readonly en: string; readonly fr: string })[] = [
  { namespace: 'DAV:', name: 'displayname', en: 'Name', fr: 'Nom' },
  { namespace: 'http://calendarserver.org/ns/', name: 'email-address-set', en: 'Mail address', fr: 'Adresse' },
  { namespace: 'DAV:', name: 'alternate-URI-set', en: 'Address', fr: 'Adresse' },
];

export function principalSearchPropertySet(context: Context): void {
  const items = searchableProperties.map(
    (property) =>
      `<D:principal-search-property><D:prop>${formatPropName(property)}</D:prop>` +
      `<D:description xml:lang="en">${property.en}</D:description></D:principal-search-property>`,
  );
  const xml =
    `<?xml version="1.0" encoding="utf-8"?>\n<D:principal-search-property-set xmlns:D="DAV:" ` +
    `xmlns:S="http://calendarserver.org/ns/">${items.join('')}</D:principal-search-property-set>`;
  context.exchange.sendXml(200, xml);
}
