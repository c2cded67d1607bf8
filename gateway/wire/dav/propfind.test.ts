import test from 'ava';
import { xmlOf } from '../xml/test-support.ts';
import { parsePropfind } from './propfind.ts';

const dav = (name: string) => ({ namespace: 'DAV:', name });
const parse = (inner: string) => parsePropfind(xmlOf(`<D:propfind xmlns:D="DAV:">${inner}</D:propfind>`));

test('rfc4918 9.1: no body asks for all properties', (t) => {
  t.deepEqual(parsePropfind(undefined), { ok: true, value: { kind: 'allprop', include: [] } });
});

test('rfc4918 9.1.1: names of properties, in order, from any namespace and from none', (t) => {
  const request = parse('\n <D:prop>\n <D:getetag/><x:a xmlns:x="urn:x"/><b/></D:prop>');
  t.deepEqual(request, {
    ok: true,
    value: { kind: 'prop', names: [dav('getetag'), { namespace: 'urn:x', name: 'a' }, { namespace: '', name: 'b' }] },
  });
});

test('rfc4918 9.1: a name asked for twice is answered once', (t) => {
  t.deepEqual(parse('<D:prop><D:a/><D:b/><D:a/></D:prop>'), {
    ok: true,
    value: { kind: 'prop', names: [dav('a'), dav('b')] },
  });
});

test('rfc4918 9.1.4: allprop', (t) => {
  t.deepEqual(parse('<D:allprop/>'), { ok: true, value: { kind: 'allprop', include: [] } });
});

test('rfc4918 9.1.6: allprop with include, in either order', (t) => {
  const expected = { ok: true, value: { kind: 'allprop', include: [dav('supported-live-property-set')] } };
  const include = '<D:include><D:supported-live-property-set/></D:include>';
  t.deepEqual<unknown, unknown>(parse(`<D:allprop/>${include}`), expected);
  t.deepEqual<unknown, unknown>(parse(`${include}<D:allprop/>`), expected);
});

test('rfc4918 9.1.3: propname', (t) => t.deepEqual(parse('<D:propname/>'), { ok: true, value: { kind: 'propname' } }));

test('rfc4918 17: elements that are not known are skipped', (t) => {
  t.deepEqual(parse('<D:leave-out/><x:prop xmlns:x="urn:x"/><D:expired-props/><D:propname/>'), {
    ok: true,
    value: { kind: 'propname' },
  });
});

test('rfc4918 14.20: an empty prop asks for nothing', (t) => {
  t.deepEqual(parse('<D:prop/>'), { ok: true, value: { kind: 'prop', names: [] } });
});

for (const [what, inner] of [
  ['nothing', ''],
  ['nothing known', '<D:x/>'],
  ['prop and allprop', '<D:prop/><D:allprop/>'],
  ['prop and propname', '<D:prop/><D:propname/>'],
  ['prop twice', '<D:prop/><D:prop/>'],
  ['include alone', '<D:include/>'],
  ['include with prop', '<D:prop/><D:include/>'],
] as const) {
  test(`rfc4918 14.20: a propfind with ${what} is refused`, (t) => t.false(parse(inner).ok));
}

test('rfc4918 9.1: another root is refused, also the right name in another namespace', (t) => {
  t.false(parsePropfind(xmlOf('<D:prop xmlns:D="DAV:"/>')).ok);
  t.false(parsePropfind(xmlOf('<propfind><prop/></propfind>')).ok);
});

test('rfc4918 9.1: tens of thousands of names, all of one key prefix, are read', (t) => {
  const names = Array.from({ length: 40_000 }, (_, n) => `<D:p${n}/>`).join('');
  const request = parse(`<D:prop>${names}</D:prop>`);
  t.true(request.ok && request.value.kind === 'prop' && request.value.names.length === 40_000);
});
