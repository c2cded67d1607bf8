/** Bodies of extended MKCOL (RFC 5689 §5.1) and of MKCALENDAR (RFC 4791 §9.2), which have the same shape. */
import type { Parsed } from '../parsed.ts';
import { accept, refuse } from '../parsed.ts';
import type { XmlElement } from '../xml/element.ts';
import { elements, isNamed } from '../xml/element.ts';
import type { QName } from './names.ts';
import { CALDAV, DAV, distinctNames } from './names.ts';
import { propertiesOf } from './proppatch.ts';

export interface MkcolRequest {
  /** Content of DAV:resourcetype; empty when the body does not say. MKCALENDAR says collection and calendar by its name. */
  readonly resourceTypes: readonly QName[];
  /** Everything else to be set, in document order. */
  readonly properties: readonly XmlElement[];
}

const calendarTypes: readonly QName[] = [
  { namespace: DAV, name: 'collection' },
  { namespace: CALDAV, name: 'calendar' },
];

/** @param root undefined: no body was sent, which asks for a plain collection (RFC 4918 §9.3) */
export function parseMkcol(root: XmlElement | undefined): Parsed<MkcolRequest> {
  if (root === undefined) return accept({ resourceTypes: [], properties: [] });
  const isCalendar = isNamed(root, CALDAV, 'mkcalendar');
  if (!isCalendar && !isNamed(root, DAV, 'mkcol')) {
    return refuse('the root element is neither DAV:mkcol nor CALDAV:mkcalendar');
  }
  let resourceTypes: readonly QName[] | undefined;
  const properties: XmlElement[] = [];
  for (const child of elements(root)) {
    if (isNamed(child, DAV, 'remove')) return refuse('DAV:remove has no place in the making of a collection');
    if (!isNamed(child, DAV, 'set')) continue;
    const inside = propertiesOf(child);
    if (inside === undefined) return refuse('DAV:set without DAV:prop');
    for (const property of inside) {
      if (isNamed(property, DAV, 'resourcetype')) resourceTypes = distinctNames(elements(property));
      else properties.push(property);
    }
  }
  return accept({ resourceTypes: resourceTypes ?? (isCalendar ? calendarTypes : []), properties });
}
