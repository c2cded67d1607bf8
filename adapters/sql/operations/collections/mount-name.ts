/** What a mount is called in its viewer's tree. */
import { longestSegmentOctets } from '../../../../gateway/wire/dav/href.ts';
import type { SqlTransaction } from '../../engine.ts';
import { rootParentId } from '../../rows.ts';

/** The target's own name; of a whole tree its display name, because a root's name is only a key. */
export async function mountName(tx: SqlTransaction, targetId: number): Promise<string> {
  const target = await tx.get<{ parent_id: number; name: string; xml: string | null }>`
    select n.parent_id, n.name, p.xml from node n
    left join dead_property p on p.node_id = n.id and p.namespace = 'DAV:' and p.name = 'displayname'
    where n.id = ${targetId}`;
  if (target !== undefined && target.parent_id !== rootParentId) return target.name;
  const displayName = memberName(textOf(target?.xml ?? ''));
  return displayName === '' ? 'Shared' : displayName;
}

/** The name, or the first of `name (2)`, `name (3)` … that nothing in the collection has. */
export async function freeName(tx: SqlTransaction, parentId: number, name: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const candidate = fitting(name, number === 1 ? '' : ` (${number})`);
    const taken = await tx.get<object>`
      select id from node where parent_id = ${parentId} and name = ${candidate}`;
    if (taken === undefined) return candidate;
  }
}

/** The name, as much of it as a path can hold before the suffix: what cannot be named cannot be removed. */
function fitting(name: string, suffix: string): string {
  const octets = Buffer.from(name, 'utf8').subarray(0, longestSegmentOctets - suffix.length);
  // As a stream, so that a character that was cut through is left out.
  return new TextDecoder().decode(octets, { stream: true }) + suffix;
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The text of a property element, which the store keeps as a self-contained piece of XML. */
function textOf(xml: string): string {
  return xml
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(
      /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi,
      (whole, hex?: string, decimal?: string, name?: string) => {
        if (name !== undefined) return entities[name] ?? whole;
        const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : '';
      },
    );
}

/** A display name may hold what a member name may not. */
function memberName(text: string): string {
  const name = text
    .replaceAll(/[\u0000-\u001f\u007f-\u009f/\\]/g, ' ')
    .trim()
    .slice(0, 100)
    .toWellFormed();
  return name === '.' || name === '..' ? '' : name;
}
