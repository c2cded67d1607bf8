import test from 'ava';
import { parseUpdateRange } from './update-range.ts';

for (const [header, range] of [
  ['bytes=3-6', { kind: 'range', first: 3, last: 6 }],
  ['bytes=0-0', { kind: 'range', first: 0, last: 0 }],
  [' Bytes=4- ', { kind: 'from', first: 4 }],
  ['bytes=-10', { kind: 'suffix', length: 10 }],
  ['append', { kind: 'append' }],
  ['Append', { kind: 'append' }],
  [undefined, undefined],
  ['', undefined],
  ['bytes=', undefined],
  ['bytes=-', undefined],
  ['bytes=-0', undefined],
  ['bytes=6-3', undefined],
  ['bytes=0-1,4-5', undefined],
  ['bytes=a-b', undefined],
  ['items=0-1', undefined],
  ['bytes=9007199254740992-', undefined],
  ['bytes=0-9007199254740992', undefined],
  [`bytes=0-${'9'.repeat(400)}`, undefined],
] as const) {
  test(`sabre/dav partial update: ${JSON.stringify(header?.slice(0, 30))}`, (t) => {
    const parsed = parseUpdateRange(header);
    t.deepEqual<unknown, unknown>(parsed.ok ? parsed.value : undefined, range);
  });
}
