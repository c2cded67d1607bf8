import test from 'ava';
import { formatPlain, parsePlain, type PlainMessage } from './plain.ts';
import { maxMessageOctets } from './text.ts';

const cases: readonly [title: string, wire: string, message: PlainMessage][] = [
  [
    'rfc4616 4: the first example',
    '\0tim\0tanstaaftanstaaf',
    { authzid: undefined, authcid: 'tim', password: 'tanstaaftanstaaf' },
  ],
  [
    'rfc4616 4: the second example, with an authorization identity',
    'Ursel\0Kurt\0xipj3plmq',
    { authzid: 'Ursel', authcid: 'Kurt', password: 'xipj3plmq' },
  ],
  [
    'rfc4616 2: UTF-8, spaces, colons and what looks like other syntax',
    '\0rené@univ.example\0 pä:ss,=\u{1f511} ',
    { authzid: undefined, authcid: 'rené@univ.example', password: ' pä:ss,=\u{1f511} ' },
  ],
];

for (const [title, wire, message] of cases) {
  test(title, (t) => {
    t.deepEqual(parsePlain(Buffer.from(wire)), { ok: true, value: message });
    t.is(Buffer.from(formatPlain(message)).toString(), wire);
  });
}

const refused: readonly [title: string, octets: Uint8Array][] = [
  ['nothing', Buffer.from('')],
  ['one part', Buffer.from('tim')],
  ['two parts', Buffer.from('tim\0secret')],
  ['four parts', Buffer.from('\0tim\0se\0cret')],
  ['a NUL at the end', Buffer.from('\0tim\0secret\0')],
  ['rfc4616 2: an empty name', Buffer.from('\0\0secret')],
  ['rfc4616 2: an empty password', Buffer.from('\0tim\0')],
  ['octets that are not UTF-8', Buffer.from('\0tim\0se\xffret', 'latin1')],
  ['a truncated character', Buffer.from('\0tim\0\xc3', 'latin1')],
  ['an encoded surrogate', Buffer.from('\0tim\0\xed\xa0\x80', 'latin1')],
  ['an overlong NUL', Buffer.from('\0tim\0a\xc0\x80', 'latin1')],
  ['a giant', Buffer.from(`\0tim\0${'x'.repeat(maxMessageOctets)}`)],
];

for (const [title, octets] of refused) {
  test(`refused: ${title}`, (t) => {
    const result = parsePlain(octets);
    t.false(result.ok);
    if (!result.ok) t.notRegex(result.reason, /tim|se.?cret/);
  });
}
