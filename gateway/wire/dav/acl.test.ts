import test from 'ava';
import { xmlOf } from '../xml/test-support.ts';
import { parseAcl } from './acl.ts';

const parse = (inner: string) => parseAcl(xmlOf(`<D:acl xmlns:D="DAV:">${inner}</D:acl>`));
const ace = (inner: string) => parse(`<D:ace>${inner}</D:ace>`);
const dav = (name: string) => ({ namespace: 'DAV:', name });
const who = '<D:principal><D:all/></D:principal>';
const rights = '<D:grant><D:privilege><D:read/></D:privilege></D:grant>';
const plain = { invert: false, grant: true, privileges: [dav('read')], isProtected: false, inherited: undefined };

test('rfc3744 8.1.2: the example: a person gets read and write, the owner write-acl, all read', (t) => {
  const parsed = parse(
    '<D:ace><D:principal><D:href>\n http://www.example.com/users/esedlar </D:href></D:principal>' +
      '<D:grant><D:privilege><D:read/></D:privilege><D:privilege><D:write/></D:privilege></D:grant></D:ace>' +
      '<D:ace><D:principal><D:property><D:owner/></D:property></D:principal>' +
      '<D:grant><D:privilege><D:read-acl/></D:privilege><D:privilege><D:write-acl/></D:privilege></D:grant></D:ace>' +
      `<D:ace>${who}${rights}</D:ace>`,
  );
  t.deepEqual(parsed, {
    ok: true,
    value: [
      {
        ...plain,
        principal: { kind: 'href', href: 'http://www.example.com/users/esedlar' },
        privileges: [dav('read'), dav('write')],
      },
      {
        ...plain,
        principal: { kind: 'property', property: dav('owner') },
        privileges: [dav('read-acl'), dav('write-acl')],
      },
      { ...plain, principal: { kind: 'all' } },
    ],
  });
});

for (const kind of ['all', 'authenticated', 'unauthenticated', 'self'] as const) {
  test(`rfc3744 5.5.1: the principal ${kind}`, (t) => {
    const parsed = ace(`<D:principal><D:${kind}/></D:principal>${rights}`);
    t.deepEqual(parsed, { ok: true, value: [{ ...plain, principal: { kind } }] });
  });
}

test('rfc3744 5.5: invert, deny, protected and inherited', (t) => {
  const parsed = ace(
    `<D:invert>${who}</D:invert><D:deny><D:privilege><x:p xmlns:x="urn:x"/></D:privilege></D:deny>` +
      '<D:protected/><D:inherited><D:href>/top/</D:href></D:inherited>',
  );
  t.deepEqual(parsed, {
    ok: true,
    value: [
      {
        principal: { kind: 'all' },
        invert: true,
        grant: false,
        privileges: [{ namespace: 'urn:x', name: 'p' }],
        isProtected: true,
        inherited: '/top/',
      },
    ],
  });
});

test('rfc3744 8.1: an empty acl takes away what can be taken away', (t) =>
  t.deepEqual(parse(''), { ok: true, value: [] }));

for (const [what, inner] of [
  ['no principal', rights],
  ['an empty principal', `<D:principal/>${rights}`],
  ['two principals in one', `<D:principal><D:all/><D:self/></D:principal>${rights}`],
  ['a principal that is not known', `<D:principal><D:group/></D:principal>${rights}`],
  ['an empty href', `<D:principal><D:href> </D:href></D:principal>${rights}`],
  ['an empty property', `<D:principal><D:property/></D:principal>${rights}`],
  ['an empty invert', `<D:invert/>${rights}`],
  ['neither grant nor deny', who],
  ['both', `${who}${rights}<D:deny><D:privilege><D:write/></D:privilege></D:deny>`],
  ['a grant without privilege', `${who}<D:grant/>`],
  ['an empty privilege', `${who}<D:grant><D:privilege/></D:grant>`],
  ['two names in a privilege', `${who}<D:grant><D:privilege><D:read/><D:write/></D:privilege></D:grant>`],
] as const) {
  test(`rfc3744 5.5: an ace with ${what} is refused`, (t) => t.false(ace(inner).ok));
}

test('rfc3744 8.1: no body and another root are refused', (t) => {
  t.false(parseAcl(undefined).ok);
  t.false(parseAcl(xmlOf('<acl/>')).ok);
});
