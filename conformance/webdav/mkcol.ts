/** RFC 4918 §9.3: MKCOL. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureClientError, ensureEqual, ensureStatus } from '../case/outcome.ts';
import { propfindOf } from '../dav/bodies.ts';
import { dav } from '../dav/names.ts';
import { childrenOf } from '../dav/xml.ts';

const { must } = casesOf('RFC 4918');

export const mkcolCases = [
  must('9.3', 'creates-collection', 'MKCOL makes an empty collection and answers 201.', {}, async (t) => {
    ensureStatus(await t.mkcol('sub/'), [201], 'MKCOL');
    const answer = await t.property('sub/', dav('resourcetype'));
    ensure(answer !== undefined && childrenOf(answer.element, dav('collection')).length === 1, 'it is no collection');
    ensureEqual((await t.propfind('sub/', propfindOf(dav('resourcetype')), '1')).paths.length, 1, 'its listing');
  }),
  must('9.3', 'without-slash', 'MKCOL works without a slash at the end of the URL.', {}, async (t) => {
    ensureStatus(await t.mkcol('sub'), [201], 'MKCOL');
    await t.givenFile('sub/a.txt');
    ensureEqual(await t.content('sub/a.txt'), 'content of sub/a.txt\n', 'a file in it');
  }),
  must('9.3', 'member-of-parent', 'The new collection is a member of its parent.', {}, async (t) => {
    await t.mkcol('sub/');
    const listing = await t.propfind('', propfindOf(dav('resourcetype')), '1');
    ensure(listing.at(t.path('sub')) !== undefined, 'the parent does not list it', listing.http);
  }),
  must('9.3', 'existing-collection', 'MKCOL of a collection that exists is answered with 405.', {}, async (t) => {
    await t.givenCollection('sub');
    await t.givenFile('sub/a.txt');
    ensureStatus(await t.mkcol('sub/'), [405], 'MKCOL of an existing collection');
    ensure(await t.exists('sub/a.txt'), 'the members are gone');
  }),
  must('9.3', 'existing-file', 'MKCOL of a file that exists is answered with 405.', {}, async (t) => {
    await t.givenFile('a');
    ensureStatus(await t.mkcol('a'), [405], 'MKCOL of an existing file');
    ensureEqual(await t.content('a'), 'content of a\n', 'the file');
  }),
  must(
    '9.3',
    'parent-missing',
    'MKCOL without its parent is answered with 409 and makes no parents.',
    {},
    async (t) => {
      ensureStatus(await t.mkcol('missing/sub/'), [409], 'MKCOL in a collection that is not there');
      ensure(!(await t.exists('missing/')), 'the parent was made');
    },
  ),
  must('9.3.1', 'parent-is-file', 'MKCOL below a file is refused.', {}, async (t) => {
    await t.givenFile('a');
    ensureClientError(await t.mkcol('a/sub/'), 'MKCOL below a file');
    ensureEqual(await t.content('a'), 'content of a\n', 'the file');
  }),
  must('9.3', 'unknown-body', 'MKCOL with a body of an unknown type is answered with 415.', {}, async (t) => {
    const headers = { 'Content-Type': 'application/x-unknown' };
    ensureStatus(await t.send('MKCOL', 'sub/', { headers, body: 'unknown' }), [415], 'MKCOL with an unknown body');
    ensure(!(await t.exists('sub/')), 'the collection was made all the same');
  }),
];
