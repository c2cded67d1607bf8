import test from 'ava';
import type { IfCondition, IfList } from './if-header.ts';
import { ifTokens, parseIf } from './if-header.ts';

const token = (value: string, not = false): IfCondition => ({ not, kind: 'token', value, weak: false });
const etag = (value: string, not = false, weak = false): IfCondition => ({ not, kind: 'etag', value, weak });
const list = (...conditions: IfCondition[]): IfList => ({ resource: undefined, conditions });
const about = (resource: string, ...conditions: IfCondition[]): IfList => ({ resource, conditions });

const uuid = 'urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2';
const opaque = 'opaquelocktoken:a515cfa4-5da4-22e1-f5b5-00a0451e6bf7';

for (const [header, lists] of [
  // RFC 4918
  [
    `(<${uuid}> ["I am an ETag"]) (["I am another ETag"])`,
    [list(token(uuid), etag('I am an ETag')), list(etag('I am another ETag'))],
  ],
  [
    `(<${uuid}> ["I-am-an-ETag"]) (["I-am-another"])`,
    [list(token(uuid), etag('I-am-an-ETag')), list(etag('I-am-another'))],
  ],
  [`(Not <${uuid}> <urn:uuid:16>)`, [list(token(uuid, true), token('urn:uuid:16'))]],
  [`(<${uuid}>) (Not <DAV:no-lock>)`, [list(token(uuid)), list(token('DAV:no-lock', true))]],
  [
    `</resource1> (<${uuid}> [W/"A-weak-ETag"]) (["strong-ETag"])`,
    [about('/resource1', token(uuid), etag('A-weak-ETag', false, true)), about('/resource1', etag('strong-ETag'))],
  ],
  [`<http://www.example.com/specs/> (<${uuid}>)`, [about('http://www.example.com/specs/', token(uuid))]],
  ['</specs/rfc2518.doc> (["4217"])', [about('/specs/rfc2518.doc', etag('4217'))]],
  ['</specs/rfc2518.doc> (Not ["4217"])', [about('/specs/rfc2518.doc', etag('4217', true))]],
  // litmus
  [`(<${opaque}> ["1-2-3"])`, [list(token(opaque), etag('1-2-3'))]],
  [
    `(<${opaque}> ["1-2-3"]) (Not <DAV:no-lock> ["1-2-3"])`,
    [list(token(opaque), etag('1-2-3')), list(token('DAV:no-lock', true), etag('1-2-3'))],
  ],
  [`(<${opaque}>) (Not <DAV:no-lock>)`, [list(token(opaque)), list(token('DAV:no-lock', true))]],
  [`(<${opaque}>) (Not <${opaque}>)`, [list(token(opaque)), list(token(opaque, true))]],
  ['(<DAV:no-lock>)', [list(token('DAV:no-lock'))]],
  [
    `<http://127.0.0.1:8080/litmus/lockcoll/> (<${opaque}>)`,
    [about('http://127.0.0.1:8080/litmus/lockcoll/', token(opaque))],
  ],
  // white space and letter case
  ['(["a"])', [list(etag('a'))]],
  [' \t( [""]\t) ', [list(etag(''))]],
  ['(not<urn:x>NOT["a"])', [list(token('urn:x', true), etag('a', true))]],
  [
    '</a>(<urn:x>)(<urn:y>)</b>(<urn:z>)',
    [about('/a', token('urn:x')), about('/a', token('urn:y')), about('/b', token('urn:z'))],
  ],
  // characters that mean something elsewhere
  ['(["a]b)c<d>,"])', [list(etag('a]b)c<d>,'))]],
  ['(["é"])', [list(etag('é'))]],
  ['</a?b=(c)> (<urn:x:(y)>)', [about('/a?b=(c)', token('urn:x:(y)'))]],
] as const) {
  test(`rfc4918 10.4.2: ${header}`, (t) => t.deepEqual(parseIf(header), { ok: true, value: lists }));
}

for (const [what, header] of [
  ['empty', ''],
  ['white space', '  '],
  ['an empty list', '()'],
  ['a list of Not', '(Not)'],
  ['Not twice', '(Not Not <urn:x>)'],
  ['a list that does not end', '(<urn:x>'],
  ['a token that does not end', '(<urn:x'],
  ['a tag that does not end', '</a'],
  ['an entity tag that does not end', '(["a'],
  ['an entity tag without its bracket', '(["a"'],
  ['an entity tag without quotes', '([a])'],
  ['an entity tag of a lower-case weak', '([w/"a"])'],
  ['an empty token', '(<>)'],
  ['a token that is no URI', '(<abc>)'],
  ['a token with a space', '(<urn:x y>)'],
  ['a token with a control character', '(<urn:x\u0001>)'],
  ['a token with a line break', '(<urn:x\r\n>)'],
  ['a line break between conditions', '(<urn:x>\r\n<urn:y>)'],
  ['NUL', '(<urn:x>)\0'],
  ['a tag without a list', '</a>'],
  ['two tags in a row', '</a> </b> (<urn:x>)'],
  ['a tag without a list at the end', '</a> (<urn:x>) </b>'],
  ['a tag that is a relative path', '<a/b> (<urn:x>)'],
  ['a tagged list behind one without', '(<urn:x>) </a> (<urn:y>)'],
  ['a comma', '(<urn:x>), (<urn:y>)'],
  ['lists in lists', '((<urn:x>))'],
  ['a bracket too many', '(<urn:x>))'],
  ['a word', 'locked'],
  ['a bare token', '<urn:x>'],
  ['a bare entity tag', '"a"'],
] as const) {
  test(`rfc4918 10.4.2: ${what} is refused`, (t) => t.false(parseIf(header).ok));
}

test('rfc4918 10.4.2: long headers of every shape are read or refused in one pass', (t) => {
  const n = 50_000;
  t.true(parseIf('(<urn:x>)'.repeat(n)).ok);
  t.true(parseIf(`(${'Not <urn:x> '.repeat(n)})`).ok);
  for (const shape of ['(', '<', '[', '(<', '(["', 'Not ', '(Not ', '</a>', '<urn:', '([""', ' ', '>']) {
    t.false(parseIf(shape.repeat(n)).ok, shape);
  }
});

test('rfc4918 10.4.1: every token counts as submitted, also behind Not, each once', (t) => {
  const parsed = parseIf('</a> (<urn:x> ["e"]) (Not <urn:y>) </b> (<urn:x>)');
  t.deepEqual(parsed.ok && ifTokens(parsed.value), ['urn:x', 'urn:y']);
});
