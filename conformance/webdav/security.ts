/** RFC 4918 §20: what an attacker may send. A case holds when nothing leaks, nothing breaks and the server still answers. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureClientError, ensureEqual, ensureStatus } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { ownProperty, propertyUpdate, propfindOf, set } from '../dav/bodies.ts';
import { dav } from '../dav/names.ts';
import type { HttpResponse } from '../http/response.ts';

const { must, should } = casesOf('RFC 4918');

const externalEntity = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><T:note xmlns:T="urn:example:passerelle-conformance">&secret;</T:note></D:prop></D:set></D:propertyupdate>`;

/** Ten levels of ten references: ten thousand million characters when expanded. */
function entityBomb(): string {
  const levels = Array.from({ length: 10 }, (_, index) => `<!ENTITY e${index + 1} "${`&e${index};`.repeat(10)}">`);
  return `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "bomb">${levels.join('')}]>
<D:propfind xmlns:D="DAV:"><D:prop><T:x xmlns:T="urn:x">&e10;</T:x></D:prop></D:propfind>`;
}

async function ensureAlive(t: Target): Promise<void> {
  await t.propfind('', propfindOf(dav('resourcetype')));
}

function ensureNoSecret(response: HttpResponse): void {
  ensure(!response.text.includes('root:x:0:0'), 'the answer holds the password file of the system');
}

const traversals: readonly (readonly [string, string])[] = [
  ['plain', '../../../../../../../../etc/passwd'],
  ['encoded-dots', '%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd'],
  ['encoded-slash', '..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd'],
  ['backslash', '..%5c..%5c..%5c..%5c..%5c..%5cetc%5cpasswd'],
  ['overlong', '%c0%ae%c0%ae/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd'],
];

const traversalCases = traversals.map(([slug, path]) =>
  must(
    '20',
    `path-traversal-${slug}`,
    `A path that leads out of the served tree (${slug}) is not served.`,
    {},
    async (t) => {
      const response = await t.get(`${t.home}${path}`);
      ensure(
        response.status >= 300 && response.status < 500,
        `the path was answered with ${response.status}`,
        response,
      );
      ensureNoSecret(response);
      await ensureAlive(t);
    },
  ),
);

export const securityCases = [
  must('20.6', 'external-entity', 'An external entity is not resolved.', {}, async (t) => {
    await t.givenFile('a.txt');
    ensureNoSecret(await t.proppatch('a.txt', externalEntity));
    ensureNoSecret(await t.send('PROPFIND', 'a.txt', { headers: { Depth: '0' } }));
  }),
  should('20.6', 'external-entity-refused', 'A body that refers to an external entity is refused.', {}, async (t) => {
    await t.givenFile('a.txt');
    ensureClientError(await t.proppatch('a.txt', externalEntity), 'PROPPATCH with an external entity');
  }),
  must('20.2', 'entity-bomb', 'An entity that expands a thousand million times is not expanded.', {}, async (t) => {
    const response = await t.sendXml('PROPFIND', '', entityBomb(), { Depth: '0' });
    ensure(response.body.length < 1_000_000, `the answer has ${response.body.length} octets`);
    await ensureAlive(t);
  }),
  should('20.2', 'entity-bomb-refused', 'The body with that entity is refused.', {}, async (t) => {
    ensureClientError(await t.sendXml('PROPFIND', '', entityBomb(), { Depth: '0' }), 'an entity bomb');
  }),
  must('20.2', 'deep-nesting', 'Twenty thousand nested elements do no harm.', {}, async (t) => {
    const body = `<D:propfind xmlns:D="DAV:">${'<a>'.repeat(20_000)}${'</a>'.repeat(20_000)}</D:propfind>`;
    const response = await t.sendXml('PROPFIND', '', body, { Depth: '0' });
    ensure(response.status < 500, `deep nesting was answered with ${response.status}`, response);
    await ensureAlive(t);
  }),
  must('20.2', 'many-attributes', 'An element with ten thousand attributes does no harm.', {}, async (t) => {
    const attributes = Array.from({ length: 10_000 }, (_, index) => ` a${index}=""`).join('');
    const body = `<D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype${attributes}/></D:prop></D:propfind>`;
    const response = await t.sendXml('PROPFIND', '', body, { Depth: '0' });
    ensure(response.status < 500, `many attributes were answered with ${response.status}`, response);
    await ensureAlive(t);
  }),
  ...traversalCases,
  must('20', 'destination-traversal', 'A Destination does not lead out of the served tree.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    const destination = `${t.origin}${t.home}%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/tmp/conformance-escaped`;
    const response = await t.copy('a.txt', '', { Destination: destination });
    ensure(response.status >= 300, `COPY out of the tree was answered with ${response.status}`, response);
    await ensureAlive(t);
  }),
  must('20', 'nul-in-path', 'A path with NUL is refused.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    ensureClientError(await t.get(`${t.home}a.txt%00.png`), 'GET of a path with NUL');
    ensureClientError(await t.put(`${t.home}b%00.txt`, 'x'), 'PUT of a path with NUL');
  }),
  must('20.2', 'overlong-name', 'A name of ten thousand characters is refused.', {}, async (t) => {
    const response = await t.put(`${t.home}${'x'.repeat(10_000)}`, 'x');
    ensureClientError(response, 'PUT of an overlong name');
    await ensureAlive(t);
  }),
  must('20.2', 'wrong-percent-encoding', 'A path with a wrong percent-encoding does not end in 5xx.', {}, async (t) => {
    for (const name of ['%zz', '%', '%e9', '%ff%fe']) {
      const response = await t.get(`${t.home}${name}`);
      ensure(response.status < 500, `GET of ${name} was answered with ${response.status}`, response);
    }
  }),
  must('20.1', 'authentication-required', 'Without credentials nothing of a protected file is told.', {}, async (t) => {
    await t.givenFile('a.txt', 'a secret');
    const response = await t.send('GET', 'a.txt', { anonymous: true });
    if (response.status === 200) return; // The target may be open to everybody.
    ensureStatus(response, [401, 403, 404], 'GET without credentials');
    ensure(!response.text.includes('a secret'), 'the refusal holds the content', response);
  }),
  must('20.1', 'challenge', 'An answer 401 carries a challenge.', {}, async (t) => {
    const response = await t.send('PROPFIND', '', { anonymous: true, headers: { Depth: '0' } });
    if (response.status !== 401) return; // The target may be open to everybody.
    ensure(response.header('www-authenticate') !== undefined, 'the answer 401 has no WWW-Authenticate', response);
  }),
  must(
    '20.2',
    'huge-property',
    'A property of two mebibytes is kept whole or refused.',
    { needs: ['dead-properties'] },
    async (t) => {
      await t.givenFile('a.txt');
      const value = 'x'.repeat(2 * 1_048_576);
      const response = await t.proppatch('a.txt', propertyUpdate(set(ownProperty('note', value))));
      ensure(response.status < 500 || response.status === 507, `it was answered with ${response.status}`, response);
      const answer = await t.propfind(
        'a.txt',
        propfindOf({ namespace: 'urn:example:passerelle-conformance', name: 'note' }),
      );
      const kept = answer.need(t.path('a.txt')).properties[0];
      if (kept?.status === 200) ensureEqual(kept.text.length, value.length, 'the length of the value');
    },
  ),
];
