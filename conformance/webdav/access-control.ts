/** RFC 3744: access control and principals; RFC 5397: the current principal. */
import { elements } from '../../gateway/wire/xml/element.ts';
import { casesOf } from '../case/case.ts';
import { ensure, ensureClientError, ensureEqual, ensureStatus, skipUnless } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { allpropBody, davDocument, propertyUpdate, set } from '../dav/bodies.ts';
import { foundNames, Multistatus, propertyOf } from '../dav/multistatus.ts';
import { clark, dav } from '../dav/names.ts';
import { childrenOf, descendants, ensureCondition } from '../dav/xml.ts';
import { hrefProperty } from '../runner/probe.ts';

const { must, should } = casesOf('RFC 3744', ['access-control']);
const current = casesOf('RFC 5397', ['current-user-principal']);

async function principal(t: Target): Promise<string> {
  const path = await hrefProperty(t, '', dav('current-user-principal'));
  skipUnless(path !== undefined, 'the server names no principal for these credentials');
  return path;
}

async function ensurePresent(t: Target, name: string, property: string) {
  const answer = await t.property(name, dav(property));
  ensure(answer?.status === 200, `DAV:${property} was answered with ${answer?.status ?? 'nothing'}`);
  return answer.element;
}

async function ensureProtected(t: Target, name: string, property: string): Promise<void> {
  const response = await t.proppatch(name, propertyUpdate(set(`<D:${property}/>`)));
  const status =
    response.status === 207
      ? propertyOf(Multistatus.of(response).need(t.path(name)), dav(property))?.status
      : response.status;
  ensure((status ?? 0) >= 400, `DAV:${property} was changed by PROPPATCH: status ${status}`, response);
}

function acl(t: Target, name: string, aces: string) {
  return t.sendXml('ACL', name, davDocument('acl', aces));
}

function ace(who: string, privileges: string): string {
  return `<D:ace><D:principal>${who}</D:principal><D:grant>${privileges}</D:grant></D:ace>`;
}

const readPrivilege = '<D:privilege><D:read/></D:privilege>';
const aclMethod = { needs: ['acl-method', 'current-user-principal'] } as const;

export const currentPrincipalCases = [
  current.must(
    '3',
    'one-href',
    'DAV:current-user-principal holds one href of a principal that answers.',
    {},
    async (t) => {
      const path = await principal(t);
      await t.propfind(path, davDocument('propfind', '<D:prop><D:resourcetype/></D:prop>'));
    },
  ),
  current.must('3', 'same-everywhere', 'It is the same on a file as on a collection.', {}, async (t) => {
    await t.givenFile('a.txt');
    ensureEqual(await hrefProperty(t, 'a.txt', dav('current-user-principal')), await principal(t), 'the principal');
  }),
  current.must('3', 'protected', 'DAV:current-user-principal is protected.', {}, (t) =>
    ensureProtected(t, '', 'current-user-principal'),
  ),
  current.should('3', 'not-in-allprop', 'allprop leaves DAV:current-user-principal out.', {}, async (t) => {
    const answer = await t.propfind('', allpropBody);
    const found = foundNames(answer.need(t.home));
    ensure(!found.includes(clark(dav('current-user-principal'))), 'allprop returns it', answer.http);
  }),
];

export const accessControlCases = [
  must('7.2', 'advertised', 'OPTIONS of a resource with access control says access-control.', {}, async (t) => {
    await t.givenFile('a.txt');
    const response = await t.send('OPTIONS', 'a.txt');
    ensure(/(^|,)\s*access-control\s*(,|$)/.test(response.header('dav') ?? ''), 'DAV does not say it', response);
  }),
  must(
    '4',
    'principal-type',
    'The resourcetype of a principal holds DAV:principal.',
    { needs: ['current-user-principal'] },
    async (t) => {
      const type = await ensurePresent(t, await principal(t), 'resourcetype');
      ensureEqual(childrenOf(type, dav('principal')).length, 1, 'the number of DAV:principal elements');
    },
  ),
  must(
    '4.2',
    'principal-url',
    'DAV:principal-URL of a principal leads to itself.',
    { needs: ['current-user-principal'] },
    async (t) => {
      const path = await principal(t);
      ensureEqual(await hrefProperty(t, path, dav('principal-URL')), path, 'DAV:principal-URL');
    },
  ),
  must(
    '4',
    'principal-displayname',
    'A principal has a DAV:displayname that is not empty.',
    { needs: ['current-user-principal'] },
    async (t) => {
      ensure((await t.propertyText(await principal(t), dav('displayname'))) !== '', 'DAV:displayname is empty');
    },
  ),
  must(
    '4.1',
    'principal-required-properties',
    'A principal has alternate-URI-set and group-membership.',
    { needs: ['current-user-principal'] },
    async (t) => {
      const path = await principal(t);
      for (const name of ['alternate-URI-set', 'group-membership']) await ensurePresent(t, path, name);
    },
  ),
  must('5', 'required-properties', 'A resource has the properties that access control requires.', {}, async (t) => {
    await t.givenFile('a.txt');
    for (const name of ['supported-privilege-set', 'current-user-privilege-set', 'principal-collection-set']) {
      await ensurePresent(t, 'a.txt', name);
    }
  }),
  must('5.1', 'owner', 'DAV:owner, where there is one, holds at most one href.', {}, async (t) => {
    await t.givenFile('a.txt');
    const answer = await t.property('a.txt', dav('owner'));
    skipUnless(answer?.status === 200, 'the server has no DAV:owner');
    ensure(childrenOf(answer.element, dav('href')).length <= 1, 'DAV:owner holds several hrefs');
  }),
  must(
    '5.3',
    'supported-privileges',
    'DAV:supported-privilege-set holds DAV:all with DAV:read and DAV:write.',
    {},
    async (t) => {
      const supported = await ensurePresent(t, '', 'supported-privilege-set');
      const named = descendants(supported, dav('privilege')).flatMap((one) => elements(one).map((child) => child.name));
      for (const name of ['all', 'read', 'write']) ensure(named.includes(name), `DAV:${name} is not supported`);
    },
  ),
  must(
    '5.4',
    'current-privileges',
    'Who can read and write sees that in current-user-privilege-set.',
    {},
    async (t) => {
      await t.givenFile('a.txt');
      const set = await ensurePresent(t, 'a.txt', 'current-user-privilege-set');
      const named = descendants(set, dav('privilege')).flatMap((one) => elements(one).map((child) => child.name));
      ensure(named.includes('read') || named.includes('all'), `the privileges are ${named.join(', ')}`);
      const writes = ['write', 'write-content', 'all'].some((name) => named.includes(name));
      ensure(writes, `the privileges are ${named.join(', ')} although PUT works`);
    },
  ),
  must('5.4', 'protected', 'The properties of access control are protected.', {}, async (t) => {
    await t.givenFile('a.txt');
    for (const name of ['current-user-privilege-set', 'supported-privilege-set', 'acl', 'acl-restrictions']) {
      await ensureProtected(t, 'a.txt', name);
    }
  }),
  should('5', 'not-in-allprop', 'allprop leaves the properties of access control out.', {}, async (t) => {
    const answer = await t.propfind('', allpropBody);
    const found = foundNames(answer.need(t.home));
    for (const name of ['acl', 'supported-privilege-set', 'current-user-privilege-set', 'principal-collection-set']) {
      ensure(!found.includes(clark(dav(name))), `allprop returns DAV:${name}`, answer.http);
    }
  }),
  must(
    '5.8',
    'principal-collections',
    'DAV:principal-collection-set leads to collections that answer.',
    {},
    async (t) => {
      const path = await hrefProperty(t, '', dav('principal-collection-set'));
      skipUnless(path !== undefined, 'the set is empty');
      await t.propfind(path, davDocument('propfind', '<D:prop><D:resourcetype/></D:prop>'));
    },
  ),
  must('8.1', 'acl-sets', 'ACL sets an entry that DAV:acl then shows.', aclMethod, async (t) => {
    await t.givenFile('a.txt');
    const path = await principal(t);
    const who = `<D:href>${path}</D:href>`;
    const full = ace(who, '<D:privilege><D:all/></D:privilege>');
    ensureStatus(await acl(t, 'a.txt', full + ace('<D:authenticated/>', readPrivilege)), [200], 'ACL');
    const list = await ensurePresent(t, 'a.txt', 'acl');
    const open = descendants(list, dav('ace')).filter((one) => descendants(one, dav('authenticated')).length > 0);
    ensure(
      open.some((one) => descendants(one, dav('read')).length > 0),
      'DAV:acl does not show the entry',
    );
    ensureEqual(await t.content('a.txt'), 'content of a.txt\n', 'the content for its owner');
  }),
  must('8.1', 'acl-replaces', 'ACL replaces the entries that are not protected or inherited.', aclMethod, async (t) => {
    await t.givenFile('a.txt');
    const who = `<D:href>${await principal(t)}</D:href>`;
    const full = ace(who, '<D:privilege><D:all/></D:privilege>');
    ensureStatus(await acl(t, 'a.txt', full + ace('<D:authenticated/>', readPrivilege)), [200], 'the first ACL');
    ensureStatus(await acl(t, 'a.txt', full), [200], 'the second ACL');
    const list = await ensurePresent(t, 'a.txt', 'acl');
    const own = descendants(list, dav('ace')).filter(
      (one) => childrenOf(one, dav('inherited')).length === 0 && childrenOf(one, dav('protected')).length === 0,
    );
    ensure(!own.some((one) => descendants(one, dav('authenticated')).length > 0), 'the first entry is still there');
  }),
  must(
    '8.1.1',
    'acl-unknown-privilege',
    'ACL with a privilege that is not supported is refused.',
    aclMethod,
    async (t) => {
      await t.givenFile('a.txt');
      const who = `<D:href>${await principal(t)}</D:href>`;
      const response = await acl(t, 'a.txt', ace(who, '<D:privilege><T:dream/></D:privilege>'));
      ensureStatus(response, [403, 409], 'ACL with an unknown privilege');
      ensureCondition(response, 'not-supported-privilege');
    },
  ),
  must(
    '8.1.1',
    'acl-unknown-principal',
    'ACL for a principal that does not exist is refused.',
    aclMethod,
    async (t) => {
      await t.givenFile('a.txt');
      const who = `<D:href>${await principal(t)}-that-nobody-knows</D:href>`;
      const response = await acl(t, 'a.txt', ace(who, readPrivilege));
      ensureStatus(response, [403, 409], 'ACL for an unknown principal');
      ensureCondition(response, 'recognized-principal');
    },
  ),
  must('8.1', 'acl-ill-formed', 'ACL with an ill-formed body is refused with 400.', aclMethod, async (t) => {
    await t.givenFile('a.txt');
    ensureStatus(await t.sendXml('ACL', 'a.txt', '<D:acl xmlns:D="DAV:"><D:ace>'), [400], 'ACL');
  }),
  must('8.1', 'acl-unmapped', 'ACL of a URL without a resource is answered with 404.', aclMethod, async (t) => {
    ensureStatus(await acl(t, 'nothing.txt', ace('<D:all/>', readPrivilege)), [404], 'ACL of an unmapped URL');
  }),
  must(
    '9.2',
    'acl-principal-prop-set',
    'The report returns properties of the principals in an ACL.',
    { needs: ['acl-principal-prop-set'] },
    async (t) => {
      await t.givenFile('a.txt');
      const body = davDocument('acl-principal-prop-set', '<D:prop><D:displayname/></D:prop>');
      Multistatus.of(await t.sendXml('REPORT', 'a.txt', body, { Depth: '0' }));
    },
  ),
  must(
    '9.3',
    'principal-match-self',
    'principal-match with DAV:self finds the current principal.',
    { needs: ['principal-match', 'current-user-principal'] },
    async (t) => {
      const collection = await principalCollection(t);
      const body = davDocument('principal-match', '<D:self/><D:prop><D:displayname/></D:prop>');
      const answer = Multistatus.of(await t.sendXml('REPORT', collection, body, { Depth: '0' }));
      answer.need(await principal(t));
    },
  ),
  must(
    '9.4',
    'principal-property-search',
    'A search for a part of the display name finds the principal.',
    { needs: ['principal-property-search', 'current-user-principal'] },
    async (t) => {
      const path = await principal(t);
      const name = await t.propertyText(path, dav('displayname'));
      const answer = await searchPrincipals(t, name.slice(0, Math.max(1, name.length - 1)));
      ensureEqual(propertyOf(answer.need(path), dav('displayname'))?.text, name, 'DAV:displayname', answer.http);
    },
  ),
  must(
    '9.4',
    'principal-property-search-nothing',
    'A search that matches nobody is an empty multistatus.',
    { needs: ['principal-property-search'] },
    async (t) => {
      const answer = await searchPrincipals(t, 'nobody-is-called-like-that-4711');
      ensureEqual(answer.responses.length, 0, 'the number of principals', answer.http);
    },
  ),
  must(
    '9.4',
    'principal-property-search-caseless',
    'The search does not tell letter case apart.',
    { needs: ['principal-property-search', 'current-user-principal'] },
    async (t) => {
      const path = await principal(t);
      const name = await t.propertyText(path, dav('displayname'));
      (await searchPrincipals(t, name.toUpperCase())).need(path);
    },
  ),
  must(
    '9.5',
    'principal-search-property-set',
    'The report lists DAV:displayname as searchable or another property.',
    { needs: ['principal-search-property-set'] },
    async (t) => {
      const body = davDocument('principal-search-property-set', '');
      const response = await t.sendXml('REPORT', await principalCollection(t), body, { Depth: '0' });
      ensureStatus(response, [200], 'the report');
      ensure(/principal-search-property/.test(response.text), 'no DAV:principal-search-property-set', response);
    },
  ),
  must(
    '9',
    'report-depth',
    'A report of principals with a Depth other than 0 is refused.',
    { needs: ['principal-search-property-set'] },
    async (t) => {
      const body = davDocument('principal-search-property-set', '');
      const response = await t.sendXml('REPORT', await principalCollection(t), body, { Depth: '1' });
      ensureClientError(response, 'the report with Depth 1');
    },
  ),
];

async function principalCollection(t: Target): Promise<string> {
  const path = await hrefProperty(t, '', dav('principal-collection-set'));
  skipUnless(path !== undefined, 'the server names no collection of principals');
  return path;
}

async function searchPrincipals(t: Target, match: string): Promise<Multistatus> {
  const search =
    `<D:property-search><D:prop><D:displayname/></D:prop><D:match>${match}</D:match></D:property-search>` +
    '<D:prop><D:displayname/></D:prop>';
  const body = davDocument('principal-property-search', search);
  return Multistatus.of(await t.sendXml('REPORT', await principalCollection(t), body, { Depth: '0' }));
}
