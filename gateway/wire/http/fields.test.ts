import test from 'ava';
import { splitList, splitPair, unquote } from './fields.ts';

for (const [header, pieces] of [
  ['', []],
  [' , ,', []],
  ['a', ['a']],
  [' a ,b,, c ', ['a', 'b', 'c']],
  ['a="x,y", b', ['a="x,y"', 'b']],
  ['a="x\\",y", b', ['a="x\\",y"', 'b']],
  ['"a', ['"a']],
  ['"a,b', ['"a,b']],
  ['"a\\', ['"a\\']],
  ['a,"b"', ['a', '"b"']],
  ['"a"', ['"a"']],
  [',"', ['"']],
] as const) {
  test(`rfc9110 5.6.1: the list ${JSON.stringify(header)}`, (t) =>
    t.deepEqual<unknown, unknown>(splitList(header, ','), pieces));
}

for (const [piece, name, value] of [
  ['a', 'a', undefined],
  [' a = b ', 'a', 'b'],
  ['a=', 'a', ''],
  ['a="b c"', 'a', 'b c'],
  ['a="b\\"\\\\c"', 'a', 'b"\\c'],
  ['a=b=c', 'a', 'b=c'],
] as const) {
  test(`rfc9110 5.6.6: the parameter ${piece}`, (t) => t.deepEqual(splitPair(piece), { name, value }));
}

for (const value of ['"', '"a', 'a"', 'a']) {
  test(`rfc9110 5.6.4: ${value} is no quoted string and stays`, (t) => t.is(unquote(value), value));
}

test('rfc9110 5.6.1: long lists of every shape are split in one pass', (t) => {
  for (const shape of [',', '"', '\\', 'a,', '",', '"\\', ' ', '"" ,'])
    t.true(splitList(shape.repeat(200_000), ',').length <= 200_001);
});
