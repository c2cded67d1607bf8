import test from 'ava';
import { formatElement } from '../xml/format.ts';
import { xmlOf } from '../xml/test-support.ts';
import { parseMkcol } from './mkcol.ts';
import { CALDAV, CARDDAV, DAV } from './names.ts';

const namespaces = `xmlns:D="${DAV}" xmlns:C="${CALDAV}" xmlns:R="${CARDDAV}"`;
const collection = { namespace: DAV, name: 'collection' };

function inShort(xml: string) {
  const parsed = parseMkcol(xmlOf(xml));
  return parsed.ok
    ? { resourceTypes: parsed.value.resourceTypes, properties: parsed.value.properties.map(formatElement) }
    : parsed;
}

test('rfc4918 9.3: no body asks for a plain collection', (t) => {
  t.deepEqual(parseMkcol(undefined), { ok: true, value: { resourceTypes: [], properties: [] } });
});

test('rfc5689 3.5: the example: an address book with a name', (t) => {
  const body = `<D:mkcol ${namespaces}><D:set><D:prop><D:resourcetype><D:collection/><R:addressbook/></D:resourcetype><D:displayname>Lisa's</D:displayname></D:prop></D:set></D:mkcol>`;
  t.deepEqual<unknown, unknown>(inShort(body), {
    resourceTypes: [collection, { namespace: CARDDAV, name: 'addressbook' }],
    properties: [`<D:displayname xmlns:D="DAV:">Lisa's</D:displayname>`],
  });
});

test('rfc5689 5.1: several set, and no resource type', (t) => {
  const body = `<D:mkcol ${namespaces}><D:set><D:prop><D:a/></D:prop></D:set><x/><D:set><D:prop><D:b/></D:prop></D:set></D:mkcol>`;
  t.deepEqual<unknown, unknown>(inShort(body), {
    resourceTypes: [],
    properties: ['<D:a xmlns:D="DAV:"/>', '<D:b xmlns:D="DAV:"/>'],
  });
});

test('rfc4791 5.3.1: MKCALENDAR names its type by its name', (t) => {
  const types = [collection, { namespace: CALDAV, name: 'calendar' }];
  const body = `<C:mkcalendar ${namespaces}><D:set><D:prop><D:displayname/></D:prop></D:set></C:mkcalendar>`;
  t.deepEqual<unknown, unknown>(inShort(body), {
    resourceTypes: types,
    properties: ['<D:displayname xmlns:D="DAV:"/>'],
  });
  t.deepEqual<unknown, unknown>(inShort(`<C:mkcalendar ${namespaces}/>`), { resourceTypes: types, properties: [] });
});

for (const [what, body] of [
  ['another root', `<D:propertyupdate ${namespaces}/>`],
  ['a root in another namespace', '<mkcol/>'],
  ['a set without prop', `<D:mkcol ${namespaces}><D:set/></D:mkcol>`],
  ['a remove', `<D:mkcol ${namespaces}><D:remove><D:prop><D:a/></D:prop></D:remove></D:mkcol>`],
] as const) {
  test(`rfc5689 5.1: ${what} is refused`, (t) => t.false(parseMkcol(xmlOf(body)).ok));
}
