import { escapeAttribute, escapeText } from '../../gateway/wire/xml/format.ts';
import type { QualifiedName } from './names.ts';
import { testNamespace } from './names.ts';

const declaration = '<?xml version="1.0" encoding="utf-8"?>\n';

/** Wraps content in an element of `DAV:`; the prefixes `D` (DAV:) and `T` (the test namespace) are declared. */
export function davDocument(element: string, content: string): string {
  return `${declaration}<D:${element} xmlns:D="DAV:" xmlns:T="${testNamespace}">${content}</D:${element}>`;
}

/** An empty element of this name that declares its own namespace. */
export function emptyElement(name: QualifiedName): string {
  return `<${name.name} xmlns="${escapeAttribute(name.namespace)}"/>`;
}

/** A `DAV:prop` that lists names. */
export function propOf(names: readonly QualifiedName[]): string {
  return `<D:prop>${names.map(emptyElement).join('')}</D:prop>`;
}

/** RFC 4918 §14.20: asks for the named properties. */
export function propfindOf(...names: readonly QualifiedName[]): string {
  return davDocument('propfind', propOf(names));
}

export const allpropBody = davDocument('propfind', '<D:allprop/>');
export const propnameBody = davDocument('propfind', '<D:propname/>');

/** One property of the test namespace with text inside. */
export function ownProperty(name: string, value: string): string {
  return `<T:${name}>${escapeText(value)}</T:${name}>`;
}

/** A `DAV:set` around property elements as XML. */
export function set(properties: string): string {
  return `<D:set><D:prop>${properties}</D:prop></D:set>`;
}

/** A `DAV:remove` around property elements as XML. */
export function remove(properties: string): string {
  return `<D:remove><D:prop>${properties}</D:prop></D:remove>`;
}

/** RFC 4918 §14.19: `set` and `remove` instructions in the order of the arguments. */
export function propertyUpdate(...instructions: readonly string[]): string {
  return davDocument('propertyupdate', instructions.join(''));
}

export interface LockInfo {
  readonly scope: 'exclusive' | 'shared';
  /** XML inside DAV:owner; empty: no owner element. */
  readonly owner?: string;
}

/** RFC 4918 §14.11: asks for a write lock. */
export function lockInfo(info: LockInfo): string {
  const owner = info.owner === undefined || info.owner === '' ? '' : `<D:owner>${info.owner}</D:owner>`;
  return davDocument(
    'lockinfo',
    `<D:lockscope><D:${info.scope}/></D:lockscope><D:locktype><D:write/></D:locktype>${owner}`,
  );
}

export interface SyncRequest {
  /** Empty: initial synchronisation. */
  readonly token: string;
  readonly level?: '1' | 'infinite';
  readonly limit?: number;
  readonly names: readonly QualifiedName[];
}

/** RFC 6578 §6.1. */
export function syncCollectionBody(request: SyncRequest): string {
  const limit = request.limit === undefined ? '' : `<D:limit><D:nresults>${request.limit}</D:nresults></D:limit>`;
  return davDocument(
    'sync-collection',
    `<D:sync-token>${escapeText(request.token)}</D:sync-token><D:sync-level>${request.level ?? '1'}</D:sync-level>` +
      limit +
      propOf(request.names),
  );
}
