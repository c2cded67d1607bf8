import test from 'ava';
import { text } from '../xml/element.ts';
import { formatElement } from '../xml/format.ts';
import { xmlOf } from '../xml/test-support.ts';
import { parsePropertyUpdate } from './proppatch.ts';

const parse = (inner: string) =>
  parsePropertyUpdate(xmlOf(`<D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:z">${inner}</D:propertyupdate>`));

/** The instructions in short: `set a=1`. */
function inShort(inner: string): readonly string[] {
  const parsed = parse(inner);
  if (!parsed.ok) return [parsed.reason];
  return parsed.value.map(({ action, property }) => `${action} ${property.name}=${text(property)}`);
}

test('rfc4918 9.2: instructions are in document order, those on one property too', (t) => {
  const body =
    '<D:set><D:prop><Z:a>1</Z:a><Z:b>2</Z:b></D:prop></D:set>\n<D:remove><D:prop><Z:a/></D:prop></D:remove>' +
    '<D:set><D:prop><Z:a>3</Z:a></D:prop></D:set>';
  t.deepEqual(inShort(body), ['set a=1', 'set b=2', 'remove a=', 'set a=3']);
});

test('rfc4918 14.19: several prop in one set, and elements that are not known', (t) => {
  const body = '<Z:x/><D:set><Z:y/><D:prop><Z:a>1</Z:a></D:prop><D:prop><Z:b>2</Z:b></D:prop></D:set>';
  t.deepEqual(inShort(body), ['set a=1', 'set b=2']);
});

test('rfc4918 4.3: xml:lang of prop, set and the root is in scope of the value', (t) => {
  const parsed = parse(
    '<D:set xml:lang="de"><D:prop xml:lang="fr"><Z:a>x</Z:a><Z:b xml:lang="en">y</Z:b></D:prop></D:set>',
  );
  t.deepEqual(parsed.ok && parsed.value.map(({ property }) => formatElement(property)), [
    '<Z:a xml:lang="fr" xmlns:Z="urn:z">x</Z:a>',
    '<Z:b xml:lang="en" xmlns:Z="urn:z">y</Z:b>',
  ]);
});

test('rfc4918 9.2: litmus shapes: a property in no namespace, one with a value of elements, one beyond the BMP', (t) => {
  const parsed = parse(
    '<D:set><D:prop><nonamespace xmlns="">randomvalue</nonamespace></D:prop></D:set>' +
      '<D:set><D:prop><t:valnspace xmlns:t="http://webdav.org/neon/litmus/"><foo xmlns="http://bar"/></t:valnspace></D:prop></D:set>' +
      '<D:set><D:prop><t:high-unicode xmlns:t="http://webdav.org/neon/litmus/">&#65536;</t:high-unicode></D:prop></D:set>',
  );
  t.deepEqual(parsed.ok && parsed.value.map(({ property }) => formatElement(property)), [
    '<nonamespace>randomvalue</nonamespace>',
    '<t:valnspace xmlns:t="http://webdav.org/neon/litmus/"><foo xmlns="http://bar"/></t:valnspace>',
    '<t:high-unicode xmlns:t="http://webdav.org/neon/litmus/">\u{10000}</t:high-unicode>',
  ]);
});

for (const [what, inner] of [
  ['nothing', ''],
  ['a set without prop', '<D:set><Z:a/></D:set>'],
  ['a remove without prop behind a good set', '<D:set><D:prop><Z:a/></D:prop></D:set><D:remove/>'],
  ['no property in prop', '<D:set><D:prop/></D:set>'],
  ['text where a property should be', '<D:set><D:prop>a</D:prop></D:set>'],
] as const) {
  test(`rfc4918 14.19: a propertyupdate with ${what} is refused`, (t) => t.false(parse(inner).ok));
}

test('rfc4918 9.2: no body and another root are refused', (t) => {
  t.false(parsePropertyUpdate(undefined).ok);
  t.false(parsePropertyUpdate(xmlOf('<D:propfind xmlns:D="DAV:"/>')).ok);
});
