/** RFC 4918 §9.2: PROPPATCH, and §4.3: what a dead property keeps. */
import { text } from '../../gateway/wire/xml/element.ts';
import { casesOf } from '../case/case.ts';
import { ensure, ensureClientError, ensureEqual, ensureStatus } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { davDocument, ownProperty, propertyUpdate, propfindOf, remove, set } from '../dav/bodies.ts';
import { describeAnswer, Multistatus, propertyOf } from '../dav/multistatus.ts';
import type { PropertyAnswer } from '../dav/multistatus.ts';
import { dav, own } from '../dav/names.ts';
import type { QualifiedName } from '../dav/names.ts';
import type { HttpResponse } from '../http/response.ts';
import { ensureCondition } from '../dav/xml.ts';

const { must, should } = casesOf('RFC 4918', ['dead-properties']);

/** PROPPATCH that must succeed for every property. */
async function patch(t: Target, name: string, ...instructions: readonly string[]): Promise<void> {
  const response = await t.proppatch(name, propertyUpdate(...instructions));
  const answer = Multistatus.of(response).need(t.path(name));
  const failed = answer.properties.find((one) => one.status !== 200);
  ensure(failed === undefined, `PROPPATCH: ${failed?.element.name} was answered with ${failed?.status}`, response);
}

async function ensureValue(t: Target, name: string, property: QualifiedName, value: string): Promise<PropertyAnswer> {
  const answer = await t.property(name, property);
  ensure(answer?.status === 200, describeAnswer(answer, property));
  ensureEqual(text(answer.element), value, `the value of ${property.name}`);
  return answer;
}

async function ensureAbsent(t: Target, name: string, property: QualifiedName): Promise<void> {
  ensureEqual((await t.property(name, property))?.status, 404, `the status of ${property.name}`);
}

/** A PROPPATCH of which one part is impossible: getetag is always protected. */
async function impossible(t: Target): Promise<HttpResponse> {
  await t.givenFile('a.txt');
  await t.givenProperties('a.txt', ownProperty('kept', 'old'));
  const update = propertyUpdate(
    set(ownProperty('first', 'x')),
    set('<D:getetag>"mine"</D:getetag>'),
    set(ownProperty('last', 'x')),
    remove('<T:kept/>'),
  );
  return t.proppatch('a.txt', update);
}

const keptValues: readonly (readonly [string, string, string])[] = [
  ['empty', '', 'an empty value'],
  ['white-space', '  two  spaces\n\tand a tab  ', 'white space'],
  ['special', '<&>"\' ]]>', 'characters that XML escapes'],
  ['unicode', 'Grüße 日本 𝄞', 'characters of all planes'],
  ['long', 'x'.repeat(20_000), 'twenty thousand characters'],
];

const keptValueCases = keptValues.map(([slug, value, what]) =>
  must('4.3', `value-kept-${slug}`, `A dead property keeps ${what}.`, {}, async (t) => {
    await t.givenFile('a.txt');
    await patch(t, 'a.txt', set(ownProperty('note', value)));
    await ensureValue(t, 'a.txt', own('note'), value);
  }),
);

const structured =
  '<T:note><X:outer xmlns:X="urn:x" plain="1" X:qualified="2">before<X:inner/>between<none xmlns="">in</none>after</X:outer></T:note>';

export const proppatchCases = [
  must('9.2', 'set', 'A property that was set can be read.', {}, async (t) => {
    await t.givenFile('a.txt');
    await patch(t, 'a.txt', set(ownProperty('colour', 'blue')));
    await ensureValue(t, 'a.txt', own('colour'), 'blue');
  }),
  must('9.2', 'set-on-collection', 'Collections have dead properties too.', {}, async (t) => {
    await t.givenCollection('sub');
    await patch(t, 'sub/', set(ownProperty('colour', 'blue')));
    await ensureValue(t, 'sub/', own('colour'), 'blue');
  }),
  must('9.2', 'replace', 'Setting a property again replaces its value.', {}, async (t) => {
    await t.givenFile('a.txt');
    await patch(t, 'a.txt', set(ownProperty('colour', 'blue')));
    await patch(t, 'a.txt', set(ownProperty('colour', 'green')));
    await ensureValue(t, 'a.txt', own('colour'), 'green');
  }),
  must('9.2', 'remove', 'A property that was removed is gone.', {}, async (t) => {
    await t.givenFile('a.txt');
    await patch(t, 'a.txt', set(ownProperty('colour', 'blue') + ownProperty('size', 'big')));
    await patch(t, 'a.txt', remove('<T:colour/>'));
    await ensureAbsent(t, 'a.txt', own('colour'));
    await ensureValue(t, 'a.txt', own('size'), 'big');
  }),
  must('14.23', 'remove-missing', 'Removing a property that is not there is no error.', {}, async (t) => {
    await t.givenFile('a.txt');
    await patch(t, 'a.txt', remove('<T:never-set/>'));
  }),
  must('9.2', 'order-set-remove', 'Instructions run in document order: set, then remove.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.proppatch('a.txt', propertyUpdate(set(ownProperty('colour', 'blue')), remove('<T:colour/>')));
    await ensureAbsent(t, 'a.txt', own('colour'));
  }),
  must('9.2', 'order-remove-set', 'Instructions run in document order: remove, then set.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.givenProperties('a.txt', ownProperty('colour', 'blue'));
    await t.proppatch('a.txt', propertyUpdate(remove('<T:colour/>'), set(ownProperty('colour', 'red'))));
    await ensureValue(t, 'a.txt', own('colour'), 'red');
  }),
  must('9.2', 'order-set-set', 'Of two values for one property the later stays.', {}, async (t) => {
    await t.givenFile('a.txt');
    const update = propertyUpdate(set(ownProperty('colour', 'blue')), set(ownProperty('colour', 'red')));
    await t.proppatch('a.txt', update);
    await ensureValue(t, 'a.txt', own('colour'), 'red');
  }),
  must('9.2', 'all-or-nothing', 'When one instruction fails, none is executed.', {}, async (t) => {
    await impossible(t);
    await ensureAbsent(t, 'a.txt', own('first'));
    await ensureAbsent(t, 'a.txt', own('last'));
    await ensureValue(t, 'a.txt', own('kept'), 'old');
  }),
  must('9.2.1', 'failed-dependency', 'The other properties of a failed PROPPATCH have status 424.', {}, async (t) => {
    const response = await impossible(t);
    const answer = Multistatus.of(response).need(t.path('a.txt'));
    ensureEqual(propertyOf(answer, own('first'))?.status, 424, 'the status of the property before', response);
    ensureEqual(propertyOf(answer, own('last'))?.status, 424, 'the status of the property after', response);
  }),
  must('9.2.1', 'protected-property-fails', 'Setting a protected property is refused.', {}, async (t) => {
    const response = await impossible(t);
    const answer = Multistatus.of(response).need(t.path('a.txt'));
    const status = propertyOf(answer, dav('getetag'))?.status ?? 0;
    ensure(status === 403 || status === 409, `DAV:getetag was answered with ${status}`, response);
  }),
  should(
    '16',
    'cannot-modify-protected-property',
    'The refusal of a protected property is 403 with DAV:cannot-modify-protected-property.',
    {},
    async (t) => {
      const response = await impossible(t);
      const answer = Multistatus.of(response).need(t.path('a.txt'));
      ensureEqual(propertyOf(answer, dav('getetag'))?.status, 403, 'the status of DAV:getetag', response);
      ensureCondition(response, 'cannot-modify-protected-property');
    },
  ),
  must('9.2', 'unmapped-url', 'PROPPATCH of a URL without a resource is refused and makes none.', {}, async (t) => {
    const response = await t.proppatch('nothing.txt', propertyUpdate(set(ownProperty('colour', 'blue'))));
    ensureStatus(response, [404, 405, 409], 'PROPPATCH of an unmapped URL');
    ensure(!(await t.exists('nothing.txt')), 'PROPPATCH made a resource');
  }),
  must('9.2', 'body-missing', 'PROPPATCH without a body is refused.', {}, async (t) => {
    await t.givenFile('a.txt');
    ensureClientError(await t.send('PROPPATCH', 'a.txt'), 'PROPPATCH without a body');
  }),
  must('9.2', 'body-of-other-kind', 'A body whose root is not DAV:propertyupdate is refused.', {}, async (t) => {
    await t.givenFile('a.txt');
    ensureClientError(await t.proppatch('a.txt', davDocument('propfind', '<D:allprop/>')), 'a propfind body');
  }),
  must('9.2', 'many-properties', 'Fifty properties are set by one request.', {}, async (t) => {
    await t.givenFile('a.txt');
    const numbers = Array.from({ length: 50 }, (_, index) => index);
    await patch(t, 'a.txt', set(numbers.map((index) => ownProperty(`p${index}`, `value ${index}`)).join('')));
    const answer = await t.propfind('a.txt', propfindOf(...numbers.map((index) => own(`p${index}`))));
    for (const index of numbers) {
      const property = propertyOf(answer.need(t.path('a.txt')), own(`p${index}`));
      ensureEqual(property?.text, `value ${index}`, `the value of p${index}`, answer.http);
    }
  }),
  must('4.4', 'namespaces-tell-apart', 'One local name in three namespaces is three properties.', {}, async (t) => {
    await t.givenFile('a.txt');
    const one = '<a xmlns="urn:one">1</a>';
    const two = '<a xmlns="urn:two">2</a>';
    const none = '<a xmlns="">3</a>';
    await patch(t, 'a.txt', set(one + two + none));
    await ensureValue(t, 'a.txt', { namespace: 'urn:one', name: 'a' }, '1');
    await ensureValue(t, 'a.txt', { namespace: 'urn:two', name: 'a' }, '2');
    await ensureValue(t, 'a.txt', { namespace: '', name: 'a' }, '3');
  }),
  must('4.4', 'names-are-case-sensitive', 'Property names that differ in case are two properties.', {}, async (t) => {
    await t.givenFile('a.txt');
    await patch(t, 'a.txt', set(ownProperty('Note', 'upper') + ownProperty('note', 'lower')));
    await ensureValue(t, 'a.txt', own('Note'), 'upper');
    await ensureValue(t, 'a.txt', own('note'), 'lower');
  }),
  must('4.4', 'name-beyond-ascii', 'A property name may hold letters beyond ASCII.', {}, async (t) => {
    await t.givenFile('a.txt');
    await patch(t, 'a.txt', set(ownProperty('größe', 'x')));
    await ensureValue(t, 'a.txt', own('größe'), 'x');
  }),
  ...keptValueCases,
  must('4.3', 'value-kept-elements', 'A dead property keeps elements, attributes and mixed text.', {}, async (t) => {
    await t.givenFile('a.txt');
    await patch(t, 'a.txt', set(structured));
    const answer = await ensureValue(t, 'a.txt', own('note'), 'beforebetweeninafter');
    const outer = answer.element.children.find((child) => typeof child !== 'string');
    ensure(outer?.namespace === 'urn:x' && outer.name === 'outer', 'the element {urn:x}outer is not there');
    const attributes = outer.attributes.map((one) => `${one.namespace}|${one.name}=${one.value}`).toSorted();
    ensureEqual(attributes.join(), 'urn:x|qualified=2,|plain=1', 'the attributes of the element');
    const kinds = outer.children.map((child) =>
      typeof child === 'string' ? 'text' : `${child.namespace}|${child.name}`,
    );
    ensureEqual(kinds.join(), 'text,urn:x|inner,text,|none,text', 'the content of the element');
  }),
  should('4.3', 'value-kept-prefix', 'The prefixes inside a value are kept.', {}, async (t) => {
    await t.givenFile('a.txt');
    await patch(t, 'a.txt', set(structured));
    const answer = await ensureValue(t, 'a.txt', own('note'), 'beforebetweeninafter');
    const outer = answer.element.children.find((child) => typeof child !== 'string');
    ensureEqual(outer?.prefix, 'X', 'the prefix of the element');
  }),
  must('4.3', 'value-kept-language', 'The xml:lang of a property is kept.', {}, async (t) => {
    await t.givenFile('a.txt');
    await patch(t, 'a.txt', set('<T:note xml:lang="fr">bonjour</T:note>'));
    ensureEqual((await ensureValue(t, 'a.txt', own('note'), 'bonjour')).element.lang, 'fr', 'the xml:lang');
  }),
  must('4.3', 'language-in-scope', 'An xml:lang on DAV:prop holds for the properties inside.', {}, async (t) => {
    await t.givenFile('a.txt');
    const update = '<D:set><D:prop xml:lang="de"><T:note>hallo</T:note></D:prop></D:set>';
    await t.proppatch('a.txt', propertyUpdate(update));
    ensureEqual((await ensureValue(t, 'a.txt', own('note'), 'hallo')).element.lang, 'de', 'the xml:lang');
  }),
  must('9.7.1', 'put-keeps-properties', 'PUT over a file leaves its dead properties alone.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.givenProperties('a.txt', ownProperty('colour', 'blue'));
    await t.givenFile('a.txt', 'new content');
    await ensureValue(t, 'a.txt', own('colour'), 'blue');
  }),
];
