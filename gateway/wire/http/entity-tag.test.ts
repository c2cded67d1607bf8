import test from 'ava';
import type { EntityTag } from './entity-tag.ts';
import { formatEntityTag, parseEntityTags } from './entity-tag.ts';

const strong = (value: string): EntityTag => ({ value, weak: false });
const weak = (value: string): EntityTag => ({ value, weak: true });

for (const [header, tags] of [
  ['*', '*'],
  [' * ', '*'],
  ['"xyzzy"', [strong('xyzzy')]],
  ['""', [strong('')]],
  ['"xyzzy", "r2d2xxxx" ,"c3piozzzz"', [strong('xyzzy'), strong('r2d2xxxx'), strong('c3piozzzz')]],
  ['W/"xyzzy",W/"r2"', [weak('xyzzy'), weak('r2')]],
  ['"a,b", "c"', [strong('a,b'), strong('c')]],
  [', ,"a",,"b",', [strong('a'), strong('b')]],
  ['"é\\"', [strong('é\\')]],
  ['', undefined],
  [',', undefined],
  ['a', undefined],
  ['"a', undefined],
  ['"a" "b"', undefined],
  ['"a"b', undefined],
  ['w/"a"', undefined],
  ['W/ "a"', undefined],
  ['*, "a"', undefined],
  ['"a\u0000"', undefined],
  ['"a\r\n"', undefined],
  ['"a\u007f"', undefined],
] as const) {
  test(`rfc9110 8.8.3 and 13.1: ${JSON.stringify(header)}`, (t) =>
    t.deepEqual<unknown, unknown>(parseEntityTags(header), tags));
}

test('rfc9110 8.8.3: what is written is read back', (t) => {
  t.deepEqual(parseEntityTags(formatEntityTag('a,b')), [strong('a,b')]);
});
