/** RFC 7240 and RFC 8144: the Prefer header in WebDAV. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureEqual, ensureSameSet, ensureStatus } from '../case/outcome.ts';
import { ownProperty, propertyUpdate, propfindOf, set } from '../dav/bodies.ts';
import { comparablePath } from '../dav/href.ts';
import { Multistatus, propertyOf } from '../dav/multistatus.ts';
import { dav, own } from '../dav/names.ts';

const prefer = casesOf('RFC 7240');
const minimal = casesOf('RFC 8144', ['prefer-minimal']);
const represent = casesOf('RFC 8144', ['prefer-representation']);
const noroot = casesOf('RFC 8144', ['depth-noroot']);
const resourceType = propfindOf(dav('resourcetype'));

export const preferCases = [
  prefer.must('2', 'unknown-preference', 'A preference that the server does not know is ignored.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.propfind('a.txt', resourceType, '0', { Prefer: 'dreams=come-true; when="now", respond-async' });
  }),
  prefer.must('2', 'malformed', 'A malformed Prefer header does no harm.', {}, async (t) => {
    await t.givenFile('a.txt');
    for (const value of ['=', 'return="minimal', ';;,,', 'return=']) {
      const response = await t.sendXml('PROPFIND', 'a.txt', resourceType, { Depth: '0', Prefer: value });
      ensure(response.status < 500, `Prefer: ${value} was answered with ${response.status}`, response);
    }
  }),
  minimal.must('2.1', 'propfind-leaves-out-missing', 'return=minimal leaves out what was not found.', {}, async (t) => {
    await t.givenFile('a.txt');
    const body = propfindOf(dav('resourcetype'), own('never-set'));
    const answer = await t.propfind('a.txt', body, '0', { Prefer: 'return=minimal' });
    const response = answer.need(t.path('a.txt'));
    ensureEqual(propertyOf(response, dav('resourcetype'))?.status, 200, 'DAV:resourcetype', answer.http);
    ensureEqual(propertyOf(response, own('never-set')), undefined, 'the property that is not there', answer.http);
  }),
  minimal.must(
    '2.1',
    'propfind-all-missing',
    'A minimal answer without any property is still correct.',
    {},
    async (t) => {
      await t.givenFile('a.txt');
      const answer = await t.propfind('a.txt', propfindOf(own('never-set')), '0', { Prefer: 'return=minimal' });
      answer.need(t.path('a.txt'));
    },
  ),
  minimal.should(
    '2.1',
    'preference-applied',
    'The answer says in Preference-Applied that it is minimal.',
    {},
    async (t) => {
      const { http } = await t.propfind('', propfindOf(own('never-set')), '0', { Prefer: 'return=minimal' });
      ensure(/return\s*=\s*minimal/.test(http.header('preference-applied') ?? ''), 'no Preference-Applied', http);
    },
  ),
  minimal.should(
    '2.2',
    'proppatch',
    'A PROPPATCH that succeeds is answered without a body.',
    { needs: ['dead-properties'] },
    async (t) => {
      await t.givenFile('a.txt');
      const update = propertyUpdate(set(ownProperty('colour', 'blue')));
      const response = await t.proppatch('a.txt', update, { Prefer: 'return=minimal' });
      ensureStatus(response, [200, 204], 'PROPPATCH with return=minimal');
      ensureEqual(response.body.length, 0, 'the length of the answer', response);
      ensureEqual(await t.propertyText('a.txt', own('colour')), 'blue', 'the property');
    },
  ),
  minimal.must(
    '2.2',
    'proppatch-failure',
    'A PROPPATCH that fails says why, minimal or not.',
    { needs: ['dead-properties'] },
    async (t) => {
      await t.givenFile('a.txt');
      const update = propertyUpdate(set('<D:getetag>"mine"</D:getetag>'));
      const response = await t.proppatch('a.txt', update, { Prefer: 'return=minimal' });
      const status =
        response.status === 207
          ? propertyOf(Multistatus.of(response).need(t.path('a.txt')), dav('getetag'))?.status
          : response.status;
      ensure((status ?? 0) >= 400, `the failure is told as ${status}`, response);
    },
  ),
  noroot.must('4', 'depth-1', 'depth-noroot leaves out the collection itself.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.givenCollection('sub');
    const answer = await t.propfind('', resourceType, '1', { Prefer: 'depth-noroot' });
    const expected = ['a.txt', 'sub'].map((name) => comparablePath(t.path(name)) ?? '');
    ensureSameSet(answer.paths, expected, 'the resources');
  }),
  noroot.must('4', 'with-minimal', 'depth-noroot and return=minimal go together.', {}, async (t) => {
    await t.givenFile('a.txt');
    const answer = await t.propfind('', resourceType, '1', { Prefer: 'depth-noroot, return=minimal' });
    ensureSameSet(answer.paths, [comparablePath(t.path('a.txt')) ?? ''], 'the resources');
  }),
  noroot.must(
    '4',
    'empty-collection',
    'depth-noroot of an empty collection is an empty multistatus.',
    {},
    async (t) => {
      const answer = await t.propfind('', resourceType, '1', { Prefer: 'depth-noroot' });
      ensureEqual(answer.responses.length, 0, 'the number of responses', answer.http);
    },
  ),
  represent.must('3', 'put', 'PUT with return=representation returns the new content.', {}, async (t) => {
    const response = await t.put('a.txt', 'represented', { Prefer: 'return=representation' });
    ensureStatus(response, [200, 201], 'PUT');
    ensureEqual(response.text, 'represented', 'the content of the answer', response);
  }),
  represent.should(
    '3.2',
    'put-412',
    'A refused conditional PUT returns the current content.',
    { needs: ['etag'] },
    async (t) => {
      await t.givenFile('a.txt', 'current');
      const headers = { 'If-Match': '"no-such-entity-tag"', Prefer: 'return=representation' };
      const response = await t.put('a.txt', 'new', headers);
      ensureStatus(response, [412], 'PUT with a false condition');
      ensureEqual(response.text, 'current', 'the content of the answer', response);
    },
  ),
];
