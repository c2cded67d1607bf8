/** RFC 4918 §8: what holds for every request: XML, bodies, URLs, entity tags. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureEqual, ensureStatus } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { davDocument, ownProperty, propertyUpdate, propfindOf, set } from '../dav/bodies.ts';
import { comparablePath } from '../dav/href.ts';
import { Multistatus } from '../dav/multistatus.ts';
import { dav } from '../dav/names.ts';
import { waitMs } from './support/wait.ts';

const { must, should } = casesOf('RFC 4918');

const illFormed: readonly (readonly [string, string])[] = [
  ['unclosed', '<D:propfind xmlns:D="DAV:"><D:allprop>'],
  ['crossed', '<D:propfind xmlns:D="DAV:"><D:prop><a></D:prop></a></D:propfind>'],
  ['undeclared-prefix', '<D:propfind xmlns:D="DAV:"><D:prop><X:a/></D:prop></D:propfind>'],
  ['empty-prefix-binding', '<D:propfind xmlns:D="DAV:"><D:prop><b:a xmlns:b=""/></D:prop></D:propfind>'],
  ['trailing-text', '<D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>junk'],
  ['not-xml', 'this is not XML'],
];

const illFormedCases = illFormed.map(([slug, body]) =>
  must(
    '8.2',
    `propfind-ill-formed-${slug}`,
    `A PROPFIND body that is not namespace-well-formed XML (${slug}) is refused with 400.`,
    {},
    async (t) => {
      const response = await t.sendXml('PROPFIND', '', body, { Depth: '0' });
      ensureStatus(response, [400], 'PROPFIND with ill-formed XML');
    },
  ),
);

async function bodyIgnoredCase(t: Target, method: string, name: string, headers: Record<string, string>) {
  const response = await t.send(method, name, {
    headers: { 'Content-Type': 'application/x-unknown', ...headers },
    body: 'a body that no specification defines',
  });
  ensureStatus(response, [415], `${method} with a body of an unknown type`);
}

/** Names that break naive encoding; each goes through PUT, PROPFIND and GET by the returned href. */
const names: readonly (readonly [string, string])[] = [
  ['space', 'with space.txt'],
  ['percent', '100%25 sure.txt'],
  ['reserved', "a;b&c=d+e,f$g'h(i)!@:.txt"],
  ['query-and-fragment', 'what?#.txt'],
  ['latin', 'été ß Ørsted.txt'],
  ['cjk', '日本語.txt'],
  ['astral', '𝄞 🎻.txt'],
  ['xml-special', 'a<b>&"c".txt'],
];

const nameCases = names.map(([slug, name]) =>
  must(
    '8.3.1',
    `href-round-trip-${slug}`,
    `A name with special characters (${slug}) comes back as an href that leads to the same resource.`,
    {},
    async (t) => {
      const made = await t.put(name, 'found');
      if (made.status >= 400 && made.status < 500) return; // A server may limit the names that it stores.
      ensureStatus(made, [200, 201, 204], `PUT of ${name}`);
      const listing = await t.propfind('', propfindOf(dav('resourcetype')), '1');
      const href = listing.need(t.path(name)).hrefs[0] ?? '';
      const target = href.startsWith('/') ? href : new URL(href).pathname;
      ensureEqual(await t.content(target), 'found', `GET ${target}`);
    },
  ),
);

export const generalRequestCases = [
  ...illFormedCases,
  must('8.2', 'proppatch-ill-formed', 'An ill-formed PROPPATCH body is refused with 400.', {}, async (t) => {
    await t.givenFile('a.txt');
    const response = await t.proppatch('a.txt', '<D:propertyupdate xmlns:D="DAV:"><D:set>');
    ensureStatus(response, [400], 'PROPPATCH with ill-formed XML');
  }),
  must('8.2', 'lock-ill-formed', 'An ill-formed LOCK body is refused with 400.', { needs: ['class 2'] }, async (t) => {
    await t.givenFile('a.txt');
    const response = await t.sendXml('LOCK', 'a.txt', '<D:lockinfo xmlns:D="DAV:"><D:lockscope>');
    ensureStatus(response, [400], 'LOCK with ill-formed XML');
  }),
  must('8.2', 'xml-media-types', 'application/xml and text/xml are both taken as a request body.', {}, async (t) => {
    for (const type of ['application/xml', 'text/xml', 'text/xml; charset="utf-8"']) {
      Multistatus.of(
        await t.sendXml('PROPFIND', '', propfindOf(dav('resourcetype')), { Depth: '0', 'Content-Type': type }),
      );
    }
  }),
  should(
    '8.2',
    'answers-application-xml',
    'XML answers are application/xml; text/xml is deprecated.',
    {},
    async (t) => {
      const { http } = await t.propfind('', propfindOf(dav('resourcetype')));
      ensure(
        /^application\/xml/i.test(http.header('content-type') ?? ''),
        'the multistatus is not application/xml',
        http,
      );
    },
  ),
  must('8.4', 'copy-body-refused', 'COPY with a body that would be ignored is refused with 415.', {}, async (t) => {
    await t.givenFile('a.txt');
    await bodyIgnoredCase(t, 'COPY', 'a.txt', { Destination: t.uri('b.txt') });
  }),
  must('8.4', 'move-body-refused', 'MOVE with a body that would be ignored is refused with 415.', {}, async (t) => {
    await t.givenFile('a.txt');
    await bodyIgnoredCase(t, 'MOVE', 'a.txt', { Destination: t.uri('b.txt') });
  }),
  must(
    '8.4',
    'unlock-body-refused',
    'UNLOCK with a body that would be ignored is refused with 415.',
    { needs: ['class 2'] },
    async (t) => {
      await t.givenFile('a.txt');
      const { token } = await t.givenLock('a.txt');
      await bodyIgnoredCase(t, 'UNLOCK', 'a.txt', { 'Lock-Token': `<${token}>` });
    },
  ),
  ...nameCases,
  must('8.3', 'href-prefix', 'The hrefs of a listing have the path of the request as their prefix.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.givenCollection('sub');
    const listing = await t.propfind('', propfindOf(dav('resourcetype')), '1');
    const prefix = comparablePath(t.home) ?? '';
    const stray = listing.paths.find((path) => path !== prefix && !path.startsWith(`${prefix}/`));
    ensure(stray === undefined, `${stray} is not below the request's path`, listing.http);
  }),
  must(
    '8.3',
    'encodings-equal',
    'Different percent-encodings of one name lead to the same resource.',
    {},
    async (t) => {
      await t.givenFile('plain-name.txt', 'found');
      ensureEqual(await t.content(`${t.home}%70lain%2Dname%2etxt`), 'found', 'GET with unreserved characters encoded');
      ensureEqual(await t.content(`${t.home}plain-name%2Etxt`), 'found', 'GET with another encoding');
    },
  ),
  should(
    '8.6',
    'etag-unchanged-by-proppatch',
    'PROPPATCH changes neither the entity tag nor Last-Modified of the content.',
    { needs: ['etag', 'dead-properties'] },
    async (t) => {
      await t.givenFile('a.txt');
      await waitMs(1_100, t.signal);
      const before = await t.get('a.txt');
      await t.givenProperties('a.txt', ownProperty('colour', 'blue'));
      const after = await t.get('a.txt');
      ensureEqual(after.header('etag'), before.header('etag'), 'the ETag after PROPPATCH', after);
      ensureEqual(after.header('last-modified'), before.header('last-modified'), 'Last-Modified after it', after);
    },
  ),
  should(
    '8.6',
    'etag-unchanged-by-lock',
    'LOCK and UNLOCK do not change the entity tag.',
    { needs: ['etag', 'class 2'] },
    async (t) => {
      await t.givenFile('a.txt');
      const before = await t.strongEtag('a.txt');
      const { token } = await t.givenLock('a.txt');
      ensureEqual(await t.strongEtag('a.txt'), before, 'the ETag while locked');
      await t.unlock('a.txt', token);
      ensureEqual(await t.strongEtag('a.txt'), before, 'the ETag after UNLOCK');
    },
  ),
  must(
    '8.8',
    'etag-never-reused',
    'An entity tag of a URL is not used again for other content, also after DELETE and PUT.',
    { needs: ['etag'] },
    async (t) => {
      const seen = new Map<string, string>();
      for (const body of ['one', 'two', 'six', 'ten']) {
        await t.givenFile('a.txt', body);
        const etag = await t.strongEtag('a.txt');
        ensure(!seen.has(etag), `${etag} was the entity tag of "${seen.get(etag)}" and is now that of "${body}"`);
        seen.set(etag, body);
        if (body === 'two') await t.delete('a.txt');
      }
    },
  ),
  must(
    '8.8',
    'etag-changes-by-move',
    'MOVE over a file with other content of the same size changes the entity tag at that URL.',
    { needs: ['etag'] },
    async (t) => {
      await t.givenFile('old.txt', 'aaaa');
      await t.givenFile('new.txt', 'bbbb');
      const before = await t.strongEtag('old.txt');
      ensureStatus(await t.move('new.txt', 'old.txt'), [204, 200, 201], 'MOVE over an existing file');
      ensure((await t.strongEtag('old.txt')) !== before, 'the entity tag stayed although the content changed');
    },
  ),
  must(
    '8.8',
    'last-modified-grows-by-move',
    'Last-Modified of a URL does not go back when MOVE puts older content there.',
    { needs: ['last-modified'] },
    async (t) => {
      await t.givenFile('older.txt', 'older');
      await waitMs(1_100, t.signal);
      await t.givenFile('newer.txt', 'newer');
      const before = Date.parse((await t.get('newer.txt')).header('last-modified') ?? '');
      await waitMs(1_100, t.signal);
      ensureStatus(await t.move('older.txt', 'newer.txt'), [204, 200, 201], 'MOVE over an existing file');
      const response = await t.get('newer.txt');
      const after = Date.parse(response.header('last-modified') ?? '');
      ensure(after > before, 'Last-Modified did not grow although the content of the URL changed', response);
    },
  ),
  must(
    '8.2',
    'no-change-after-refusal',
    'A request that is refused for its XML has changed nothing.',
    { needs: ['dead-properties'] },
    async (t) => {
      await t.givenFile('a.txt');
      const body = propertyUpdate(set(ownProperty('colour', 'blue'))).replace('</D:propertyupdate>', '');
      await t.proppatch('a.txt', body);
      const answer = await t.propfind('a.txt', davDocument('propfind', '<D:prop><T:colour/></D:prop>'));
      const found = answer.responses.flatMap((one) => one.properties).some((one) => one.status === 200);
      ensure(!found, 'the property of the refused request was set', answer.http);
    },
  ),
];
