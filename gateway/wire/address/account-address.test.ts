import test from 'ava';
import { foldName, formatAccountAddress, parseAccountAddress } from './account-address.ts';

const accepted: readonly [title: string, text: string, canonical: string][] = [
  ['an address as it is', 'anne@univ.example', 'anne@univ.example'],
  ['rfc8265 3.3: case is folded', 'Anne.MARTIN@Univ.Example', 'anne.martin@univ.example'],
  ['rfc8265 3.3: decomposed letters are composed', 'rene\u0301@univ.example', 'ren\u00e9@univ.example'],
  ['rfc8265 3.3.1: fullwidth letters become ordinary', 'ａｎｎｅ@univ.example', 'anne@univ.example'],
  ['rfc5322 3.2.3: atext', "o'brien+a=b_c-d{e}@univ.example", "o'brien+a=b_c-d{e}@univ.example"],
  ['rfc6531 3.3: letters of other scripts', 'Анна@Универ.example', 'анна@универ.example'],
  ['a domain of one label', 'anne@localhost', 'anne@localhost'],
  ['rfc5321 4.5.3.1.1: 64 octets', `${'a'.repeat(64)}@univ.example`, `${'a'.repeat(64)}@univ.example`],
];

for (const [title, text, canonical] of accepted) {
  test(title, (t) => {
    const address = parseAccountAddress(text);
    t.truthy(address);
    if (address !== undefined) t.is(formatAccountAddress(address), canonical);
  });
}

const refused: readonly [title: string, text: string][] = [
  ['nothing', ''],
  ['no at sign', 'anne'],
  ['no local part', '@univ.example'],
  ['no domain', 'anne@'],
  ['rfc5321 4.1.2: a leading dot', '.anne@univ.example'],
  ['rfc5321 4.1.2: a trailing dot', 'anne.@univ.example'],
  ['rfc5321 4.1.2: two dots', 'anne..martin@univ.example'],
  ['rfc5321 4.5.3.1.1: 65 octets', `${'a'.repeat(65)}@univ.example`],
  ['rfc5321 4.5.3.1.1: octets, not characters', `${'é'.repeat(33)}@univ.example`],
  ['rfc5321 4.5.3.1.2: a long domain', `anne@${'a.'.repeat(128)}example`],
  ['a slash', 'a/b@univ.example'],
  ['a space', 'anne martin@univ.example'],
  ['a second at sign', 'a@b@univ.example'],
  ['a quoted local part', '"anne"@univ.example'],
  ['NUL', 'an\0ne@univ.example'],
  ['a line break', 'anne@univ.example\r\n'],
  ['a colon', 'an:ne@univ.example'],
  ['an invisible character', 'an\u200bne@univ.example'],
  ['a direction mark', 'an\u202ene@univ.example'],
  ['a lone surrogate', 'an\ud800ne@univ.example'],
  ['a label that begins with a hyphen', 'anne@-univ.example'],
  ['a label that ends with a hyphen', 'anne@univ-.example'],
  ['an empty label', 'anne@univ..example'],
  ['a trailing dot', 'anne@univ.example.'],
  ['an address literal', 'anne@[192.0.2.1]'],
  ['a megabyte', `${'a'.repeat(1_000_000)}@univ.example`],
];

for (const [title, text] of refused) {
  test(`refused: ${title}`, (t) => {
    t.is(parseAccountAddress(text), undefined);
  });
}

test('folding twice is folding once', (t) => {
  for (const name of ['ＡＮＮＥ', 'Straße', 'İstanbul', 'rene\u0301', 'ΟΔΟΣ'])
    t.is(foldName(foldName(name)), foldName(name));
});
