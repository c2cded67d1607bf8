/** RFC 4918 §5: collections and their URLs. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureSameSet, ensureStatus } from '../case/outcome.ts';
import { propfindOf } from '../dav/bodies.ts';
import { comparablePath } from '../dav/href.ts';
import { dav } from '../dav/names.ts';

const { must, should } = casesOf('RFC 4918');
const resourceType = propfindOf(dav('resourcetype'));

export const collectionCases = [
  must('5.2', 'members-listed-once', 'A collection lists each internal member exactly once.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.givenCollection('sub');
    await t.givenFile('sub/deep.txt');
    const listing = await t.propfind('', resourceType, '1');
    const expected = ['', 'a.txt', 'sub'].map((name) => comparablePath(t.path(name)) ?? '');
    ensureSameSet(listing.paths, expected, 'the members at depth 1');
  }),
  must('5.2', 'removed-member-unlisted', 'A member that was deleted is listed no more.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.givenFile('b.txt');
    await t.delete('a.txt');
    const listing = await t.propfind('', resourceType, '1');
    ensure(listing.at(t.path('a.txt')) === undefined, 'the deleted member is still listed', listing.http);
    ensure(listing.at(t.path('b.txt')) !== undefined, 'the other member is not listed', listing.http);
  }),
  should(
    '5.2',
    'collection-href-slash',
    'URLs of collections that the server writes end with a slash.',
    {},
    async (t) => {
      await t.givenCollection('sub');
      const listing = await t.propfind('', resourceType, '1');
      const href = listing.need(t.path('sub')).hrefs[0] ?? '';
      ensure(href.endsWith('/'), `the href of a collection is ${href}`, listing.http);
    },
  ),
  must('5.2', 'file-href-without-slash', 'The URL of a file does not end with a slash.', {}, async (t) => {
    await t.givenFile('a.txt');
    const listing = await t.propfind('', resourceType, '1');
    const href = listing.need(t.path('a.txt')).hrefs[0] ?? '';
    ensure(!href.endsWith('/'), `the href of a file is ${href}`, listing.http);
  }),
  should(
    '5.2',
    'content-location-without-slash',
    'A request to a collection without its slash is redirected, or answered with Content-Location.',
    {},
    async (t) => {
      await t.givenCollection('sub');
      const response = await t.sendXml('PROPFIND', 'sub', resourceType, { Depth: '0' });
      ensureStatus(response, [207, 301, 302, 307, 308], 'PROPFIND of a collection without the slash');
      const named = response.header('content-location') ?? response.header('location') ?? '';
      ensure(named.endsWith('/'), 'neither Content-Location nor Location names the URL with the slash', response);
    },
  ),
  must('5.1', 'parent-must-exist', 'No resource comes about whose parent collection does not exist.', {}, async (t) => {
    await t.put('missing/a.txt', 'x');
    ensure(!(await t.exists('missing/a.txt')) || (await t.exists('missing/')), 'a resource without a parent exists');
  }),
];
