import test from 'ava';
import { xmlOf } from '../xml/test-support.ts';
import { parseLockInfo } from './lockinfo.ts';

const parse = (inner: string) => parseLockInfo(xmlOf(`<D:lockinfo xmlns:D="DAV:">${inner}</D:lockinfo>`));
const type = '<D:locktype><D:write/></D:locktype>';
const exclusive = '<D:lockscope><D:exclusive/></D:lockscope>';

test('rfc4918 9.10.7: the example: an exclusive write lock with an href as owner', (t) => {
  const owner = '\n<D:owner>\n <D:href>http://example.org/~ejw/contact.html</D:href>\n</D:owner>';
  t.deepEqual(parse(`${exclusive}\n${type}${owner}`), {
    ok: true,
    value: {
      scope: 'exclusive',
      type: 'write',
      ownerXml: '\n <D:href xmlns:D="DAV:">http://example.org/~ejw/contact.html</D:href>\n',
    },
  });
});

test('rfc4918 14.11: a shared lock, no owner, in any order, with elements that are not known', (t) => {
  t.deepEqual(parse(`<x/>${type}<D:lockscope><y/><D:shared/></D:lockscope>`), {
    ok: true,
    value: { scope: 'shared', type: 'write', ownerXml: '' },
  });
});

test('rfc4918 14.17: an owner of text is kept and escaped', (t) => {
  const parsed = parse(`${exclusive}${type}<D:owner>litmus &lt;test&gt; &amp; suite</D:owner>`);
  t.is(parsed.ok ? parsed.value.ownerXml : '', 'litmus &lt;test&gt; &amp; suite');
});

for (const [what, inner] of [
  ['no scope', type],
  ['an empty scope', `<D:lockscope/>${type}`],
  ['both scopes', `<D:lockscope><D:shared/><D:exclusive/></D:lockscope>${type}`],
  ['a scope in another namespace', `<D:lockscope><exclusive/></D:lockscope>${type}`],
  ['no type', exclusive],
  ['a type that there is not', `${exclusive}<D:locktype><D:read/></D:locktype>`],
  ['nothing', ''],
] as const) {
  test(`rfc4918 14.11: a lockinfo with ${what} is refused`, (t) => t.false(parse(inner).ok));
}

test('rfc4918 9.10.1: no body and another root are refused', (t) => {
  t.false(parseLockInfo(undefined).ok);
  t.false(parseLockInfo(xmlOf('<lockinfo/>')).ok);
});
