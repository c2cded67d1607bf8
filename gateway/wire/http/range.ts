/** Range requests in octets (RFC 9110 §14). */
import type { Parsed } from '../parsed.ts';
import { accept, refuse } from '../parsed.ts';

/** Octets, both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export type RangeOutcome =
  /** Answer 200: no Range, or one that is to be ignored. */
  | { readonly kind: 'whole' }
  /** Answer 416. */
  | { readonly kind: 'unsatisfiable' }
  /** Answer 206: at least one, within the size. In the client's order unless some had to be joined, then ascending. */
  | { readonly kind: 'ranges'; readonly ranges: readonly ByteRange[] };

const whole: RangeOutcome = { kind: 'whole' };

/** RFC 9110 §15.3.7.2: closer together than the headers of another part would take, ranges are sent as one. */
const smallestGapOctets = 80;

/**
 * @param header value of `Range`; one that is malformed or in another unit is ignored (RFC 9110 §14.2)
 * @param sizeOctets of the representation
 * @param maxRanges more than this many, after joining those that overlap or nearly touch, is answered as a whole: RFC 9110
 *   §17.15 warns of requests that cost the server more than they ask for
 */
export function parseRange(header: string | undefined, sizeOctets: number, maxRanges = 16): RangeOutcome {
  const set = /^\s*bytes=(.*)$/is.exec(header ?? '')?.[1];
  if (set === undefined) return whole;
  const ranges: ByteRange[] = [];
  let seen = 0;
  for (const part of set.split(',')) {
    const spec = part.trim();
    if (spec === '') continue;
    const range = parseSpec(spec, sizeOctets);
    if (range === 'invalid' || range === 'whole') return whole;
    seen += 1;
    if (range !== undefined) ranges.push(range);
  }
  if (seen === 0) return whole;
  if (ranges.length === 0) return { kind: 'unsatisfiable' };
  const joined = join(ranges);
  return joined.length > maxRanges ? whole : { kind: 'ranges', ranges: joined };
}

/** @returns undefined when it cannot be satisfied; `whole` for a suffix of nothing, which has no first and last octet */
function parseSpec(spec: string, sizeOctets: number): ByteRange | undefined | 'invalid' | 'whole' {
  const match = /^(\d*)-(\d*)$/.exec(spec);
  const from = match?.[1] ?? '';
  const to = match?.[2] ?? '';
  if (from === '') {
    if (to === '') return 'invalid';
    const length = Number(to);
    if (length === 0) return undefined;
    return sizeOctets === 0 ? 'whole' : { first: Math.max(0, sizeOctets - length), last: sizeOctets - 1 };
  }
  const first = Number(from);
  const last = to === '' ? Number.POSITIVE_INFINITY : Number(to);
  if (to !== '' && isLess(to, from)) return 'invalid';
  return first >= sizeOctets ? undefined : { first, last: Math.min(last, sizeOctets - 1) };
}

/** Whether one string of digits is a smaller number than another; exact, however long they are. */
function isLess(left: string, right: string): boolean {
  const a = left.replace(/^0+/, '');
  const b = right.replace(/^0+/, '');
  return a.length === b.length ? a < b : a.length < b.length;
}

/** Joins ranges that overlap or nearly touch; leaves the client's order alone when none do. */
function join(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const joined: { first: number; last: number }[] = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const previous = joined.at(-1);
    if (previous !== undefined && range.first - previous.last <= smallestGapOctets) {
      previous.last = Math.max(previous.last, range.last);
    } else {
      joined.push({ ...range });
    }
  }
  return joined.length === ranges.length ? ranges : joined;
}

/** Content-Range of a 206, or with an undefined range that of a 416 (RFC 9110 §14.4). */
export function formatContentRange(range: ByteRange | undefined, sizeOctets: number): string {
  return range === undefined ? `bytes */${sizeOctets}` : `bytes ${range.first}-${range.last}/${sizeOctets}`;
}

export interface ContentRange {
  /** Undefined in the unsatisfied form, `bytes` then `*` and a size. */
  readonly range: ByteRange | undefined;
  /** Undefined: `*`, not known. */
  readonly sizeOctets: number | undefined;
}

/** The Content-Range of a request that carries part of a representation (RFC 9110 §14.4, §14.5). */
export function parseContentRange(header: string): Parsed<ContentRange> {
  const match = /^bytes (?:(\d{1,16})-(\d{1,16})|\*)\/(?:(\d{1,16})|\*)$/i.exec(header.trim());
  if (match === null) return refuse('Content-Range does not parse');
  const [, from, to, size] = match;
  const sizeOctets = size === undefined ? undefined : Number(size);
  if (sizeOctets !== undefined && !Number.isSafeInteger(sizeOctets)) return refuse('Content-Range is out of bounds');
  if (from === undefined || to === undefined) {
    return sizeOctets === undefined ? refuse('Content-Range says nothing') : accept({ range: undefined, sizeOctets });
  }
  const range = { first: Number(from), last: Number(to) };
  if (!Number.isSafeInteger(range.last) || range.last < range.first) return refuse('Content-Range is out of order');
  if (sizeOctets !== undefined && range.last >= sizeOctets) return refuse('Content-Range ends behind its size');
  return accept({ range, sizeOctets });
}
