/** RFC 6578: collection synchronisation. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureClientError, ensureEqual, ensureSameSet, ensureStatus, skipUnless } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { allpropBody, davDocument, propfindOf, syncCollectionBody } from '../dav/bodies.ts';
import type { SyncRequest } from '../dav/bodies.ts';
import { comparablePath } from '../dav/href.ts';
import { foundNames, Multistatus, propertyOf } from '../dav/multistatus.ts';
import { clark, dav, own } from '../dav/names.ts';
import { conditionsOf, ensureCondition } from '../dav/xml.ts';

const { must, should } = casesOf('RFC 6578', ['sync-collection']);

type Sync = Partial<SyncRequest>;

function report(t: Target, name: string, sync: Sync = {}, headers: Record<string, string> = {}) {
  const body = syncCollectionBody({ token: '', names: [dav('getetag')], ...sync });
  return t.sendXml('REPORT', name, body, headers);
}

/** The report of the case's collection, which must be a multistatus with a token. */
async function changes(t: Target, sync: Sync = {}): Promise<{ answer: Multistatus; token: string }> {
  const answer = Multistatus.of(await report(t, '', sync));
  const token = answer.syncToken;
  ensure(token !== undefined && token !== '', 'the report has no DAV:sync-token (RFC 6578 §6.2)', answer.http);
  return { answer, token };
}

/** What changed since a token, as `name` or `-name` for a removed member. */
async function changedNames(t: Target, token: string): Promise<readonly string[]> {
  const { answer } = await changes(t, { token });
  const prefix = comparablePath(t.home)?.length ?? 0;
  return answer.responses.map((one) => (one.status === 404 ? '-' : '') + one.path.slice(prefix + 1));
}

async function tokenOf(t: Target): Promise<string> {
  return (await changes(t)).token;
}

/** Reads page after page until the server no longer says 507 for the collection. */
async function allPages(t: Target, limit: number): Promise<{ paths: readonly string[]; pages: number }> {
  const paths: string[] = [];
  let token = '';
  for (let pages = 1; pages <= 50; pages += 1) {
    const page = await changes(t, { token, limit });
    const own = page.answer.at(t.home);
    paths.push(...page.answer.responses.filter((one) => one !== own).map((one) => one.path));
    if (own?.status !== 507) return { paths, pages };
    token = page.token;
  }
  throw new Error('the pages do not end');
}

export const syncCases = [
  must(
    '3.1',
    'report-advertised',
    'The report is named by DAV:supported-report-set of a collection.',
    {},
    async (t) => {
      const answer = await t.property('', dav('supported-report-set'));
      ensure(answer?.status === 200, 'no DAV:supported-report-set');
    },
  ),
  must('3.4', 'initial', 'With an empty token all members are reported, and a new token.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.givenCollection('sub');
    const { answer } = await changes(t);
    const expected = ['a.txt', 'sub'].map((name) => comparablePath(t.path(name)) ?? '');
    ensureSameSet(answer.paths, expected, 'the members');
  }),
  must('3.5', 'collection-itself-not-reported', 'The collection itself is no member of its report.', {}, async (t) => {
    await t.givenFile('a.txt');
    const { answer } = await changes(t);
    ensure(answer.at(t.home) === undefined, 'the collection itself is reported', answer.http);
  }),
  must('3.5', 'level-1', 'sync-level 1 reports immediate members only.', {}, async (t) => {
    await t.givenCollection('sub');
    const token = await tokenOf(t);
    await t.givenFile('sub/deep.txt');
    const { answer } = await changes(t, { token });
    ensure(answer.at(t.path('sub/deep.txt')) === undefined, 'a member of a member is reported', answer.http);
  }),
  must('3.2', 'unchanged', 'Without changes nothing is reported.', {}, async (t) => {
    await t.givenFile('a.txt');
    const token = await tokenOf(t);
    ensureEqual((await changedNames(t, token)).join(), '', 'the changes');
    ensureEqual((await changedNames(t, token)).join(), '', 'the changes, asked again with the same token');
  }),
  must('3.5.1', 'added', 'A new member is reported with its properties.', {}, async (t) => {
    const token = await tokenOf(t);
    await t.givenFile('new.txt');
    const { answer } = await changes(t, { token });
    const response = answer.need(t.path('new.txt'));
    ensureEqual(response.status, undefined, 'a status for the whole new member', answer.http);
    ensureEqual(propertyOf(response, dav('getetag'))?.status, 200, 'DAV:getetag of the new member', answer.http);
  }),
  must('3.5.1', 'changed', 'A member with new content is reported with its new entity tag.', {}, async (t) => {
    await t.givenFile('a.txt', 'one');
    await t.givenFile('b.txt');
    const token = await tokenOf(t);
    await t.givenFile('a.txt', 'two');
    const { answer } = await changes(t, { token });
    ensureSameSet(answer.paths, [comparablePath(t.path('a.txt')) ?? ''], 'the changed members');
    const reported = propertyOf(answer.need(t.path('a.txt')), dav('getetag'))?.text;
    ensureEqual(reported, (await t.send('HEAD', 'a.txt')).header('etag'), 'the reported entity tag', answer.http);
  }),
  must('3.5.2', 'removed', 'A removed member is reported with status 404 and no propstat.', {}, async (t) => {
    await t.givenFile('a.txt');
    const token = await tokenOf(t);
    await t.delete('a.txt');
    const { answer } = await changes(t, { token });
    const response = answer.need(t.path('a.txt'));
    ensureEqual(response.status, 404, 'the status of the removed member', answer.http);
    ensureEqual(response.properties.length, 0, 'the number of its properties', answer.http);
  }),
  must('3.5.2', 'removed-collection', 'A removed collection is reported with status 404.', {}, async (t) => {
    await t.givenCollection('sub');
    await t.givenFile('sub/a.txt');
    const token = await tokenOf(t);
    await t.delete('sub/');
    ensureEqual((await changedNames(t, token)).join(), '-sub', 'the changes');
  }),
  must('3.5', 'moved', 'MOVE is reported as a removed and a new member.', {}, async (t) => {
    await t.givenFile('a.txt');
    const token = await tokenOf(t);
    await t.move('a.txt', 'b.txt');
    ensureSameSet(await changedNames(t, token), ['-a.txt', 'b.txt'], 'the changes');
  }),
  must('3.5', 'moved-out', 'A member that was moved to another collection is reported as removed.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.givenCollection('sub');
    const token = await tokenOf(t);
    await t.move('a.txt', 'sub/a.txt');
    ensure((await changedNames(t, token)).includes('-a.txt'), 'the member that is gone is not reported');
  }),
  must('3.5', 'copied', 'A copy is reported as a new member.', {}, async (t) => {
    await t.givenFile('a.txt');
    const token = await tokenOf(t);
    await t.copy('a.txt', 'b.txt');
    ensureSameSet(await changedNames(t, token), ['b.txt'], 'the changes');
  }),
  must(
    '3.5',
    'removed-and-made-again',
    'A member that was removed and made again is reported as changed.',
    {},
    async (t) => {
      await t.givenFile('a.txt', 'one');
      const token = await tokenOf(t);
      await t.delete('a.txt');
      await t.givenFile('a.txt', 'two');
      ensureSameSet(await changedNames(t, token), ['a.txt'], 'the changes');
    },
  ),
  must('3.5', 'made-and-removed', 'A member that came and went is not reported as being there.', {}, async (t) => {
    const token = await tokenOf(t);
    await t.givenFile('a.txt');
    await t.delete('a.txt');
    ensure(!(await changedNames(t, token)).includes('a.txt'), 'a member that is not there is reported');
  }),
  must(
    '3.5',
    'overwritten-by-move',
    'A member that another one was moved over is reported as changed.',
    {},
    async (t) => {
      await t.givenFile('a.txt', 'a');
      await t.givenFile('b.txt', 'b');
      const token = await tokenOf(t);
      await t.move('a.txt', 'b.txt');
      ensureSameSet(await changedNames(t, token), ['-a.txt', 'b.txt'], 'the changes');
    },
  ),
  must('3.2', 'old-token', 'A token can be used again: it reports everything since then.', {}, async (t) => {
    const first = await tokenOf(t);
    await t.givenFile('a.txt');
    await tokenOf(t);
    await t.givenFile('b.txt');
    ensureSameSet(await changedNames(t, first), ['a.txt', 'b.txt'], 'the changes since the first token');
  }),
  must('3.2', 'depth-1-refused', 'A report with Depth 1 is refused with 400.', {}, async (t) => {
    ensureStatus(await report(t, '', {}, { Depth: '1' }), [400], 'the report with Depth 1');
  }),
  must('3.2', 'depth-0-accepted', 'A report with Depth 0 is the same as one without Depth.', {}, async (t) => {
    Multistatus.of(await report(t, '', {}, { Depth: '0' }));
  }),
  must(
    '3.2',
    'invalid-token',
    'A token that the server never gave is refused with DAV:valid-sync-token.',
    {},
    async (t) => {
      for (const token of ['urn:example:never-given', 'no URI at all']) {
        const response = await report(t, '', { token });
        ensureClientError(response, `the report with the token "${token}"`);
        ensureCondition(response, 'valid-sync-token');
      }
    },
  ),
  must(
    '3.2',
    'token-of-other-collection',
    'A token of another collection is refused, or used without harm.',
    {},
    async (t) => {
      await t.givenCollection('sub');
      await t.givenFile('a.txt');
      const other = Multistatus.of(await report(t, 'sub/')).syncToken ?? '';
      const response = await report(t, '', { token: other });
      if (response.status === 207) Multistatus.of(response);
      else ensure(conditionsOf(response).includes(clark(dav('valid-sync-token'))), 'no DAV:valid-sync-token', response);
    },
  ),
  must('4', 'property-equals-token', 'DAV:sync-token is the token of the report.', {}, async (t) => {
    await t.givenFile('a.txt');
    const { token } = await changes(t);
    const property = await t.propertyText('', dav('sync-token'));
    ensure(/^[a-z][a-z0-9+.-]*:\S+$/i.test(property), `DAV:sync-token ${property} is no URI`);
    ensureEqual((await changedNames(t, property)).join(), '', 'the changes since DAV:sync-token');
    ensureEqual((await changedNames(t, token)).join(), '', 'the changes since the token of the report');
  }),
  must('4', 'property-changes', 'DAV:sync-token changes when a member does.', {}, async (t) => {
    const before = await t.propertyText('', dav('sync-token'));
    await t.givenFile('a.txt');
    ensure((await t.propertyText('', dav('sync-token'))) !== before, 'DAV:sync-token stayed the same');
  }),
  should('4', 'property-not-in-allprop', 'allprop leaves DAV:sync-token out.', {}, async (t) => {
    const answer = await t.propfind('', allpropBody);
    const found = foundNames(answer.need(t.home));
    ensure(!found.includes(clark(dav('sync-token'))), 'allprop returns DAV:sync-token', answer.http);
  }),
  must('3.7', 'limit', 'A limit is kept: 507 for the collection says that there is more.', {}, async (t) => {
    for (let index = 0; index < 7; index += 1) await t.givenFile(`f${index}.txt`);
    const response = await report(t, '', { limit: 3 });
    if (response.status === 507) {
      ensureCondition(response, 'number-of-matches-within-limits'); // A server that cannot page may refuse.
      return;
    }
    const answer = Multistatus.of(response);
    const members = answer.responses.filter((one) => one !== answer.at(t.home));
    ensure(members.length <= 3, `${members.length} members were reported although the limit is 3`, response);
    ensureEqual(answer.need(t.home).status, 507, 'the status of the collection', response);
  }),
  should('3.6', 'limit-condition', 'The 507 carries DAV:number-of-matches-within-limits.', {}, async (t) => {
    for (let index = 0; index < 3; index += 1) await t.givenFile(`f${index}.txt`);
    const response = await report(t, '', { limit: 1 });
    ensure(
      conditionsOf(response).includes(clark(dav('number-of-matches-within-limits'))),
      'the condition is missing',
      response,
    );
  }),
  must('3.6', 'pages-complete', 'The pages of a limited report hold every member once.', {}, async (t) => {
    const names = Array.from({ length: 10 }, (_, index) => `f${index}.txt`);
    for (const name of names) await t.givenFile(name);
    skipUnless((await report(t, '', { limit: 3 })).status === 207, 'the server cannot page');
    const { paths, pages } = await allPages(t, 3);
    ensureSameSet(
      paths,
      names.map((name) => comparablePath(t.path(name)) ?? ''),
      'the members of all pages',
    );
    ensure(pages >= 4, `ten members with limit 3 came in ${pages} pages`);
  }),
  must('3.5', 'missing-property', 'A requested property that a member lacks has status 404.', {}, async (t) => {
    await t.givenFile('a.txt');
    const { answer } = await changes(t, { names: [dav('getetag'), own('never-set')] });
    ensureEqual(propertyOf(answer.need(t.path('a.txt')), own('never-set'))?.status, 404, 'its status', answer.http);
  }),
  must(
    '3.3',
    'level-infinite',
    'sync-level infinite reports the whole tree, or is refused with 403.',
    {},
    async (t) => {
      await t.givenCollection('sub');
      await t.givenFile('sub/deep.txt');
      const response = await report(t, '', { level: 'infinite' });
      ensureStatus(response, [207, 403, 507], 'the report of level infinite');
      if (response.status !== 207) return;
      const answer = Multistatus.of(response);
      const deep = answer.at(t.path('sub/deep.txt')) ?? answer.at(t.path('sub'));
      ensure(deep !== undefined, 'neither the inner file nor its collection is reported', response);
    },
  ),
  must('3.2', 'on-file', 'The report on a file is refused.', {}, async (t) => {
    await t.givenFile('a.txt');
    ensureClientError(await report(t, 'a.txt'), 'the report on a file');
  }),
  must('3.2', 'unmapped-url', 'The report on a URL without a resource is answered with 404.', {}, async (t) => {
    ensureStatus(await report(t, 'nothing/'), [404], 'the report on an unmapped URL');
  }),
  must('6.1', 'incomplete-body', 'A report without DAV:sync-token is refused.', {}, async (t) => {
    const body = davDocument('sync-collection', '<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>');
    ensureClientError(await t.sendXml('REPORT', '', body), 'a report without DAV:sync-token');
  }),
  must('5', 'token-in-if', 'The token of a collection can be a condition in If.', {}, async (t) => {
    await t.givenFile('a.txt', 'one');
    const { token } = await changes(t);
    const header = `<${t.uri('')}> (<${token}>)`;
    ensureStatus(await t.put('a.txt', 'two', { If: header }), [200, 204], 'PUT with the current token');
    ensureStatus(await t.put('a.txt', 'three', { If: header }), [412], 'PUT with an old token');
    ensureEqual(await t.content('a.txt'), 'two', 'the content');
  }),
  must('3.2', 'many-members', 'Two hundred new members are all reported.', {}, async (t) => {
    const token = await tokenOf(t);
    const names = Array.from({ length: 200 }, (_, index) => `m${index}`);
    for (const name of names) await t.givenFile(name, '');
    const { answer } = await changes(t, { token });
    if (answer.at(t.home)?.status === 507) return; // A server may cut at any number: the pages are another case.
    ensureSameSet(
      answer.paths,
      names.map((name) => comparablePath(t.path(name)) ?? ''),
      'the new members',
    );
    await t.propfind('', propfindOf(dav('sync-token')));
  }),
];
