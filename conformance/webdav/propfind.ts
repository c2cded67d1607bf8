/** RFC 4918 §9.1: PROPFIND. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureClientError, ensureEqual, ensureSameSet, ensureStatus } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { allpropBody, davDocument, ownProperty, propfindOf, propnameBody } from '../dav/bodies.ts';
import { comparablePath } from '../dav/href.ts';
import { describeAnswer, foundNames, Multistatus, propertyOf } from '../dav/multistatus.ts';
import { clark, dav, own } from '../dav/names.ts';
import { ensureCondition } from '../dav/xml.ts';

const { must, should } = casesOf('RFC 4918');
const resourceType = propfindOf(dav('resourcetype'));

/** A file, a collection and a file in that. */
async function givenTree(t: Target): Promise<void> {
  await t.givenFile('a.txt');
  await t.givenCollection('sub');
  await t.givenFile('sub/deep.txt');
}

function pathsOf(t: Target, ...names: readonly string[]): readonly string[] {
  return names.map((name) => comparablePath(t.path(name)) ?? '');
}

const wholeTree = ['', 'a.txt', 'sub', 'sub/deep.txt'];

/** A whole tree, or the refusal that RFC 4918 §9.1 allows. */
async function ensureInfinity(t: Target, headers: Record<string, string>): Promise<void> {
  const response = await t.sendXml('PROPFIND', '', resourceType, headers);
  ensureStatus(response, [207, 403], 'PROPFIND of unlimited depth');
  if (response.status === 403) return;
  ensureSameSet(Multistatus.of(response).paths, pathsOf(t, ...wholeTree), 'the resources of the tree');
}

export const propfindCases = [
  must('9.1', 'depth-0', 'PROPFIND with Depth 0 answers for the collection only.', {}, async (t) => {
    await givenTree(t);
    ensureSameSet((await t.propfind('', resourceType, '0')).paths, pathsOf(t, ''), 'the resources at depth 0');
  }),
  must('9.1', 'depth-1', 'PROPFIND with Depth 1 answers for the collection and its members.', {}, async (t) => {
    await givenTree(t);
    const { paths } = await t.propfind('', resourceType, '1');
    ensureSameSet(paths, pathsOf(t, '', 'a.txt', 'sub'), 'the resources at depth 1');
  }),
  must('9.1', 'depth-infinity', 'Depth infinity answers for the whole tree or is refused with 403.', {}, async (t) => {
    await givenTree(t);
    await ensureInfinity(t, { Depth: 'infinity' });
  }),
  must('9.1', 'depth-missing', 'PROPFIND without a Depth header means infinity.', {}, async (t) => {
    await givenTree(t);
    await ensureInfinity(t, {});
  }),
  should(
    '9.1.1',
    'finite-depth-condition',
    'A refusal of infinite depth names DAV:propfind-finite-depth.',
    {},
    async (t) => {
      const response = await t.sendXml('PROPFIND', '', resourceType, { Depth: 'infinity' });
      if (response.status === 403) ensureCondition(response, 'propfind-finite-depth');
    },
  ),
  must('9.1', 'depth-1-on-file', 'Depth 1 on a file answers for the file only.', {}, async (t) => {
    await t.givenFile('a.txt');
    ensureSameSet((await t.propfind('a.txt', resourceType, '1')).paths, pathsOf(t, 'a.txt'), 'the resources');
  }),
  must('9.1', 'empty-body', 'PROPFIND without a body is answered like allprop.', {}, async (t) => {
    await t.givenFile('a.txt');
    const plain = Multistatus.of(await t.send('PROPFIND', 'a.txt', { headers: { Depth: '0' } }));
    const allprop = await t.propfind('a.txt', allpropBody);
    const [left, right] = [plain, allprop].map((one) => foundNames(one.need(t.path('a.txt'))));
    ensureSameSet(left ?? [], right ?? [], 'the properties without a body, compared with allprop');
  }),
  must(
    '9.1',
    'allprop-dead-properties',
    'allprop returns the dead properties.',
    { needs: ['dead-properties'] },
    async (t) => {
      await t.givenFile('a.txt');
      await t.givenProperties('a.txt', ownProperty('colour', 'blue') + ownProperty('size', 'big'));
      const answer = await t.propfind('a.txt', allpropBody);
      const response = answer.need(t.path('a.txt'));
      for (const name of [own('colour'), own('size')]) {
        const property = propertyOf(response, name);
        ensure(property?.status === 200, `allprop: ${describeAnswer(property, name)}`, answer.http);
      }
    },
  ),
  must('9.1', 'allprop-live-properties', 'allprop returns DAV:resourcetype and the other live ones.', {}, async (t) => {
    await t.givenFile('a.txt');
    const answer = await t.propfind('a.txt', allpropBody);
    const found = foundNames(answer.need(t.path('a.txt')));
    for (const name of ['resourcetype', 'getcontentlength']) {
      ensure(found.includes(clark(dav(name))), `allprop leaves out DAV:${name}`, answer.http);
    }
  }),
  must(
    '9.1',
    'allprop-include',
    'DAV:include adds the named properties to allprop.',
    { needs: ['class 3'] },
    async (t) => {
      await t.givenFile('a.txt');
      const names = '<D:allprop/><D:include><D:supported-report-set/><D:supportedlock/><T:colour/></D:include>';
      const answer = await t.propfind('a.txt', davDocument('propfind', names));
      const response = answer.need(t.path('a.txt'));
      for (const name of [dav('resourcetype'), dav('supported-report-set'), dav('supportedlock')]) {
        ensure(propertyOf(response, name) !== undefined, `${clark(name)} is missing`, answer.http);
      }
    },
  ),
  must('9.1', 'propname', 'propname returns the names of the properties, without values.', {}, async (t) => {
    await t.givenFile('a.txt');
    const answer = await t.propfind('a.txt', propnameBody);
    const response = answer.need(t.path('a.txt'));
    const found = foundNames(response);
    ensure(found.includes(clark(dav('resourcetype'))), 'propname leaves out DAV:resourcetype', answer.http);
    const filled = response.properties.find((one) => one.element.children.length > 0);
    ensure(filled === undefined, `propname returned a value for ${filled?.element.name}`, answer.http);
  }),
  must(
    '9.1',
    'propname-dead-properties',
    'propname names the dead properties too.',
    { needs: ['dead-properties'] },
    async (t) => {
      await t.givenFile('a.txt');
      await t.givenProperties('a.txt', ownProperty('colour', 'blue'));
      const answer = await t.propfind('a.txt', propnameBody);
      const found = foundNames(answer.need(t.path('a.txt')));
      ensure(found.includes(clark(own('colour'))), 'propname leaves out the dead property', answer.http);
    },
  ),
  must('9.1', 'missing-property-404', 'A property that is not there is answered with 404.', {}, async (t) => {
    await t.givenFile('a.txt');
    const answer = await t.property('a.txt', own('never-set'));
    ensureEqual(answer?.status, 404, 'the status of a property that is not there');
  }),
  must('9.1', 'found-and-missing', 'Found and missing properties come with a status of their own.', {}, async (t) => {
    await t.givenFile('a.txt');
    const answer = await t.propfind('a.txt', propfindOf(dav('resourcetype'), own('never-set')));
    const response = answer.need(t.path('a.txt'));
    ensureEqual(propertyOf(response, dav('resourcetype'))?.status, 200, 'DAV:resourcetype', answer.http);
    ensureEqual(propertyOf(response, own('never-set'))?.status, 404, 'the property that is not there', answer.http);
  }),
  must('9.1', 'only-named-properties', 'Only the properties that were asked for are returned.', {}, async (t) => {
    await t.givenFile('a.txt');
    const answer = await t.propfind('a.txt', propfindOf(dav('resourcetype'), dav('getcontentlength')));
    const expected = [clark(dav('resourcetype')), clark(dav('getcontentlength'))];
    ensureSameSet(foundNames(answer.need(t.path('a.txt'))), expected, 'the properties of the answer');
  }),
  must('9.1', 'name-in-other-namespace', 'A known local name in an unknown namespace is not found.', {}, async (t) => {
    await t.givenFile('a.txt');
    ensureEqual((await t.property('a.txt', own('getcontentlength')))?.status, 404, 'getcontentlength of no DAV:');
    const answer = await t.property('a.txt', { namespace: '', name: 'getcontentlength' });
    ensureEqual(answer?.status, 404, 'getcontentlength of no namespace');
  }),
  must('9.1', 'unmapped-url', 'PROPFIND of a URL without a resource is answered with 404.', {}, async (t) => {
    const response = await t.sendXml('PROPFIND', 'nothing.txt', resourceType, { Depth: '0' });
    ensureStatus(response, [404], 'PROPFIND of an unmapped URL');
  }),
  must('9.1', 'body-of-other-kind', 'A body whose root is not DAV:propfind is refused.', {}, async (t) => {
    const response = await t.sendXml('PROPFIND', '', davDocument('lockinfo', ''), { Depth: '0' });
    ensureClientError(response, 'PROPFIND with a lockinfo body');
  }),
  must(
    '14.20',
    'contradicting-body',
    'A propfind that is both allprop and propname is refused or answered, without harm.',
    {},
    async (t) => {
      const body = davDocument('propfind', '<D:allprop/><D:propname/>');
      const response = await t.sendXml('PROPFIND', '', body, { Depth: '0' });
      // The content model allows one of them; no sentence says what a server does with both.
      if (response.status === 207) Multistatus.of(response);
      else ensureClientError(response, 'allprop and propname at once');
    },
  ),
  must('14.20', 'nothing-asked', 'A propfind without prop, propname or allprop is refused.', {}, async (t) => {
    const response = await t.sendXml('PROPFIND', '', davDocument('propfind', ''), { Depth: '0' });
    ensureClientError(response, 'a propfind that asks for nothing');
  }),
  must('9.1', 'large-listing', 'A collection of two hundred members is listed completely.', {}, async (t) => {
    const names = Array.from({ length: 200 }, (_, index) => `member-${index}`);
    for (const name of names) await t.givenFile(name, '');
    const { paths } = await t.propfind('', resourceType, '1');
    ensureSameSet(paths, pathsOf(t, '', ...names), 'the members');
  }),
  must(
    '9.1',
    'answer-is-read-only',
    'PROPFIND changes nothing: asked twice, it answers the same.',
    { needs: ['etag'] },
    async (t) => {
      await givenTree(t);
      const body = propfindOf(dav('getetag'), dav('getlastmodified'), dav('resourcetype'));
      const [first, second] = [await t.propfind('a.txt', body), await t.propfind('a.txt', body)];
      const texts = [first, second].map((one) =>
        one
          .need(t.path('a.txt'))
          .properties.map((property) => `${property.element.name}=${property.text}`)
          .toSorted()
          .join(),
      );
      ensureEqual(texts[1] ?? '', texts[0] ?? '', 'the second answer', second.http);
    },
  ),
];
