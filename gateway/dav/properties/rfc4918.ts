/** The live properties of RFC 4918 §15. */
import type { Lock } from '../../ports/collection-store.ts';
import { formatHttpDate } from '../../wire/http/date.ts';
import { escapeText } from '../../wire/xml/format.ts';
import { contentTypeOf } from '../content-type.ts';
import type { Item, LiveProperty, Page } from './item.ts';

const DAV = 'DAV:';

/** Seconds of an hour-long history are enough: litmus and clients compare whole seconds. */
function isoDate(instant: Temporal.Instant): string {
  return new Date(instant.epochMilliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** DAV:displayname: what was set, otherwise the name in the URL, otherwise whose it is. */
function displayName(item: Item, page: Page): string | undefined {
  if (item.kind === 'principal') return item.principal.displayName;
  if (item.kind === 'static') return staticNames[item.which];
  if (item.node.hasProperties) {
    const set = page.dead.get(item.node.id)?.find((p) => p.name === 'displayname' && p.namespace === DAV);
    if (set !== undefined) return undefined;
  }
  return item.name ?? page.owner?.displayName;
}

const staticNames = { host: 'Passerelle', dav: 'Passerelle', files: 'Files', principals: 'Principals' } as const;

/** @param rootHref what the lock is on, as the person who is told knows it (RFC 4918 §14.12) */
export function formatActiveLock(lock: Lock, rootHref: string, nowMs: number): string {
  const seconds = Math.max(0, Math.ceil((lock.expires.epochMilliseconds - nowMs) / 1000));
  return (
    `<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope><D:${lock.scope}/></D:lockscope>` +
    `<D:depth>${lock.depth}</D:depth>` +
    (lock.ownerXml === '' ? '' : `<D:owner>${lock.ownerXml}</D:owner>`) +
    `<D:timeout>Second-${seconds}</D:timeout>` +
    `<D:locktoken><D:href>${escapeText(lock.token)}</D:href></D:locktoken>` +
    `<D:lockroot><D:href>${escapeText(rootHref)}</D:href></D:lockroot></D:activelock>`
  );
}

function lockDiscovery(item: Item, page: Page): string | undefined {
  if (item.kind !== 'node') return undefined;
  const own = (page.locks.get(item.node.id) ?? []).map((lock) => ({ lock, href: item.href }));
  const all = [...page.inheritedLocks.filter(({ lock }) => lock.nodeId !== item.node.id), ...own];
  if (all.length === 0) return '<D:lockdiscovery/>';
  return `<D:lockdiscovery>${all.map(({ lock, href }) => formatActiveLock(lock, href, page.nowMs)).join('')}</D:lockdiscovery>`;
}

const supportedLock =
  '<D:supportedlock>' +
  '<D:lockentry><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>' +
  '<D:lockentry><D:lockscope><D:shared/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>' +
  '</D:supportedlock>';

const collectionType = '<D:resourcetype><D:collection/></D:resourcetype>';
const principalType = '<D:resourcetype><D:principal/></D:resourcetype>';

function property(name: string, format: LiveProperty['format'], settable = false): LiveProperty {
  return { namespace: DAV, name, inAllprop: true, followsSequence: true, settable, format };
}

export const rfc4918Properties: readonly LiveProperty[] = [
  property('creationdate', (item) =>
    item.kind === 'node' ? `<D:creationdate>${isoDate(item.node.created)}</D:creationdate>` : undefined,
  ),
  {
    ...property(
      'displayname',
      (item, page) => {
        const name = displayName(item, page);
        return name === undefined ? undefined : `<D:displayname>${escapeText(name)}</D:displayname>`;
      },
      true,
    ),
    needs: ['owner'],
  },
  property('getcontentlength', (item) =>
    item.kind === 'node' && item.node.type === 'resource'
      ? `<D:getcontentlength>${item.node.sizeOctets}</D:getcontentlength>`
      : undefined,
  ),
  property('getcontenttype', (item) =>
    item.kind === 'node' && item.node.type === 'resource'
      ? `<D:getcontenttype>${escapeText(contentTypeOf(item.node, item.name))}</D:getcontenttype>`
      : undefined,
  ),
  property('getetag', (item) =>
    item.kind === 'node' && item.node.type === 'resource' ? `<D:getetag>"${item.node.etag}"</D:getetag>` : undefined,
  ),
  property('getlastmodified', (item) =>
    item.kind === 'node'
      ? `<D:getlastmodified>${formatHttpDate(item.node.modified.epochMilliseconds)}</D:getlastmodified>`
      : undefined,
  ),
  { ...property('lockdiscovery', lockDiscovery), followsSequence: false, needs: ['locks'] },
  property('resourcetype', (item) => {
    if (item.kind === 'principal') return principalType;
    return item.kind === 'static' || item.node.type === 'collection' ? collectionType : '<D:resourcetype/>';
  }),
  property('supportedlock', (item) => (item.kind === 'node' ? supportedLock : undefined)),
];
