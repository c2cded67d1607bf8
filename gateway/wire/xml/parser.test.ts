import test from 'ava';
import type { XmlResult } from './parser.ts';
import { XmlParser, defaultXmlLimits, parseXml } from './parser.ts';
import { outcomeOf, xmlOf } from './test-support.ts';

const leaf = { attributes: [], children: [], lang: undefined };

test('rfc4918 17: elements, attributes and text carry their namespaces', (t) => {
  const root = xmlOf(
    '<?xml version="1.0" encoding="utf-8"?>\n<D:a xmlns:D="DAV:" xmlns="urn:x" k="1" D:k="2"><b/>t<D:c xmlns=""><d/></D:c></D:a>\n<!-- end -->\n',
  );
  t.deepEqual(root, {
    ...leaf,
    namespace: 'DAV:',
    name: 'a',
    prefix: 'D',
    attributes: [
      { namespace: '', name: 'k', prefix: '', value: '1' },
      { namespace: 'DAV:', name: 'k', prefix: 'D', value: '2' },
    ],
    children: [
      { ...leaf, namespace: 'urn:x', name: 'b', prefix: '' },
      't',
      {
        ...leaf,
        namespace: 'DAV:',
        name: 'c',
        prefix: 'D',
        children: [{ ...leaf, namespace: '', name: 'd', prefix: '' }],
      },
    ],
  });
});

test('xml10 2.4: text, entities, references and CDATA around comments become one string', (t) => {
  const root = xmlOf('<a>&lt;1&#x41;&#66;<!-- c --><![CDATA[<&]]><?pi x?>&amp;&gt;&quot;&apos;]] ></a>');
  t.deepEqual(root.children, ['<1AB<&&>"\']] >']);
});

test('xml10 2.11 and 3.3.3: line ends become line feeds in text and spaces in attributes', (t) => {
  const root = xmlOf('<a b="1\r\n2\t3&#10;4">x\r\ny\rz&#13;</a>');
  t.is(root.attributes[0]?.value, '1 2 3\n4');
  t.deepEqual(root.children, ['x\ny\nz\r']);
});

test('xml10 2.12: xml:lang is inherited, overridden and taken away by an empty one', (t) => {
  const root = xmlOf('<a xml:lang="fr"><b/><c xml:lang="de-CH"><d/></c><e xml:lang=""><f/></e></a>');
  const langs = (element: typeof root): unknown[] => [
    element.lang,
    ...element.children.map((child) => (typeof child === 'string' ? child : langs(child))),
  ];
  t.deepEqual(langs(root), ['fr', ['fr'], ['de-CH', ['de-CH']], [undefined, [undefined]]]);
});

for (const [what, body] of [
  ['no root', '<?xml version="1.0"?>'],
  ['white space only', ' \n'],
  ['text only', 'hello'],
  ['an element that is not closed (litmus propfind_invalid)', '<foo>'],
  ['elements closed in the wrong order', '<a><b></a></b>'],
  ['a second root', '<a/><b/>'],
  ['text behind the root', '<a/>x'],
  ['text before the root', 'x<a/>'],
  ['an end tag alone', '</a>'],
  ['a start tag cut off', '<a b="1'],
  ['an attribute without quotes', '<a b=1/>'],
  ['an attribute twice', '<a b="1" b="2"/>'],
  ['an attribute twice by another prefix', '<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>'],
  ['less-than in an attribute', '<a b="<"/>'],
  ['a bare ampersand', '<a>& b</a>'],
  ['an entity that is not known', '<a>&nbsp;</a>'],
  ['an entity named like a member of Object.prototype', '<a>&constructor;</a>'],
  ['an entity named __proto__', '<a>&__proto__;</a>'],
  ['a reference to NUL', '<a>&#0;</a>'],
  ['a reference to a surrogate', '<a>&#xD800;</a>'],
  ['a reference beyond Unicode', '<a>&#x110000;</a>'],
  ['NUL', '<a>\0</a>'],
  ['a control character', '<a>\u0001</a>'],
  ['U+FFFF', '<a>\uffff</a>'],
  ['the end of a CDATA section in text', '<a>]]></a>'],
  ['a CDATA section cut off', '<a><![CDATA[x]]</a>'],
  ['two hyphens in a comment', '<a><!-- a -- b --></a>'],
  ['a comment cut off', '<a/><!-- '],
  ['a declaration that is not first', ' <?xml version="1.0"?><a/>'],
  ['a declaration twice', '<?xml version="1.0"?><?xml version="1.0"?><a/>'],
  ['an encoding that is not supported', '<?xml version="1.0" encoding="iso-8859-1"?><a/>'],
  ['an encoding that is not the one in use', '<?xml version="1.0" encoding="UTF-16"?><a/>'],
] as const) {
  test(`xml10 1.2: ${what} is refused`, (t) => t.is(outcomeOf(body), 'syntax'));
}

for (const [what, body] of [
  ['a prefix that is not declared', '<D:a/>'],
  ['a prefix of an attribute that is not declared', '<a D:b="1"/>'],
  ['a prefix declared on a sibling only', '<a><b xmlns:p="u"/><p:c/></a>'],
  ['an empty declaration of a prefix (litmus propfind_invalid2)', '<D:p xmlns:D="DAV:"><bar:foo xmlns:bar=""/></D:p>'],
  ['two colons', '<a:b:c xmlns:a="u"/>'],
  ['an empty prefix', '<:a/>'],
  ['an empty local name', '<a: xmlns:a="u"/>'],
  ['a local name that starts with a digit', '<p:1 xmlns:p="u"/>'],
  ['an attribute whose local name starts with a hyphen', '<a xmlns:p="u" p:-b="1"/>'],
  ['xml bound to something else', '<a xmlns:xml="u"/>'],
  ['something else bound to the namespace of xml', '<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>'],
  ['a declaration of xmlns', '<a xmlns:xmlns="u"/>'],
  ['an element with the prefix xmlns', '<xmlns:a/>'],
] as const) {
  test(`xml-names 3 to 6: ${what} is refused`, (t) => t.is(outcomeOf(body), 'syntax'));
}

test('xml10 2.8: version 1.1 is read as 1.0, which has no control characters', (t) => {
  t.is(outcomeOf('<?xml version="1.1"?><a/>'), 'ok');
  t.is(outcomeOf('<?xml version="1.1"?><a>&#1;</a>'), 'syntax');
});

for (const [what, body] of [
  ['one that declares nothing', '<!DOCTYPE a><a/>'],
  ['one with an outside subset', '<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd"><a/>'],
  ['one with an outside entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
  [
    'one with entities that multiply',
    `<!DOCTYPE a [<!ENTITY l0 "ha">${Array.from({ length: 20 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('')}]><a>&l20;</a>`,
  ],
  [
    'one with a long entity used often',
    `<!DOCTYPE a [<!ENTITY x "${'x'.repeat(50_000)}">]><a>${'&x;'.repeat(50_000)}</a>`,
  ],
  ['one with parameter entities', '<!DOCTYPE a [<!ENTITY % p "<!ENTITY x \'y\'>"> %p;]><a>&x;</a>'],
  ['one that is cut off', '<!DOCTYPE a [<!ENTITY x "y'],
  ['one behind a comment', '<!-- x --><!DOCTYPE a><a/>'],
  ['one inside the root', '<a><!DOCTYPE a></a>'],
] as const) {
  test(`rfc4918 20.6: a document type declaration is refused: ${what}`, (t) => t.is(outcomeOf(body), 'syntax'));
}

test('rfc4918 9.1: no octets are no body, which is not an error', (t) => {
  t.deepEqual(new XmlParser().end(), { ok: true, root: undefined });
  t.deepEqual(parseXml(new Uint8Array(0)), { ok: true, root: undefined });
});

test('octets: one more than the limit is too large, and known before the end', (t) => {
  const body = Buffer.from(`<a>${'x'.repeat(93)}</a>`);
  t.is(outcomeOf(body, { ...defaultXmlLimits, octets: 100 }), 'ok');
  t.is(outcomeOf(body, { ...defaultXmlLimits, octets: 99 }), 'too-large');
  const parser = new XmlParser({ ...defaultXmlLimits, octets: 99 });
  t.is(parser.write(body.subarray(0, 99)), undefined);
  t.false(parser.write(body.subarray(99))?.ok);
});

test('depth: one more than the limit is refused', (t) => {
  const nested = (depth: number) => `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`;
  t.is(outcomeOf(nested(defaultXmlLimits.depth)), 'ok');
  t.is(outcomeOf(nested(defaultXmlLimits.depth + 1)), 'limit-exceeded');
  t.is(outcomeOf('<a>'.repeat(300_000)), 'limit-exceeded');
});

test('elements: one more than the limit is refused', (t) => {
  const wide = (count: number) => `<a>${'<b/>'.repeat(count - 1)}</a>`;
  t.is(outcomeOf(wide(defaultXmlLimits.elements)), 'ok');
  t.is(outcomeOf(wide(defaultXmlLimits.elements + 1)), 'limit-exceeded');
});

test('attributes: one more than the limit is refused, declarations counted', (t) => {
  const many = (count: number) =>
    `<a xmlns:n="u"${Array.from({ length: count - 1 }, (_, n) => ` a${n}=""`).join('')}/>`;
  t.is(outcomeOf(many(defaultXmlLimits.attributes)), 'ok');
  t.is(outcomeOf(many(defaultXmlLimits.attributes + 1)), 'limit-exceeded');
  t.is(outcomeOf(many(60_000)), 'limit-exceeded');
});

test('namespace names and language tags: long ones are refused, since answers repeat them for every element', (t) => {
  const long = 'x'.repeat(257);
  t.is(outcomeOf(`<a xmlns="${long}"/>`), 'limit-exceeded');
  t.is(outcomeOf(`<a xmlns:p="${long}"/>`), 'limit-exceeded');
  t.is(outcomeOf(`<a xml:lang="${long}"/>`), 'limit-exceeded');
  t.is(outcomeOf(`<a b="${long}"/>`), 'ok');
});

test('giants within the limit are taken as they are: an attribute, a text, a name', (t) => {
  const giant = 'x'.repeat(900_000);
  t.is(xmlOf(`<a b="${giant}"/>`).attributes[0]?.value.length, giant.length);
  t.deepEqual(xmlOf(`<a>${giant}</a>`).children, [giant]);
  t.is(xmlOf(`<${giant}/>`).name.length, giant.length);
  t.is(xmlOf(`<a>${'&amp;'.repeat(200_000)}</a>`).children.length, 1);
  t.is(xmlOf(`<a>${'x<!---->'.repeat(120_000)}</a>`).children.length, 1);
});

test('the reason quotes no more than a line of what was sent', (t) => {
  const result = parseXml(Buffer.from(`<${'p'.repeat(500_000)}:a/>`));
  t.false(result.ok);
  t.true(!result.ok && result.reason.length <= 200);
});

const sample = '<?xml version="1.0"?>\r\n<p:é xmlns:p="DAV:" k="ü&amp;">漢字<![CDATA[😀]]>&#x1F600;<b/>]]&gt;</p:é>';

/** A body in pieces of the given size. */
function inPieces(octets: Uint8Array, size: number): XmlResult {
  const parser = new XmlParser();
  for (let at = 0; at < octets.length; at += size) {
    const failure = parser.write(octets.subarray(at, at + size));
    if (failure !== undefined) return failure;
  }
  return parser.end();
}

/** Text as UTF-16 with a byte order mark. */
function utf16(text: string, bigEndian: boolean): Uint8Array {
  const octets = Buffer.from(`\ufeff${text}`, 'utf16le');
  return bigEndian ? octets.swap16() : octets;
}

for (const [encoding, octets] of [
  ['UTF-8', Buffer.from(sample)],
  ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${sample}`)],
  ['UTF-16, low octet first', utf16(sample, false)],
  ['UTF-16, high octet first', utf16(sample, true)],
] as const) {
  test(`rfc4918 8.2 and xml10 4.3.3: ${encoding} is read, wherever the pieces are cut`, (t) => {
    const expected: XmlResult = { ok: true, root: xmlOf(sample) };
    for (const size of [1, 2, 3, 5, 7, 64, octets.length])
      t.deepEqual(inPieces(octets, size), expected, `pieces of ${size}`);
    const interrupted = new XmlParser();
    for (const octet of octets) {
      interrupted.write(new Uint8Array(0));
      interrupted.write(Uint8Array.of(octet));
    }
    t.deepEqual(interrupted.end(), expected);
  });
}

test('xml10 4.3.3: a declared encoding that is the one in use is no error', (t) => {
  t.is(outcomeOf('<?xml version="1.0" encoding="UTF-8"?><a/>'), 'ok');
  t.is(outcomeOf('<?xml version="1.0" encoding="us-ascii"?><a/>'), 'ok');
  t.is(outcomeOf(utf16('<?xml version="1.0" encoding="utf-16"?><a/>', true)), 'ok');
  t.is(outcomeOf(utf16('<?xml version="1.0" encoding="utf-8"?><a/>', false)), 'syntax');
});

for (const [what, octets] of [
  ['a lone continuation octet', [0x3c, 0x61, 0x3e, 0x80]],
  ['an overlong slash', [0x3c, 0x61, 0x3e, 0xc0, 0xaf]],
  ['a surrogate in UTF-8', [0x3c, 0x61, 0x3e, 0xed, 0xa0, 0x80]],
  ['Latin-1', [0x3c, 0x61, 0x3e, 0xe9, 0x3c, 0x2f, 0x61, 0x3e]],
  ['an end within a character', [0x3c, 0x61, 0x2f, 0x3e, 0xe2, 0x82]],
  ['UTF-16 without a byte order mark', [0x3c, 0x00, 0x61, 0x00, 0x2f, 0x00, 0x3e, 0x00]],
  ['UTF-16 with half a character at the end', [0xff, 0xfe, 0x3c, 0x00, 0x61, 0x00, 0x2f, 0x00, 0x3e, 0x00, 0x20]],
  ['UTF-16 with a lone surrogate', [0xff, 0xfe, 0x3c, 0x00, 0x61, 0x00, 0x3e, 0x00, 0x00, 0xd8, 0x3c, 0x00]],
  ['a byte order mark alone', [0xef, 0xbb, 0xbf]],
  ['half a byte order mark', [0xff]],
  ['UTF-32', [0x00, 0x00, 0xfe, 0xff, 0x00, 0x00, 0x00, 0x3c]],
] as const) {
  test(`rfc7303 3: octets that are not text are refused: ${what}`, (t) =>
    t.is(outcomeOf(Uint8Array.from(octets)), 'syntax'));
}

test('a failure stays: later pieces and the end answer the same', (t) => {
  const parser = new XmlParser();
  const failure = parser.write(Buffer.from('<a></b>'));
  t.false(failure?.ok);
  t.is(parser.write(Buffer.from('<c/>')), failure);
  t.is<XmlResult | undefined, XmlResult | undefined>(parser.end(), failure);
});
