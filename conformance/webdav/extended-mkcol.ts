/** RFC 5689: extended MKCOL. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureClientError, ensureEqual, ensureStatus } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { davDocument, ownProperty, set } from '../dav/bodies.ts';
import { dav, own } from '../dav/names.ts';
import { childrenOf, conditionsOf, ensureCondition } from '../dav/xml.ts';

const { must, should } = casesOf('RFC 5689', ['extended-mkcol']);
const collectionType = '<D:resourcetype><D:collection/></D:resourcetype>';

function mkcol(t: Target, name: string, properties: string) {
  return t.sendXml('MKCOL', name, davDocument('mkcol', set(properties)));
}

export const extendedMkcolCases = [
  must('3', 'creates-with-properties', 'MKCOL sets the properties of its body.', {}, async (t) => {
    const properties = `${collectionType}<D:displayname>Budget</D:displayname>${ownProperty('colour', 'blue')}`;
    ensureStatus(await mkcol(t, 'sub/', properties), [201], 'extended MKCOL');
    const type = await t.property('sub/', dav('resourcetype'));
    ensure(type !== undefined && childrenOf(type.element, dav('collection')).length === 1, 'it is no collection');
    ensureEqual(await t.propertyText('sub/', dav('displayname')), 'Budget', 'DAV:displayname');
    ensureEqual(await t.propertyText('sub/', own('colour')), 'blue', 'the dead property');
  }),
  must('3', 'type-only', 'A body with DAV:resourcetype alone makes a plain collection.', {}, async (t) => {
    ensureStatus(await mkcol(t, 'sub/', collectionType), [201], 'extended MKCOL');
    await t.givenFile('sub/a.txt');
  }),
  must('3', 'body-optional', 'MKCOL without a body still works.', {}, async (t) => {
    ensureStatus(await t.mkcol('sub/'), [201], 'MKCOL');
  }),
  must('3', 'all-or-nothing', 'When a property cannot be set, no collection is made.', {}, async (t) => {
    const response = await mkcol(t, 'sub/', `${collectionType}<D:getetag>"mine"</D:getetag>${ownProperty('a', '1')}`);
    ensureClientError(response, 'extended MKCOL with a protected property');
    ensure(!(await t.exists('sub/')), 'the collection was made', response);
  }),
  should('5.2', 'failure-body', 'The refusal is a DAV:mkcol-response that names the property.', {}, async (t) => {
    const response = await mkcol(t, 'sub/', `${collectionType}<D:getetag>"mine"</D:getetag>`);
    ensureClientError(response, 'extended MKCOL with a protected property');
    ensure(/mkcol-response/.test(response.text), 'the answer has no DAV:mkcol-response', response);
    ensure(/getetag/.test(response.text), 'the answer does not name the property', response);
  }),
  must('3.3', 'unknown-type', 'A resource type that the server does not know is refused.', {}, async (t) => {
    const type = '<D:resourcetype><D:collection/><T:unheard-of/></D:resourcetype>';
    ensureClientError(await mkcol(t, 'sub/', type), 'extended MKCOL of an unknown type');
    ensure(!(await t.exists('sub/')), 'the collection was made');
  }),
  should('3.3', 'valid-resourcetype', 'The refusal names DAV:valid-resourcetype.', {}, async (t) => {
    const type = '<D:resourcetype><D:collection/><T:unheard-of/></D:resourcetype>';
    const response = await mkcol(t, 'sub/', type);
    ensureEqual(response.status, 403, 'the status', response);
    const named = conditionsOf(response).some((name) => name === '{DAV:}valid-resourcetype');
    ensure(named || /valid-resourcetype/.test(response.text), 'DAV:valid-resourcetype is not named', response);
  }),
  must('3', 'ill-formed', 'An ill-formed body is refused with 400 and makes nothing.', {}, async (t) => {
    ensureStatus(await t.sendXml('MKCOL', 'sub/', '<D:mkcol xmlns:D="DAV:"><D:set>'), [400], 'MKCOL');
    ensure(!(await t.exists('sub/')), 'the collection was made');
  }),
  must('3', 'existing', 'Extended MKCOL of an existing collection is 405 and changes no property.', {}, async (t) => {
    await t.givenCollection('sub');
    const response = await mkcol(t, 'sub/', `${collectionType}${ownProperty('colour', 'blue')}`);
    ensureStatus(response, [405, 403], 'extended MKCOL of an existing collection');
    ensureEqual((await t.property('sub/', own('colour')))?.status, 404, 'the property', response);
  }),
  must('3.1', 'advertised', 'OPTIONS says extended-mkcol.', {}, async (t) => {
    const response = await t.send('OPTIONS', '');
    ensure(/(^|,)\s*extended-mkcol\s*(,|$)/.test(response.header('dav') ?? ''), 'DAV does not say it', response);
  }),
  must('3', 'wrong-root', 'An XML body that is not DAV:mkcol is refused.', {}, async (t) => {
    const response = await t.sendXml('MKCOL', 'sub/', davDocument('propertyupdate', set(ownProperty('a', '1'))));
    ensureClientError(response, 'MKCOL with another body');
    ensure(!(await t.exists('sub/')), 'the collection was made');
    if (response.status === 403) ensureCondition(response, 'valid-resourcetype');
  }),
];
