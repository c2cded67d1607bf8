/** RFC 4918 §10.4: the If header. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureClientError, ensureEqual, ensureStatus } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { ensureCondition } from '../dav/xml.ts';
import { ensureLockedOut } from './support/locks.ts';

const { must, should } = casesOf('RFC 4918');
const locked = { needs: ['class 2'] } as const;
const tagged = { needs: ['etag'] } as const;
const lockedAndTagged = { needs: ['class 2', 'etag'] } as const;

const unknownToken = '<urn:uuid:00000000-0000-4000-8000-000000000000>';
const noLock = '<DAV:no-lock>';
const replaced = [200, 204];

/** PUT over `a.txt` under an If header; checks the status and whether the content is as that status says. */
async function putIf(t: Target, header: string, allowed: readonly number[]): Promise<void> {
  const before = await t.content('a.txt');
  const response = await t.put('a.txt', `${before}!`, { If: header });
  ensureStatus(response, allowed, `PUT with If: ${header}`);
  const expected = response.status < 300 ? `${before}!` : before;
  ensureEqual(await t.content('a.txt'), expected, 'the content', response);
}

export const ifHeaderCases = [
  must('10.4.4', 'unknown-token', 'A token of no lock makes the condition false: 412.', {}, async (t) => {
    await t.givenFile('a.txt');
    await putIf(t, `(${unknownToken})`, [412]);
  }),
  must('10.4.4', 'token-of-other-resource', 'The token of another resource makes it false.', locked, async (t) => {
    await t.givenFile('a.txt');
    await t.givenFile('b.txt');
    const { token } = await t.givenLock('b.txt');
    await putIf(t, `(<${token}>)`, [412]);
  }),
  must('10.4.4', 'etag-matches', 'A matching entity tag makes the condition true.', tagged, async (t) => {
    await t.givenFile('a.txt');
    await putIf(t, `([${await t.strongEtag('a.txt')}])`, replaced);
  }),
  must('10.4.4', 'etag-differs', 'Another entity tag makes the condition false: 412.', tagged, async (t) => {
    await t.givenFile('a.txt');
    await putIf(t, '(["no-such-entity-tag"])', [412]);
  }),
  must('10.4.3', 'and-within-list', 'Every condition of a list must hold.', lockedAndTagged, async (t) => {
    await t.givenFile('a.txt');
    const { token } = await t.givenLock('a.txt');
    await putIf(t, `(<${token}> ["no-such-entity-tag"])`, [412]);
    await putIf(t, `(<${token}> [${await t.strongEtag('a.txt')}])`, replaced);
  }),
  must('10.4.3', 'or-between-lists', 'One true list is enough.', locked, async (t) => {
    await t.givenFile('a.txt');
    const { token } = await t.givenLock('a.txt');
    await putIf(t, `(${unknownToken}) (<${token}>)`, replaced);
    await putIf(t, `(<${token}>) (${unknownToken})`, replaced);
  }),
  must('10.4.3', 'all-lists-false', 'When no list is true, the answer is 412.', lockedAndTagged, async (t) => {
    await t.givenFile('a.txt');
    const { token } = await t.givenLock('a.txt');
    const etag = await t.strongEtag('a.txt');
    await putIf(t, `(<${token}> ["wrong"]) (Not ${noLock} ["wrong"])`, [412]);
    await putIf(t, `(<${token}> ["wrong"]) (Not ${noLock} [${etag}])`, replaced);
  }),
  must('10.4.7', 'not-unknown-token', 'Not turns a condition around.', locked, async (t) => {
    await t.givenFile('a.txt');
    await putIf(t, `(Not ${unknownToken})`, replaced);
    await t.givenLock('a.txt').then(({ token }) => putIf(t, `(Not <${token}>)`, [412, 423]));
  }),
  must('10.4.7', 'not-etag', 'Not turns the condition of an entity tag around.', tagged, async (t) => {
    await t.givenFile('a.txt');
    await putIf(t, `(Not [${await t.strongEtag('a.txt')}])`, [412]);
    await putIf(t, '(Not ["no-such-entity-tag"])', replaced);
  }),
  must(
    '10.4.8',
    'no-lock-never-matches',
    'DAV:no-lock matches no lock, so Not DAV:no-lock is true.',
    locked,
    async (t) => {
      await t.givenFile('a.txt');
      await putIf(t, `(${noLock})`, [412]);
      await putIf(t, `(Not ${noLock})`, replaced);
      const { token } = await t.givenLock('a.txt');
      await putIf(t, `(<${token}>) (Not ${noLock})`, replaced);
    },
  ),
  must(
    '10.4.1',
    'true-condition-is-no-token',
    'A true condition without the token does not open a lock.',
    locked,
    async (t) => {
      await t.givenFile('a.txt');
      await t.givenLock('a.txt');
      await putIf(t, `(Not ${noLock})`, [423]);
    },
  ),
  must(
    '10.4.1',
    'etag-is-no-token',
    'A matching entity tag without the token does not open a lock.',
    lockedAndTagged,
    async (t) => {
      await t.givenFile('a.txt');
      await t.givenLock('a.txt');
      await putIf(t, `([${await t.strongEtag('a.txt')}])`, [423]);
    },
  ),
  must(
    '10.4.1',
    'token-in-false-list',
    'A token counts as submitted in a list that is not the true one.',
    locked,
    async (t) => {
      await t.givenFile('a.txt');
      const { token } = await t.givenLock('a.txt');
      await putIf(t, `(<${token}> ${unknownToken}) (Not ${noLock})`, replaced);
    },
  ),
  must('10.4.2', 'tagged-list', 'A tagged list with the URL of the request is used.', locked, async (t) => {
    await t.givenFile('a.txt');
    const { token } = await t.givenLock('a.txt');
    await putIf(t, `<${t.uri('a.txt')}> (<${token}>)`, replaced);
  }),
  must(
    '10.4.2',
    'tag-as-absolute-path',
    'A resource tag may be an absolute path.',
    { needs: ['class 2', 'class 3'] },
    async (t) => {
      await t.givenFile('a.txt');
      const { token } = await t.givenLock('a.txt');
      await putIf(t, `<${t.path('a.txt')}> (<${token}>)`, replaced);
    },
  ),
  must(
    '10.4.2',
    'tag-of-other-resource',
    'A tagged list is judged by its own resource.',
    lockedAndTagged,
    async (t) => {
      await t.givenFile('a.txt');
      await t.givenFile('b.txt', 'something else');
      const etag = await t.strongEtag('b.txt');
      await putIf(t, `<${t.uri('b.txt')}> ([${etag}])`, replaced);
      await putIf(t, `<${t.uri('b.txt')}> (["no-such-entity-tag"])`, [412]);
    },
  ),
  must('10.4.4', 'tag-unmapped', 'At an unmapped URL tokens and entity tags do not match.', {}, async (t) => {
    await t.givenFile('a.txt');
    await putIf(t, `<${t.uri('nothing.txt')}> (["any"])`, [412]);
    await putIf(t, `<${t.uri('nothing.txt')}> (Not ["any"])`, replaced);
  }),
  must('10.4', 'two-tagged-lists', 'Lists of two resources: one true list is enough.', locked, async (t) => {
    await t.givenFile('a.txt');
    const { token } = await t.givenLock('a.txt');
    await putIf(t, `<${t.uri('b.txt')}> (${unknownToken}) <${t.uri('a.txt')}> (<${token}>)`, replaced);
  }),
  must(
    '10.4.2',
    'destination-by-tag',
    'The token of a locked destination is given by a tagged list.',
    locked,
    async (t) => {
      await t.givenFile('a.txt', 'x');
      await t.givenFile('b.txt', 'old');
      const { token } = await t.givenLock('b.txt');
      const response = await t.copy('a.txt', 'b.txt', { If: `<${t.uri('b.txt')}> (<${token}>)` });
      ensureStatus(response, [204], 'COPY over a locked file with its token');
      ensureEqual(await t.content('b.txt'), 'x', 'the destination');
    },
  ),
  must(
    '10.4.2',
    'delete-tree-by-tag',
    'The token of a locked member opens the DELETE of its collection.',
    locked,
    async (t) => {
      await t.givenCollection('sub');
      await t.givenFile('sub/a.txt');
      const { token } = await t.givenLock('sub/a.txt');
      const response = await t.delete('sub/', { If: `<${t.uri('sub/a.txt')}> (<${token}>)` });
      ensureStatus(response, [200, 204], 'DELETE of the collection with the token of its member');
      ensure(!(await t.exists('sub/')), 'the collection is still there');
    },
  ),
  must('10.4', 'both-parents-locked', 'MOVE between two locked collections takes both tokens.', locked, async (t) => {
    await t.givenCollection('one');
    await t.givenCollection('two');
    await t.givenFile('one/a.txt', 'x');
    const one = await t.givenLock('one/', { depth: '0' });
    const two = await t.givenLock('two/', { depth: '0' });
    const half = `<${t.uri('one/')}> (<${one.token}>)`;
    ensureLockedOut(await t.move('one/a.txt', 'two/a.txt', { If: half }), 'MOVE with one token of two');
    const both = `${half} <${t.uri('two/')}> (<${two.token}>)`;
    ensureStatus(await t.move('one/a.txt', 'two/a.txt', { If: both }), [201], 'MOVE with both tokens');
    ensureEqual(await t.content('two/a.txt'), 'x', 'the moved file');
  }),
  must('10.4', 'also-for-get', 'If holds for GET too: a false condition is 412.', tagged, async (t) => {
    await t.givenFile('a.txt');
    ensureStatus(await t.get('a.txt', { If: '(["no-such-entity-tag"])' }), [412], 'GET with a false condition');
    ensureStatus(await t.get('a.txt', { If: `([${await t.strongEtag('a.txt')}])` }), [200], 'GET with a true one');
  }),
  should('10.4.2', 'malformed', 'An If header that breaks the grammar is refused.', {}, async (t) => {
    await t.givenFile('a.txt', 'old');
    for (const header of ['(', '()', '<urn:x', 'no list', '(<urn:x>', '([)']) {
      ensureClientError(await t.put('a.txt', 'new', { If: header }), `PUT with If: ${header}`);
    }
    ensureEqual(await t.content('a.txt'), 'old', 'the content');
  }),
  must('10.4', 'malformed-survived', 'After a malformed If header the server still answers.', {}, async (t) => {
    await t.givenFile('a.txt', 'old');
    await t.put('a.txt', 'new', { If: '((' });
    ensureStatus(await t.get('a.txt'), [200], 'GET afterwards');
  }),
  should('11.3', 'lock-token-submitted', 'The answer 423 names DAV:lock-token-submitted.', locked, async (t) => {
    await t.givenFile('a.txt');
    await t.givenLock('a.txt');
    const response = await t.put('a.txt', 'new');
    ensureStatus(response, [423], 'PUT on a locked file');
    ensureCondition(response, 'lock-token-submitted');
  }),
];
