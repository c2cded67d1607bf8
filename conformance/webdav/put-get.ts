/** RFC 4918 §9.4 and §9.7: GET and PUT for collections and files; RFC 9110 §9.3. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureClientError, ensureEqual, ensureStatus } from '../case/outcome.ts';
import { propfindOf } from '../dav/bodies.ts';
import { dav } from '../dav/names.ts';

const { must } = casesOf('RFC 4918');
const http = casesOf('RFC 9110');

const everyOctet = Uint8Array.from({ length: 256 }, (_, index) => index);

export const putGetCases = [
  must('9.7.1', 'parent-missing', 'PUT without its parent collection is answered with 409.', {}, async (t) => {
    ensureStatus(await t.put('missing/a.txt', 'x'), [409], 'PUT in a collection that is not there');
    ensure(!(await t.exists('missing/')), 'the parent was made');
  }),
  must('9.7.1', 'parent-is-file', 'PUT below a file is refused.', {}, async (t) => {
    await t.givenFile('a');
    ensureClientError(await t.put('a/b.txt', 'x'), 'PUT below a file');
    ensureEqual(await t.content('a'), 'content of a\n', 'the file');
  }),
  must('9.7.2', 'collection-stays', 'PUT on a collection leaves the collection and its members.', {}, async (t) => {
    await t.givenCollection('sub');
    await t.givenFile('sub/a.txt');
    const response = await t.put('sub/', 'a file now?');
    ensure(await t.exists('sub/a.txt'), 'the member of the collection is gone', response);
  }),
  must('9.7', 'member-of-parent', 'A file made by PUT is a member of its collection.', {}, async (t) => {
    await t.givenFile('a.txt');
    const listing = await t.propfind('', propfindOf(dav('resourcetype')), '1');
    ensure(listing.at(t.path('a.txt')) !== undefined, 'the collection does not list it', listing.http);
  }),
  http.must('9.3.4', 'put-creates', 'PUT of a new resource is answered with 201.', {}, async (t) => {
    ensureStatus(await t.put('a.txt', 'new'), [201], 'PUT of a new file');
    ensureEqual(await t.content('a.txt'), 'new', 'the content');
  }),
  http.must('9.3.4', 'put-replaces', 'PUT over a resource is answered with 200 or 204.', {}, async (t) => {
    await t.givenFile('a.txt', 'old and longer');
    ensureStatus(await t.put('a.txt', 'new'), [200, 204], 'PUT over a file');
    ensureEqual(await t.content('a.txt'), 'new', 'the content');
  }),
  http.must('9.3.4', 'put-empty', 'PUT with no content makes an empty file.', {}, async (t) => {
    ensureStatus(await t.put('a.txt', ''), [201], 'PUT of an empty file');
    const response = await t.get('a.txt');
    ensureStatus(response, [200, 204], 'GET of an empty file');
    ensureEqual(response.body.length, 0, 'the length');
  }),
  http.must('9.3.4', 'put-binary', 'Every octet comes back as it was sent.', {}, async (t) => {
    const body = Buffer.concat(Array.from({ length: 64 }, () => everyOctet));
    await t.put('a.bin', body, { 'Content-Type': 'application/octet-stream' });
    ensure((await t.get('a.bin')).body.equals(body), 'the content differs from what was sent');
  }),
  http.must('9.3.4', 'put-large', 'A file of four mebibytes comes back as it was sent.', {}, async (t) => {
    const body = Buffer.alloc(4 * 1_048_576, everyOctet);
    ensureStatus(await t.put('a.bin', body, { 'Content-Type': 'application/octet-stream' }), [201], 'PUT');
    ensure((await t.get('a.bin')).body.equals(body), 'the content differs from what was sent');
  }),
  http.must(
    '9.3.4',
    'put-etag-is-current',
    'An entity tag in the answer to PUT is the one that GET returns.',
    { needs: ['etag'] },
    async (t) => {
      const etag = (await t.put('a.txt', 'new')).header('etag');
      if (etag !== undefined) ensureEqual((await t.get('a.txt')).header('etag'), etag, 'the ETag of GET');
    },
  ),
  http.must('9.3.2', 'head-like-get', 'HEAD answers like GET, without content.', {}, async (t) => {
    await t.givenFile('a.txt');
    const get = await t.get('a.txt');
    const head = await t.send('HEAD', 'a.txt');
    ensureStatus(head, [get.status], 'HEAD');
    for (const field of ['etag', 'last-modified', 'content-type']) {
      ensureEqual(head.header(field), get.header(field), `${field} of HEAD, compared with GET`, head);
    }
    const length = head.header('content-length') ?? String(get.body.length);
    ensureEqual(length, String(get.body.length), 'Content-Length of HEAD', head);
  }),
  http.must('9.3.2', 'head-missing', 'HEAD of a URL without a resource is answered with 404.', {}, async (t) => {
    ensureStatus(await t.send('HEAD', 'nothing.txt'), [404, 410], 'HEAD of an unmapped URL');
  }),
  http.must('9.3.1', 'get-missing', 'GET of a URL without a resource is answered with 404.', {}, async (t) => {
    ensureStatus(await t.get('nothing.txt'), [404, 410], 'GET of an unmapped URL');
  }),
  http.must('9.3.1', 'get-collection', 'GET of a collection does not end in a server error.', {}, async (t) => {
    await t.givenCollection('sub');
    const response = await t.get('sub/');
    ensure(response.status < 500, `GET of a collection was answered with ${response.status}`, response);
  }),
  http.must(
    '14.5',
    'put-content-range',
    'PUT with Content-Range never replaces the whole file by the part.',
    {},
    async (t) => {
      await t.givenFile('a.txt', '0123456789');
      const response = await t.put('a.txt', 'XYZ', { 'Content-Range': 'bytes 2-4/10' });
      const expected = response.status < 300 ? '01XYZ56789' : '0123456789';
      ensureEqual(await t.content('a.txt'), expected, 'the content', response);
    },
  ),
  http.must('6.6.1', 'date', 'Answers carry a Date that is an IMF-fixdate.', {}, async (t) => {
    await t.givenFile('a.txt');
    const response = await t.get('a.txt');
    const pattern = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
    ensure(pattern.test(response.header('date') ?? ''), `Date is ${response.header('date')}`, response);
  }),
];
