import test from 'ava';
import type { XmlElement } from './element.ts';
import { elements, find } from './element.ts';
import { escapeAttribute, escapeText, formatContent, formatElement, isNcName } from './format.ts';
import { xmlOf } from './test-support.ts';

for (const [raw, inText, inAttribute] of [
  ['', '', ''],
  ['plain', 'plain', 'plain'],
  ['é漢😀', 'é漢😀', 'é漢😀'],
  ['a & b', 'a &amp; b', 'a &amp; b'],
  ['<x>', '&lt;x&gt;', '&lt;x&gt;'],
  [']]>', ']]&gt;', ']]&gt;'],
  [`"'`, `"'`, `&quot;'`],
  ['\t\n\r', '\t\n&#13;', '&#9;&#10;&#13;'],
  ['\0a\u001f\u000b', '\ufffda\ufffd\ufffd', '\ufffda\ufffd\ufffd'],
  ['\ufffe\uffff', '\ufffd\ufffd', '\ufffd\ufffd'],
  ['\ud800x\udc00', '\ufffdx\ufffd', '\ufffdx\ufffd'],
  ['&amp;', '&amp;amp;', '&amp;amp;'],
] as const) {
  test(`xml10 2.2 and 2.4: ${JSON.stringify(raw)} is escaped`, (t) => {
    t.is(escapeText(raw), inText);
    t.is(escapeAttribute(raw), inAttribute);
  });
}

test('xml10 2.11 and 3.3.3: what can be held comes back from text and attributes unchanged', (t) => {
  const value = 'a\t"b"\n\r\r\n<&>]]> \u0085\u2028é😀';
  const root = xmlOf(`<a b="${escapeAttribute(value)}">${escapeText(value)}</a>`);
  t.is(root.attributes[0]?.value, value);
  t.deepEqual(root.children, [value]);
});

for (const source of [
  '<a/>',
  '<a xmlns="DAV:"/>',
  '<D:a xmlns:D="DAV:"/>',
  '<D:a xmlns:D="DAV:"><D:b/><c/></D:a>',
  '<a xmlns="u"><b xmlns=""/><c/></a>',
  '<a xmlns="u"><b xmlns="v"><c xmlns="u"/></b><d/></a>',
  '<p:a xmlns:p="u"><p:b xmlns:p="v"><p:c/></p:b><p:d/></p:a>',
  '<p:a p:x="1" y="2" xmlns:p="u"/>',
  '<a q:x="1" xmlns="u" xmlns:q="u"/>',
  '<a xml:lang="fr" xml:space="preserve"> é </a>',
  '<a b="&quot;&lt;&#10;">&amp;]]&gt;&#13;</a>',
  '<a>1<b>2</b>3</a>',
]) {
  test(`rfc4918 4.3: ${source} is written as it was read`, (t) => t.is(formatElement(xmlOf(source)), source));
}

/** What two elements must share to be the same property value (RFC 4918 §4.3), prefixes and all. */
function reread(element: XmlElement): XmlElement {
  return xmlOf(formatElement(element));
}

test('rfc4918 4.3: taken out of its document, a property keeps namespaces, prefixes, attributes and xml:lang', (t) => {
  const root = xmlOf(
    '<D:set xmlns:D="DAV:" xmlns:Z="urn:z" xml:lang="fr"><D:prop xmlns="urn:default"><Z:p Z:k="1"><q D:x="2"/>t</Z:p></D:prop></D:set>',
  );
  const property = elements(find(root, 'DAV:', 'prop') ?? root)[0] ?? root;
  t.is(
    formatElement(property),
    '<Z:p xml:lang="fr" Z:k="1" xmlns:Z="urn:z"><q D:x="2" xmlns="urn:default" xmlns:D="DAV:"/>t</Z:p>',
  );
  t.deepEqual(reread(property).children, property.children);
  t.is(reread(property).lang, 'fr');
});

test('rfc4918 4.3: a language of its own is not written twice', (t) => {
  const root = xmlOf('<a xml:lang="fr"><b xml:lang="de"/></a>');
  t.is(formatElement(elements(root)[0] ?? root), '<b xml:lang="de"/>');
});

test('each piece of content stands on its own', (t) => {
  const root = xmlOf('<a xmlns="u" xmlns:p="v">1 &amp; <b/>2<p:c/></a>');
  t.is(formatContent(root), '1 &amp; <b xmlns="u"/>2<p:c xmlns:p="v"/>');
  t.is(formatContent(xmlOf('<a/>')), '');
});

test('xml-names 6: prefixes that cannot be kept are replaced', (t) => {
  const none = { attributes: [], children: [], lang: undefined };
  const clash: XmlElement = {
    ...none,
    namespace: 'u',
    name: 'a',
    prefix: 'p',
    attributes: [
      { namespace: 'v', name: 'x', prefix: 'p', value: '1' },
      { namespace: 'w', name: 'y', prefix: '', value: '2' },
      { namespace: 'u', name: 'z', prefix: 'xmlns', value: '3' },
    ],
    children: [{ ...none, namespace: '', name: 'b', prefix: 'p' }],
  };
  const again = reread(clash);
  t.deepEqual(
    again.attributes.map(({ namespace, name, value }) => [namespace, name, value]),
    [
      ['v', 'x', '1'],
      ['w', 'y', '2'],
      ['u', 'z', '3'],
    ],
  );
  t.deepEqual([again.namespace, again.name], ['u', 'a']);
  t.deepEqual(again.children, [{ ...none, namespace: '', name: 'b', prefix: '' }]);
});

test('quadratic blow-up: many prefixes in scope cost the elements within nothing', (t) => {
  const level = (n: number) => {
    const prefixes = Array.from({ length: 30 }, (_, i) => `p${n}-${i}`);
    return `<l${prefixes.map((p) => ` ${p}:x=""`).join('')}${prefixes.map((p) => ` xmlns:${p}="${p}"`).join('')}>`;
  };
  const levels = Array.from({ length: 50 }, (_, n) => level(n)).join('');
  const source = `${levels}${'<x q:y="" xmlns:q="v"/>'.repeat(30_000)}${'</l>'.repeat(50)}`;
  t.true(formatElement(xmlOf(source)) === source);
});

for (const [name, is] of [
  ['a', true],
  ['_a-b.c1', true],
  ['été', true],
  ['漢字', true],
  ['𐀀', true],
  ['a\u0301', true],
  ['', false],
  ['1a', false],
  ['-a', false],
  ['\u0301a', false],
  ['a:b', false],
  ['a b', false],
  ['a/><b', false],
  ['a\n', false],
  ['\ud800', false],
  ['a\u0000', false],
] as const) {
  test(`xml-names 4: ${JSON.stringify(name)} ${is ? 'is' : 'is not'} a local name`, (t) => t.is(isNcName(name), is));
}
