import test from 'ava';
import { CaseFailure } from '../case/outcome.ts';
import { HttpResponse } from '../http/response.ts';
import { Multistatus, propertyOf } from './multistatus.ts';
import { dav } from './names.ts';

function answer(body: string, status = 207, type = 'application/xml'): HttpResponse {
  const fields = [{ name: 'Content-Type', value: type }];
  const head = { version: '1.1', status, reason: '', fields };
  return new HttpResponse(head, Buffer.from(body), [], { sent: '', received: body });
}

function multistatus(inner: string): HttpResponse {
  return answer(`<D:multistatus xmlns:D="DAV:">${inner}</D:multistatus>`);
}

const ok = '<D:status>HTTP/1.1 200 OK</D:status>';

function response(inner: string, href = '/a/'): string {
  return `<D:response><D:href>${href}</D:href>${inner}</D:response>`;
}

function propstat(properties: string, status = ok): string {
  return `<D:propstat><D:prop>${properties}</D:prop>${status}</D:propstat>`;
}

test('rfc4918 14.16: a correct multistatus is read', (t) => {
  const found = propstat('<D:getetag>"x"</D:getetag>');
  const missing = propstat('<D:displayname/>', '<D:status>HTTP/1.1 404 Not Found</D:status>');
  const token = '<D:sync-token>urn:t</D:sync-token>';
  const read = Multistatus.of(multistatus(response(found + missing, '/a%20b/') + response(ok, '/c') + token));
  t.deepEqual(read.paths, ['/a b', '/c']);
  t.is(read.syncToken, 'urn:t');
  t.is(propertyOf(read.need('/a%20b'), dav('getetag'))?.text, '"x"');
  t.is(propertyOf(read.need('/a b/'), dav('displayname'))?.status, 404);
  t.is(read.need('/c').status, 200);
  t.is(read.at('/d'), undefined);
});

for (const [rule, http] of [
  ['its status is 207', answer('<D:multistatus xmlns:D="DAV:"/>', 200)],
  ['its media type is XML', answer('<D:multistatus xmlns:D="DAV:"/>', 207, 'text/html')],
  ['it is well-formed', answer('<D:multistatus xmlns:D="DAV:">')],
  ['its prefixes are declared', answer('<D:multistatus/>')],
  ['its root is DAV:multistatus', answer('<multistatus xmlns="urn:x"/>')],
  ['a response has an href', multistatus(`<D:response>${ok}</D:response>`)],
  ['a response has a status or a propstat', multistatus(response(''))],
  ['a response has not both', multistatus(response(ok + propstat('<D:a/>')))],
  ['an href appears once', multistatus(response(ok) + response(ok, '/a'))],
  ['an href is percent-encoded', multistatus(response(ok, '/a b'))],
  ['an href is absolute', multistatus(response(ok, 'a'))],
  ['an href has no dot segments', multistatus(response(ok, '/a/../b'))],
  ['a propstat has a status', multistatus(response(propstat('<D:a/>', '')))],
  ['a propstat has a prop', multistatus(response(`<D:propstat>${ok}</D:propstat>`))],
  ['a status is a status line', multistatus(response('<D:status>200</D:status>'))],
  [
    'a property appears once',
    multistatus(response(propstat('<D:a/>') + propstat('<D:a/>', '<D:status>HTTP/1.1 404 x</D:status>'))),
  ],
] as const) {
  test(`rfc4918 14: a multistatus is found wanting unless ${rule}`, (t) => {
    t.throws(() => Multistatus.of(http), { instanceOf: CaseFailure });
  });
}
