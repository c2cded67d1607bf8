/** RFC 4918 §15: the live properties. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureEqual, ensureStatus, skipUnless } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { propertyUpdate, remove, set } from '../dav/bodies.ts';
import { Multistatus, propertyOf } from '../dav/multistatus.ts';
import { dav } from '../dav/names.ts';
import { childrenOf, descendants } from '../dav/xml.ts';
import { waitMs } from './support/wait.ts';

const { must, should, may } = casesOf('RFC 4918');

/** A property must be there, with the same value, where GET sends a header: RFC 4918 §15.3 to §15.7. */
async function ensureLikeHeader(t: Target, property: string, header: string): Promise<void> {
  await t.givenFile('a.txt', 'some content');
  const response = await t.get('a.txt');
  const value = response.header(header);
  skipUnless(value !== undefined, `GET returns no ${header}`);
  ensureEqual(
    await t.propertyText('a.txt', dav(property)),
    value,
    `DAV:${property}, compared with ${header}`,
    response,
  );
}

/** Neither setting nor removing a protected property may succeed or change it. */
async function ensureProtected(t: Target, property: string, xml: string): Promise<void> {
  await t.givenFile('a.txt');
  const before = await t.property('a.txt', dav(property));
  skipUnless(before?.status === 200, `the server has no DAV:${property}`);
  for (const instruction of [set(`<D:${property}>${xml}</D:${property}>`), remove(`<D:${property}/>`)]) {
    const response = await t.proppatch('a.txt', propertyUpdate(instruction));
    const status =
      response.status === 207
        ? propertyOf(Multistatus.of(response).need(t.path('a.txt')), dav(property))?.status
        : response.status;
    ensure((status ?? 0) >= 400, `DAV:${property} was changed: status ${status}`, response);
  }
  const after = await t.property('a.txt', dav(property));
  ensureEqual(after?.text, before.text, `DAV:${property} afterwards`);
}

const likeHeader: readonly (readonly [string, string, string])[] = [
  ['15.3', 'getcontentlanguage', 'Content-Language'],
  ['15.4', 'getcontentlength', 'Content-Length'],
  ['15.5', 'getcontenttype', 'Content-Type'],
  ['15.6', 'getetag', 'ETag'],
  ['15.7', 'getlastmodified', 'Last-Modified'],
];

const likeHeaderCases = likeHeader.map(([section, property, header]) =>
  must(section, `${property}-like-header`, `DAV:${property} is what GET returns as ${header}.`, {}, (t) =>
    ensureLikeHeader(t, property, header),
  ),
);

const supportedLock =
  '<D:lockentry><D:lockscope><D:shared/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>';

export const propertyCases = [
  ...likeHeaderCases,
  must('15.1', 'creationdate-form', 'DAV:creationdate is a date and time of RFC 3339.', {}, async (t) => {
    await t.givenFile('a.txt');
    const answer = await t.property('a.txt', dav('creationdate'));
    skipUnless(answer?.status === 200, 'the server has no DAV:creationdate');
    const pattern = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
    ensure(pattern.test(answer.text), `DAV:creationdate is ${answer.text}`);
  }),
  should('15.2', 'displayname-settable', 'DAV:displayname can be set.', { needs: ['dead-properties'] }, async (t) => {
    await t.givenFile('a.txt');
    const update = propertyUpdate(set('<D:displayname>A name &amp; more</D:displayname>'));
    const response = await t.proppatch('a.txt', update);
    const status = propertyOf(Multistatus.of(response).need(t.path('a.txt')), dav('displayname'))?.status;
    ensureEqual(status, 200, 'the status of DAV:displayname', response);
    ensureEqual(await t.propertyText('a.txt', dav('displayname')), 'A name & more', 'DAV:displayname');
  }),
  must('15.4', 'getcontentlength-octets', 'DAV:getcontentlength counts octets, not characters.', {}, async (t) => {
    await t.givenFile('a.txt', 'é日𝄞');
    ensureEqual(await t.propertyText('a.txt', dav('getcontentlength')), '9', 'DAV:getcontentlength');
  }),
  may('15.5', 'content-type-kept', 'The Content-Type of PUT is the one that GET returns.', {}, async (t) => {
    await t.put('a.dat', '{}', { 'Content-Type': 'application/vnd.example+json' });
    const response = await t.get('a.dat');
    ensureEqual(response.header('content-type'), 'application/vnd.example+json', 'Content-Type of GET', response);
  }),
  must('15.6', 'getetag-form', 'DAV:getetag is a quoted entity tag.', { needs: ['etag'] }, async (t) => {
    await t.givenFile('a.txt');
    const etag = await t.propertyText('a.txt', dav('getetag'));
    ensure(/^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/.test(etag), `DAV:getetag is ${etag}`);
  }),
  must('15.6', 'getetag-changes', 'DAV:getetag changes when the content does.', { needs: ['etag'] }, async (t) => {
    await t.givenFile('a.txt', 'one');
    const before = await t.propertyText('a.txt', dav('getetag'));
    await t.givenFile('a.txt', 'two');
    ensure((await t.propertyText('a.txt', dav('getetag'))) !== before, 'DAV:getetag stayed the same');
  }),
  must(
    '15.7',
    'getlastmodified-form',
    'DAV:getlastmodified is an IMF-fixdate.',
    { needs: ['last-modified'] },
    async (t) => {
      await t.givenFile('a.txt');
      const date = await t.propertyText('a.txt', dav('getlastmodified'));
      const pattern = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
      ensure(pattern.test(date), `DAV:getlastmodified is ${date}`);
    },
  ),
  must(
    '15.7',
    'getlastmodified-grows',
    'DAV:getlastmodified grows when the content changes.',
    { needs: ['last-modified'] },
    async (t) => {
      await t.givenFile('a.txt', 'one');
      const before = Date.parse(await t.propertyText('a.txt', dav('getlastmodified')));
      await waitMs(1_100, t.signal);
      await t.givenFile('a.txt', 'two');
      const after = Date.parse(await t.propertyText('a.txt', dav('getlastmodified')));
      ensure(after > before, 'DAV:getlastmodified did not grow');
    },
  ),
  must(
    '15.9',
    'resourcetype-of-collection',
    'DAV:resourcetype of a collection holds DAV:collection.',
    {},
    async (t) => {
      await t.givenCollection('sub');
      const answer = await t.property('sub/', dav('resourcetype'));
      ensure(answer?.status === 200, 'the collection has no DAV:resourcetype');
      ensureEqual(childrenOf(answer.element, dav('collection')).length, 1, 'the number of DAV:collection elements');
    },
  ),
  must(
    '15.9',
    'resourcetype-of-file',
    'DAV:resourcetype of a file is there and holds no DAV:collection.',
    {},
    async (t) => {
      await t.givenFile('a.txt');
      const answer = await t.property('a.txt', dav('resourcetype'));
      ensure(answer?.status === 200, 'the file has no DAV:resourcetype');
      ensureEqual(childrenOf(answer.element, dav('collection')).length, 0, 'the number of DAV:collection elements');
    },
  ),
  must(
    '15.8',
    'lockdiscovery-empty',
    'DAV:lockdiscovery of an unlocked file is there and empty.',
    { needs: ['class 2'] },
    async (t) => {
      await t.givenFile('a.txt');
      const answer = await t.property('a.txt', dav('lockdiscovery'));
      ensure(answer?.status === 200, 'the file has no DAV:lockdiscovery');
      ensureEqual(descendants(answer.element, dav('activelock')).length, 0, 'the number of locks');
    },
  ),
  must(
    '15.10',
    'supportedlock',
    'DAV:supportedlock lists exclusive or shared write locks.',
    { needs: ['class 2'] },
    async (t) => {
      await t.givenFile('a.txt');
      const answer = await t.property('a.txt', dav('supportedlock'));
      ensure(answer?.status === 200, 'the file has no DAV:supportedlock');
      const entries = childrenOf(answer.element, dav('lockentry'));
      ensure(entries.length > 0, 'DAV:supportedlock is empty on a class 2 resource');
      for (const entry of entries) {
        const parts = [dav('lockscope'), dav('locktype')].map((name) => childrenOf(entry, name).length);
        ensureEqual(parts.join(), '1,1', 'the DAV:lockscope and DAV:locktype of an entry');
      }
    },
  ),
  must('15.6', 'getetag-protected', 'DAV:getetag is protected.', {}, (t) => ensureProtected(t, 'getetag', '"mine"')),
  must('15.8', 'lockdiscovery-protected', 'DAV:lockdiscovery is protected.', { needs: ['class 2'] }, (t) =>
    ensureProtected(t, 'lockdiscovery', '<D:activelock/>'),
  ),
  must('15.10', 'supportedlock-protected', 'DAV:supportedlock is protected.', { needs: ['class 2'] }, (t) =>
    ensureProtected(t, 'supportedlock', supportedLock),
  ),
  should('15.9', 'resourcetype-protected', 'DAV:resourcetype of a file is protected.', {}, (t) =>
    ensureProtected(t, 'resourcetype', '<D:collection/>'),
  ),
  should('15.4', 'getcontentlength-protected', 'DAV:getcontentlength is protected, because it is computed.', {}, (t) =>
    ensureProtected(t, 'getcontentlength', '1'),
  ),
  should('15.7', 'getlastmodified-protected', 'DAV:getlastmodified is protected.', {}, (t) =>
    ensureProtected(t, 'getlastmodified', 'Mon, 01 Jan 2001 00:00:00 GMT'),
  ),
  must('15', 'properties-of-collection', 'A collection answers PROPFIND of live properties.', {}, async (t) => {
    await t.givenCollection('sub');
    const response = await t.send('PROPFIND', 'sub/', { headers: { Depth: '0' } });
    ensureStatus(response, [207], 'PROPFIND of a collection');
    const answer = Multistatus.of(response).need(t.path('sub/'));
    ensureEqual(propertyOf(answer, dav('resourcetype'))?.status, 200, 'DAV:resourcetype', response);
  }),
];
