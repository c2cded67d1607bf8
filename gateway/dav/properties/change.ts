/** What becomes of one instruction of PROPPATCH, or of one property of an extended MKCOL. */
import type { DeadProperty } from '../../ports/collection-store.ts';
import type { QName } from '../../wire/dav/names.ts';
import type { PropertyInstruction } from '../../wire/dav/proppatch.ts';
import { parseHttpDate } from '../../wire/http/date.ts';
import { text } from '../../wire/xml/element.ts';
import { formatElement } from '../../wire/xml/format.ts';
import type { DavOptions } from '../options.ts';
import { liveProperty } from './registry.ts';

export interface PropertyChange {
  readonly name: QName;
  /** What is kept; undefined removes. */
  readonly property: DeadProperty | undefined;
  /** The modification time that the property carries. */
  readonly modified: Temporal.Instant | undefined;
  readonly refusal: { readonly status: number; readonly error?: string } | undefined;
}

/** What one resource may carry: as many octets as four of the longest properties have, because listings tell them all. */
export function propertyLimits(options: DavOptions): { readonly properties: number; readonly octets: number } {
  return { properties: options.maxProperties, octets: 4 * options.maxPropertyOctets };
}

const microsoft = 'urn:schemas-microsoft-com:';

export function judgeProperty({ action, property }: PropertyInstruction, options: DavOptions): PropertyChange {
  const name = { namespace: property.namespace, name: property.name };
  const nothing = { name, property: undefined, modified: undefined, refusal: undefined };
  const live = liveProperty(name);
  if (live !== undefined && live.settable !== true) {
    return { ...nothing, refusal: { status: 403, error: '<D:cannot-modify-protected-property/>' } };
  }
  if (action === 'remove') return nothing;
  const xml = formatElement(property);
  if (Buffer.byteLength(xml, 'utf8') > options.maxPropertyOctets) return { ...nothing, refusal: { status: 507 } };
  return { ...nothing, property: { ...name, xml }, modified: win32Modified(name, text(property)) };
}

/** COMPAT(Windows redirector, all): gives a copied file its time by PROPPATCH of Win32LastModifiedTime. */
function win32Modified(name: QName, value: string): Temporal.Instant | undefined {
  if (name.namespace !== microsoft || name.name !== 'Win32LastModifiedTime') return undefined;
  const epochMs = parseHttpDate(value.trim());
  return epochMs === undefined ? undefined : Temporal.Instant.fromEpochMilliseconds(epochMs);
}
