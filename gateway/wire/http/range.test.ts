import test from 'ava';
import type { ByteRange } from './range.ts';
import { formatContentRange, parseContentRange, parseRange } from './range.ts';

const r = (first: number, last: number): ByteRange => ({ first, last });

for (const [header, size, expected] of [
  [undefined, 1000, 'whole'],
  ['bytes=0-499', 10_000, [r(0, 499)]],
  ['bytes=500-999', 10_000, [r(500, 999)]],
  ['bytes=-500', 10_000, [r(9500, 9999)]],
  ['bytes=9500-', 10_000, [r(9500, 9999)]],
  ['bytes=0-0,-1', 10_000, [r(0, 0), r(9999, 9999)]],
  ['Bytes= 0-1 ,, 500-501 ,', 10_000, [r(0, 1), r(500, 501)]],
  ['bytes=0-99999', 1000, [r(0, 999)]],
  ['bytes=-99999', 1000, [r(0, 999)]],
  ['bytes=999-', 1000, [r(999, 999)]],
  ['bytes=1000-', 1000, 'unsatisfiable'],
  ['bytes=1000-2000,5000-', 1000, 'unsatisfiable'],
  ['bytes=2000-,0-0', 1000, [r(0, 0)]],
  ['bytes=-0', 1000, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=-5', 0, 'whole'],
  // malformed, or another unit: ignored
  ['bytes', 1000, 'whole'],
  ['bytes=', 1000, 'whole'],
  ['bytes=,', 1000, 'whole'],
  ['bytes=-', 1000, 'whole'],
  ['bytes=a-b', 1000, 'whole'],
  ['bytes=5-4', 1000, 'whole'],
  ['bytes=0-1,5-4', 1000, 'whole'],
  ['bytes=0--1', 1000, 'whole'],
  ['bytes=--1', 1000, 'whole'],
  ['bytes=+0-1', 1000, 'whole'],
  ['bytes=0x0-0x1', 1000, 'whole'],
  ['bytes=1e2-', 1000, 'whole'],
  ['bytes=0 - 1', 1000, 'whole'],
  ['bytes=0-1;2-3', 1000, 'whole'],
  ['items=0-1', 1000, 'whole'],
  ['bytes 0-1', 1000, 'whole'],
  ['bytes=0-1\0', 1000, 'whole'],
  // absurd numbers
  [`bytes=0-${'9'.repeat(400)}`, 1000, [r(0, 999)]],
  [`bytes=${'9'.repeat(400)}-`, 1000, 'unsatisfiable'],
  [`bytes=-${'9'.repeat(400)}`, 1000, [r(0, 999)]],
  [`bytes=${'0'.repeat(400)}5-${'0'.repeat(300)}6`, 1000, [r(5, 6)]],
  [`bytes=${'9'.repeat(400)}-${'9'.repeat(399)}8`, 1000, 'whole'],
  ['bytes=9007199254740993-9007199254740992', 1000, 'whole'],
] as const) {
  test(`rfc9110 14.1.2 and 14.2: ${JSON.stringify(header?.slice(0, 40))}, ${header?.length} long, of ${size}`, (t) => {
    const outcome = typeof expected === 'string' ? { kind: expected } : { kind: 'ranges', ranges: expected };
    t.deepEqual<unknown, unknown>(parseRange(header, size), outcome);
  });
}

for (const [what, header, expected] of [
  ['far apart stay in the order asked for', 'bytes=5000-5001,0-1', [r(5000, 5001), r(0, 1)]],
  ['that overlap become one', 'bytes=0-100,50-200', [r(0, 200)]],
  ['that touch become one', 'bytes=0-99,100-199', [r(0, 199)]],
  ['that nearly touch become one', 'bytes=0-99,150-199', [r(0, 199)]],
  ['one inside another become one', 'bytes=0-999,5-6', [r(0, 999)]],
  ['of which some overlap are sent ascending', 'bytes=5000-,0-9,5-19', [r(0, 19), r(5000, 9999)]],
  ['that are all the same become one', `bytes=${Array.from({ length: 1000 }, () => '0-').join()}`, [r(0, 9999)]],
] as const) {
  test(`rfc9110 15.3.7.2: ranges ${what}`, (t) => {
    t.deepEqual<unknown, unknown>(parseRange(header, 10_000), { kind: 'ranges', ranges: expected });
  });
}

test('rfc9110 17.15: too many small ranges are answered as a whole', (t) => {
  const ranges = (count: number) =>
    `bytes=${Array.from({ length: count }, (_, n) => `${n * 1000}-${n * 1000}`).join()}`;
  t.is(parseRange(ranges(16), 1_000_000).kind, 'ranges');
  t.is(parseRange(ranges(17), 1_000_000).kind, 'whole');
  t.is(parseRange(ranges(3), 1_000_000, 2).kind, 'whole');
  t.is(parseRange(ranges(20_000), 1_000_000_000).kind, 'whole');
});

test('rfc9110 14.4: Content-Range of a 206 and of a 416', (t) => {
  t.is(formatContentRange(r(42, 1233), 1234), 'bytes 42-1233/1234');
  t.is(formatContentRange(undefined, 47_022), 'bytes */47022');
});

for (const [header, expected] of [
  ['bytes 42-1233/1234', { range: r(42, 1233), sizeOctets: 1234 }],
  ['Bytes 0-0/*', { range: r(0, 0), sizeOctets: undefined }],
  [' bytes */1234 ', { range: undefined, sizeOctets: 1234 }],
  ['bytes */*', undefined],
  ['bytes 5-4/10', undefined],
  ['bytes 0-10/10', undefined],
  ['bytes=0-1/2', undefined],
  ['bytes 0-/2', undefined],
  ['bytes -1/2', undefined],
  ['bytes 0-1', undefined],
  ['items 0-1/2', undefined],
  ['', undefined],
  [`bytes 0-${'9'.repeat(16)}/*`, undefined],
  [`bytes 0-1/${'9'.repeat(16)}`, undefined],
  [`bytes 0-1/${'9'.repeat(1000)}`, undefined],
] as const) {
  test(`rfc9110 14.4: Content-Range ${JSON.stringify(header.slice(0, 40))}, ${header.length} long`, (t) => {
    const parsed = parseContentRange(header);
    t.deepEqual<unknown, unknown>(parsed.ok ? parsed.value : undefined, expected);
  });
}
