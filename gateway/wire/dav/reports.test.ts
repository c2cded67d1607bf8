import test from 'ava';
import { xmlOf } from '../xml/test-support.ts';
import { CALDAV } from './names.ts';
import { parseReport } from './reports.ts';

const dav = (name: string) => ({ namespace: 'DAV:', name });
const report = (name: string, inner: string, attributes = '') =>
  parseReport(xmlOf(`<D:${name} xmlns:D="DAV:"${attributes}>${inner}</D:${name}>`));
const prop = '<D:prop><D:getetag/></D:prop>';
const getetag = { kind: 'prop', names: [dav('getetag')] } as const;

test('rfc6578 6.1: the example of 3.8: first synchronisation of the members', (t) => {
  t.deepEqual(report('sync-collection', `<D:sync-token/><D:sync-level>1</D:sync-level>${prop}`), {
    ok: true,
    value: { kind: 'sync-collection', syncToken: '', level: '1', limit: undefined, properties: getetag },
  });
});

test('rfc6578 6.1: a token with white space around it, infinite, and a limit', (t) => {
  const body =
    '<D:sync-token>\n http://example.com/ns/sync/1234 </D:sync-token><D:sync-level> infinite </D:sync-level>' +
    `<D:limit><D:nresults> 50 </D:nresults></D:limit>${prop}`;
  t.deepEqual(report('sync-collection', body), {
    ok: true,
    value: {
      kind: 'sync-collection',
      syncToken: 'http://example.com/ns/sync/1234',
      level: 'infinite',
      limit: 50,
      properties: getetag,
    },
  });
});

test('rfc6578 appendix-a: without a level the members are meant', (t) => {
  const parsed = report('sync-collection', `<D:sync-token/>${prop}`);
  t.is(parsed.ok && parsed.value.kind === 'sync-collection' ? parsed.value.level : undefined, '1');
});

test('rfc5323 5.17: an absurd limit is as good as none', (t) => {
  const limit = `<D:limit><D:nresults>${'9'.repeat(400)}</D:nresults></D:limit>`;
  const parsed = report('sync-collection', `<D:sync-token/><D:sync-level>1</D:sync-level>${limit}${prop}`);
  t.is(parsed.ok && parsed.value.kind === 'sync-collection' ? parsed.value.limit : undefined, Number.MAX_SAFE_INTEGER);
});

for (const [what, inner] of [
  ['no token', `<D:sync-level>1</D:sync-level>${prop}`],
  ['a level that there is not', `<D:sync-token/><D:sync-level>2</D:sync-level>${prop}`],
  ['an empty level', `<D:sync-token/><D:sync-level/>${prop}`],
  ['an empty limit', `<D:sync-token/><D:limit/>${prop}`],
  ['a limit of zero', `<D:sync-token/><D:limit><D:nresults>0</D:nresults></D:limit>${prop}`],
  ['a negative limit', `<D:sync-token/><D:limit><D:nresults>-1</D:nresults></D:limit>${prop}`],
  ['a limit that is no number', `<D:sync-token/><D:limit><D:nresults>1e3</D:nresults></D:limit>${prop}`],
  ['prop twice', `<D:sync-token/>${prop}${prop}`],
] as const) {
  test(`rfc6578 6.1: a sync-collection with ${what} is refused`, (t) => t.false(report('sync-collection', inner).ok));
}

test('rfc3253 3.8: the example: properties of what properties point at', (t) => {
  const body =
    '<D:property name="version-history"><D:property name="version-set"><D:property name="creator-displayname"/>' +
    '<D:property name="calendar-home-set" namespace="urn:ietf:params:xml:ns:caldav"/></D:property></D:property>';
  t.deepEqual(report('expand-property', body), {
    ok: true,
    value: {
      kind: 'expand-property',
      properties: [
        {
          name: dav('version-history'),
          properties: [
            {
              name: dav('version-set'),
              properties: [
                { name: dav('creator-displayname'), properties: [] },
                { name: { namespace: CALDAV, name: 'calendar-home-set' }, properties: [] },
              ],
            },
          ],
        },
      ],
    },
  });
  t.deepEqual(report('expand-property', ''), { ok: true, value: { kind: 'expand-property', properties: [] } });
});

for (const [what, inner] of [
  ['no name', '<D:property/>'],
  ['an empty name', '<D:property name=""/>'],
  ['markup for a name', '<D:property name="a/&gt;&lt;b"/>'],
  ['a prefixed name', '<D:property name="D:a"/>'],
  ['a bad name further in', '<D:property name="a"><D:property name="1"/></D:property>'],
] as const) {
  test(`rfc3253 3.8: a property with ${what} is refused`, (t) => t.false(report('expand-property', inner).ok));
}

test('rfc3744 9.3: principal-match by a property and by self', (t) => {
  t.deepEqual(report('principal-match', `<D:principal-property><D:owner/></D:principal-property>${prop}`), {
    ok: true,
    value: { kind: 'principal-match', target: { property: dav('owner') }, properties: getetag },
  });
  t.deepEqual(report('principal-match', '<D:self/>'), {
    ok: true,
    value: { kind: 'principal-match', target: { self: true }, properties: { kind: 'prop', names: [] } },
  });
});

for (const [what, inner] of [
  ['neither', prop],
  ['both', '<D:self/><D:principal-property><D:owner/></D:principal-property>'],
  ['an empty property', '<D:principal-property/>'],
] as const) {
  test(`rfc3744 9.3: a principal-match with ${what} is refused`, (t) => t.false(report('principal-match', inner).ok));
}

const search = (inner: string) => `<D:property-search>${inner}</D:property-search>`;
const byName = search('<D:prop><D:displayname/></D:prop><D:match>doE</D:match>');

test('rfc3744 9.4: several searches, all of which must match, in every principal collection', (t) => {
  const byMail = search('<D:prop><D:a/><D:b/></D:prop><D:match> x </D:match>');
  t.deepEqual(report('principal-property-search', `${byName}${byMail}${prop}<D:apply-to-principal-collection-set/>`), {
    ok: true,
    value: {
      kind: 'principal-property-search',
      test: 'allof',
      searches: [
        { properties: [dav('displayname')], match: 'doE' },
        { properties: [dav('a'), dav('b')], match: ' x ' },
      ],
      properties: getetag,
      applyToPrincipalCollectionSet: true,
    },
  });
});

test('calendarserver: principal-property-search with test="anyof"', (t) => {
  const parsed = report('principal-property-search', byName, ' test="anyof"');
  t.true(parsed.ok && parsed.value.kind === 'principal-property-search' && parsed.value.test === 'anyof');
});

for (const [what, inner] of [
  ['no search', prop],
  ['a search without match', search('<D:prop><D:a/></D:prop>')],
  ['a search without prop', search('<D:match>x</D:match>')],
  ['a search in no property', search('<D:prop/><D:match>x</D:match>')],
] as const) {
  test(`rfc3744 9.4: a principal-property-search with ${what} is refused`, (t) => {
    t.false(report('principal-property-search', inner).ok);
  });
}

test('rfc3744 9.2 and 9.5: acl-principal-prop-set and principal-search-property-set', (t) => {
  t.deepEqual(report('acl-principal-prop-set', prop), {
    ok: true,
    value: { kind: 'acl-principal-prop-set', properties: getetag },
  });
  t.false(report('acl-principal-prop-set', '<D:prop/><D:allprop/>').ok);
  t.deepEqual(report('principal-search-property-set', ''), {
    ok: true,
    value: { kind: 'principal-search-property-set' },
  });
});

test('rfc3253 3.6: other reports are named, for the answer that they are not supported', (t) => {
  t.deepEqual(report('version-tree', ''), { ok: true, value: { kind: 'unknown', name: dav('version-tree') } });
  t.deepEqual(parseReport(xmlOf(`<sync-collection xmlns="${CALDAV}"/>`)), {
    ok: true,
    value: { kind: 'unknown', name: { namespace: CALDAV, name: 'sync-collection' } },
  });
});

test('rfc3253 3.6: a REPORT without a body is refused', (t) => t.false(parseReport(undefined).ok));
