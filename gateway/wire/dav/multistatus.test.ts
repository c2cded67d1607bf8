import test from 'ava';
import { elements, find, text } from '../xml/element.ts';
import { xmlOf } from '../xml/test-support.ts';
import * as multistatus from './multistatus.ts';
import { APPLE, CALDAV, CALENDARSERVER, CARDDAV, DAV, MICROSOFT, NEXTCLOUD, OWNCLOUD, prefixes } from './names.ts';

const { multistatusOpen, multistatusClose, formatPropertyResponse, formatStatusResponse, formatPropName } = multistatus;

test('rfc4918 9.1.3: a response with what was found and what was not', (t) => {
  const response = formatPropertyResponse('/a%20b/', [
    { status: 200, xml: '<D:getetag>"1"</D:getetag>' },
    { status: 404, xml: '<D:x/>' },
  ]);
  t.is(
    response,
    '<D:response><D:href>/a%20b/</D:href>' +
      '<D:propstat><D:prop><D:getetag>"1"</D:getetag></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>' +
      '<D:propstat><D:prop><D:x/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat></D:response>',
  );
});

test('rfc4918 14.22: error and description follow the status', (t) => {
  const response = formatPropertyResponse('/', [
    { status: 403, xml: '<D:a/>', error: '<D:cannot-modify-protected-property/>', description: 'a < b' },
  ]);
  t.true(
    response.endsWith(
      '<D:status>HTTP/1.1 403 Forbidden</D:status><D:error><D:cannot-modify-protected-property/></D:error>' +
        '<D:responsedescription>a &lt; b</D:responsedescription></D:propstat></D:response>',
    ),
  );
});

test('rfc4918 14.24: a response with a status of its own', (t) => {
  t.is(
    formatStatusResponse('/locked', 423, '<D:lock-token-submitted/>', 'locked'),
    '<D:response><D:href>/locked</D:href><D:status>HTTP/1.1 423 Locked</D:status><D:error><D:lock-token-submitted/>' +
      '</D:error><D:responsedescription>locked</D:responsedescription></D:response>',
  );
  t.is(
    formatStatusResponse('/gone', 404),
    '<D:response><D:href>/gone</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>',
  );
});

test('rfc4918 14.16: the pieces make a document in which every prefix is declared', (t) => {
  const names = [...prefixes.keys()].map((namespace) => formatPropName({ namespace, name: 'x' })).join('');
  const root = xmlOf(
    multistatusOpen +
      formatPropertyResponse('/?a=1&b=<2>', [{ status: 200, xml: names }]) +
      formatStatusResponse('/b', 507, '<D:number-of-matches-within-limits/>') +
      multistatus.formatSyncToken('urn:x?a&b') +
      multistatusClose,
  );
  const [first, second, token] = elements(root);
  if (first === undefined || second === undefined || token === undefined) return t.fail('an element is missing');
  t.is(text(find(first, DAV, 'href') ?? root), '/?a=1&b=<2>');
  const prop = find(find(first, DAV, 'propstat') ?? root, DAV, 'prop') ?? root;
  t.deepEqual(
    elements(prop).map((one) => one.namespace),
    [DAV, CALDAV, CARDDAV, CALENDARSERVER, APPLE, OWNCLOUD, NEXTCLOUD],
  );
  t.is(text(find(second, DAV, 'status') ?? root), 'HTTP/1.1 507 Insufficient Storage');
  t.is(text(token), 'urn:x?a&b');
});

for (const [namespace, name, expected] of [
  [DAV, 'getetag', '<D:getetag/>'],
  [CALDAV, 'calendar-data', '<C:calendar-data/>'],
  [MICROSOFT, 'Win32FileAttributes', '<Win32FileAttributes xmlns="urn:schemas-microsoft-com:"/>'],
  ['urn:x"<&>', 'a', '<a xmlns="urn:x&quot;&lt;&amp;&gt;"/>'],
  ['', 'a', '<a/>'],
] as const) {
  test(`rfc4918 9.1.3: the name {${namespace}}${name} is written so that it comes back`, (t) => {
    const element = formatPropName({ namespace, name });
    t.is(element, expected);
    const [again] = elements(xmlOf(`${multistatusOpen}${element}${multistatusClose}`));
    t.deepEqual([again?.namespace, again?.name], [namespace, name]);
  });
}

test('rfc4918 16: an error document', (t) => {
  const root = xmlOf(multistatus.formatError('<D:lock-token-submitted><D:href>/a</D:href></D:lock-token-submitted>'));
  t.deepEqual([root.namespace, root.name], [DAV, 'error']);
  t.is(text(find(root, DAV, 'lock-token-submitted') ?? root), '/a');
});

test('rfc4918 9.10.1 and rfc5689 5.2: documents with another root', (t) => {
  t.is(xmlOf(multistatus.formatDocument('prop', '<D:lockdiscovery/>')).name, 'prop');
});

test('rfc4918 14.7: an href is escaped', (t) => t.is(multistatus.formatHref('/a&b'), '<D:href>/a&amp;b</D:href>'));

for (const [status, line] of [
  [200, 'HTTP/1.1 200 OK'],
  [207, 'HTTP/1.1 207 Multi-Status'],
  [404, 'HTTP/1.1 404 Not Found'],
  [424, 'HTTP/1.1 424 Failed Dependency'],
  [299, 'HTTP/1.1 299 '],
] as const) {
  test(`rfc4918 14.28: the status line of ${status}`, (t) => t.is(multistatus.statusLine(status), line));
}
