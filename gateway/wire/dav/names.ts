/** XML namespaces of WebDAV and its relatives, and qualified names. */
import type { XmlElement } from '../xml/element.ts';

export interface QName {
  readonly namespace: string;
  readonly name: string;
}

/** RFC 4918 §21.1. */
export const DAV = 'DAV:';
/** RFC 4791. */
export const CALDAV = 'urn:ietf:params:xml:ns:caldav';
/** RFC 6352. */
export const CARDDAV = 'urn:ietf:params:xml:ns:carddav';
/** Apple's calendarserver.org extensions. */
export const CALENDARSERVER = 'http://calendarserver.org/ns/';
/** Apple's iCal. */
export const APPLE = 'http://apple.com/ns/ical/';
export const OWNCLOUD = 'http://owncloud.org/ns';
export const NEXTCLOUD = 'http://nextcloud.org/ns';
/** MS-WDVME: the Win32 file properties. */
export const MICROSOFT = 'urn:schemas-microsoft-com:';

/** Prefixes that every document written by `multistatus.ts` declares at its root. */
export const prefixes: ReadonlyMap<string, string> = new Map([
  [DAV, 'D'],
  [CALDAV, 'C'],
  [CARDDAV, 'R'],
  [CALENDARSERVER, 'S'],
  [APPLE, 'A'],
  [OWNCLOUD, 'O'],
  [NEXTCLOUD, 'N'],
]);

export function nameOf(element: XmlElement): QName {
  return { namespace: element.namespace, name: element.name };
}

/** Clark notation, `{namespace}name`: one string for a map's key. */
export function keyOf(name: QName): string {
  return `{${name.namespace}}${name.name}`;
}

/** Each name once, in order of first appearance. */
export function distinctNames(all: readonly XmlElement[]): readonly QName[] {
  const byKey = new Map<string, QName>();
  for (const element of all) {
    const key = keyOf(element);
    if (!byKey.has(key)) byKey.set(key, nameOf(element));
  }
  return [...byKey.values()];
}
