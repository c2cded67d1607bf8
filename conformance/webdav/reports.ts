/** RFC 3253 §3: REPORT in general, DAV:supported-report-set and DAV:expand-property. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureClientError, ensureEqual, ensureStatus, skipUnless } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { davDocument } from '../dav/bodies.ts';
import { Multistatus, propertyOf } from '../dav/multistatus.ts';
import { dav } from '../dav/names.ts';
import { childrenOf, descendants, ensureCondition } from '../dav/xml.ts';

const { must } = casesOf('RFC 3253', ['expand-property']);

function expand(t: Target, name: string, properties: string, headers: Record<string, string> = { Depth: '0' }) {
  return t.sendXml('REPORT', name, davDocument('expand-property', properties), headers);
}

const principalWithName =
  '<D:property name="current-user-principal"><D:property name="displayname"/><D:property name="resourcetype"/></D:property>';

export const reportCases = [
  must(
    '3.1.5',
    'supported-report-set',
    'DAV:supported-report-set wraps each report as the standard says.',
    {},
    async (t) => {
      const answer = await t.property('', dav('supported-report-set'));
      ensure(answer?.status === 200, 'no DAV:supported-report-set');
      for (const supported of childrenOf(answer.element, dav('supported-report'))) {
        ensureEqual(childrenOf(supported, dav('report')).length, 1, 'the DAV:report in a DAV:supported-report');
      }
    },
  ),
  must(
    '3.6',
    'unknown-report',
    'A report that is not supported is refused with DAV:supported-report.',
    {},
    async (t) => {
      const response = await t.sendXml('REPORT', '', davDocument('no-such-report', ''));
      ensureStatus(response, [403, 409], 'an unknown report');
      ensureCondition(response, 'supported-report');
    },
  ),
  must('3.6', 'report-without-body', 'REPORT without a body is refused.', {}, async (t) => {
    ensureClientError(await t.send('REPORT', ''), 'REPORT without a body');
  }),
  must('3.6', 'report-ill-formed', 'REPORT with an ill-formed body is refused with 400.', {}, async (t) => {
    ensureStatus(await t.sendXml('REPORT', '', '<D:expand-property xmlns:D="DAV:">'), [400], 'an ill-formed REPORT');
  }),
  must('3.8', 'plain-property', 'A property without an href is returned as PROPFIND would.', {}, async (t) => {
    await t.givenFile('a.txt', '12345');
    const answer = Multistatus.of(await expand(t, 'a.txt', '<D:property name="getcontentlength"/>'));
    const length = propertyOf(answer.need(t.path('a.txt')), dav('getcontentlength'));
    ensureEqual(length?.text, '5', 'DAV:getcontentlength', answer.http);
  }),
  must(
    '3.8',
    'expands',
    'An href is replaced by the response of that resource.',
    { needs: ['current-user-principal'] },
    async (t) => {
      const answer = Multistatus.of(await expand(t, '', principalWithName));
      const principal = propertyOf(answer.need(t.home), dav('current-user-principal'));
      ensure(principal?.status === 200, 'DAV:current-user-principal is missing', answer.http);
      const inner = childrenOf(principal.element, dav('response'))[0];
      ensure(inner !== undefined, 'the href was not expanded to a DAV:response', answer.http);
      ensureEqual(descendants(inner, dav('displayname')).length, 1, 'DAV:displayname inside it', answer.http);
    },
  ),
  must('3.8', 'missing-property', 'A property that is not there has status 404.', {}, async (t) => {
    await t.givenFile('a.txt');
    const answer = Multistatus.of(await expand(t, 'a.txt', '<D:property name="never-set" namespace="urn:x"/>'));
    const status = propertyOf(answer.need(t.path('a.txt')), { namespace: 'urn:x', name: 'never-set' })?.status;
    ensureEqual(status, 404, 'its status', answer.http);
  }),
  must('3.6', 'depth-1', 'With Depth 1 the report covers the members too, or is refused.', {}, async (t) => {
    await t.givenFile('a.txt');
    const response = await expand(t, '', '<D:property name="resourcetype"/>', { Depth: '1' });
    if (response.status >= 400) return;
    Multistatus.of(response).need(t.path('a.txt'));
  }),
  must('3.8', 'href-is-nothing', 'Expanding a property that holds no href does no harm.', {}, async (t) => {
    await t.givenFile('a.txt');
    const nested = '<D:property name="getcontenttype"><D:property name="displayname"/></D:property>';
    const response = await expand(t, 'a.txt', nested);
    skipUnless(response.status < 400, 'the server refuses it');
    Multistatus.of(response).need(t.path('a.txt'));
  }),
];
