/** What tells a client that a collection changed: DAV:sync-token (RFC 6578 §4) and calendarserver's getctag. */
import { escapeText } from '../../wire/xml/format.ts';
import { formatSyncTokenUri } from '../sync-token.ts';
import type { Item, LiveProperty, Page } from './item.ts';

function token(item: Item, page: Page): string | undefined {
  if (item.kind !== 'node' || item.node.type !== 'collection') return undefined;
  return formatSyncTokenUri(page.epoch, item.node.id, item.node.membersModSeq);
}

export const syncProperties: readonly LiveProperty[] = [
  {
    namespace: 'DAV:',
    name: 'sync-token',
    inAllprop: false,
    followsSequence: true, // a plain resource has none
    format: (item, page) => {
      const value = token(item, page);
      return value === undefined ? undefined : `<D:sync-token>${escapeText(value)}</D:sync-token>`;
    },
  },
  {
    namespace: 'http://calendarserver.org/ns/',
    name: 'getctag',
    inAllprop: false,
    followsSequence: true, // a plain resource has none
    format: (item, page) => {
      const value = token(item, page);
      return value === undefined ? undefined : `<S:getctag>${escapeText(value)}</S:getctag>`;
    },
  },
];
