/** DAV:lockinfo bodies (RFC 4918 §9.10, §14.11). */
import type { Parsed } from '../parsed.ts';
import { accept, refuse } from '../parsed.ts';
import type { XmlElement } from '../xml/element.ts';
import { find, isNamed } from '../xml/element.ts';
import { formatContent } from '../xml/format.ts';
import { DAV } from './names.ts';

export interface LockInfo {
  readonly scope: 'exclusive' | 'shared';
  readonly type: 'write';
  /** Content of DAV:owner as a piece of XML that stands on its own; empty when there was none. */
  readonly ownerXml: string;
}

/** @param root undefined is refused: a LOCK without a body refreshes (RFC 4918 §9.10.2), which is for the caller to see */
export function parseLockInfo(root: XmlElement | undefined): Parsed<LockInfo> {
  if (root === undefined) return refuse('a DAV:lockinfo body is missing');
  if (!isNamed(root, DAV, 'lockinfo')) return refuse('the root element is not DAV:lockinfo');
  const scope = scopeOf(find(root, DAV, 'lockscope'));
  if (scope === undefined) return refuse('DAV:lockscope holds neither DAV:exclusive nor DAV:shared, or both');
  const type = find(root, DAV, 'locktype');
  if (type === undefined || find(type, DAV, 'write') === undefined) {
    return refuse('DAV:locktype does not hold DAV:write, the only type there is');
  }
  const owner = find(root, DAV, 'owner');
  return accept({ scope, type: 'write', ownerXml: owner === undefined ? '' : formatContent(owner) });
}

function scopeOf(lockscope: XmlElement | undefined): LockInfo['scope'] | undefined {
  if (lockscope === undefined) return undefined;
  const exclusive = find(lockscope, DAV, 'exclusive') !== undefined;
  const shared = find(lockscope, DAV, 'shared') !== undefined;
  if (exclusive === shared) return undefined;
  return exclusive ? 'exclusive' : 'shared';
}
