import test from 'ava';
import { maxPasswordOctets, preparePassword } from './prepare.ts';

// RFC 8265 §4.3, tables 3 and 4.
const accepted: readonly [title: string, password: string, prepared: string][] = [
  ['rfc8265 4.3: ASCII space is allowed', 'correct horse battery staple', 'correct horse battery staple'],
  ['rfc8265 4.3: case is kept', 'Correct Horse Battery Staple', 'Correct Horse Battery Staple'],
  ['rfc8265 4.3: letters that are not ASCII', 'πßå', 'πßå'],
  ['rfc8265 4.3: symbols', 'Jack of ♦s', 'Jack of ♦s'],
  ['rfc8265 4.3: OGHAM SPACE MARK becomes a space', 'foo\u1680bar', 'foo bar'],
  ['rfc8265 4.2.2: NO-BREAK SPACE becomes a space', 'a\u00a0b', 'a b'],
  ['rfc8265 4.2.2: NFC', 'e\u0301', '\u00e9'],
  ['rfc8265 4.2.2: no width mapping', 'ａ', 'ａ'],
  ['emoji with a joiner and a variation selector', '👩\u200d💻❤\ufe0f', '👩\u200d💻❤\ufe0f'],
  ['rfc8264 7: conjoining jamo are composed before they are looked at', '\u1112\u1161\u11ab', '\ud55c'],
  ['the greatest length', 'x'.repeat(maxPasswordOctets), 'x'.repeat(maxPasswordOctets)],
];

for (const [title, password, prepared] of accepted) {
  test(title, (t) => {
    t.deepEqual(preparePassword(password), { ok: true, value: prepared });
  });
}

const refused: readonly [title: string, password: string][] = [
  ['rfc8265 4.3: zero length', ''],
  ['rfc8265 4.3: a tab', 'my cat is a \tby'],
  ['NUL', 'a\0b'],
  ['DEL', 'a\x7f'],
  ['a lone surrogate', 'a\ud800'],
  ['a noncharacter', 'a\uffff'],
  ['conjoining jamo that form no syllable', '\u1161\u1100'],
  ['too long', 'x'.repeat(maxPasswordOctets + 1)],
  ['too long in octets', 'é'.repeat(maxPasswordOctets / 2 + 1)],
  ['a megabyte', 'x'.repeat(1_000_000)],
];

for (const [title, password] of refused) {
  test(`refused: ${title}`, (t) => {
    t.false(preparePassword(password).ok);
  });
}
