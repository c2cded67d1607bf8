/** RFC 4918 §9.10 and §9.11: LOCK and UNLOCK. */
import { text } from '../../gateway/wire/xml/element.ts';
import { casesOf } from '../case/case.ts';
import { ensure, ensureClientError, ensureEqual, ensureStatus, skipUnless } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { davDocument } from '../dav/bodies.ts';
import { comparablePath, pathOfHref } from '../dav/href.ts';
import { Multistatus } from '../dav/multistatus.ts';
import { dav } from '../dav/names.ts';
import { ensureCondition } from '../dav/xml.ts';
import { activeLocks, locksOfAnswer, lockTokensOf } from './support/locks.ts';
import { waitMs } from './support/wait.ts';

const { must, should } = casesOf('RFC 4918', ['class 2']);

function refresh(t: Target, name: string, token: string, timeout = 'Second-600') {
  return t.send('LOCK', name, { headers: { If: `(<${token}>)`, Timeout: timeout } });
}

export const lockCases = [
  must('9.10.1', 'answer', 'LOCK answers 200 with Lock-Token and the lock in DAV:lockdiscovery.', {}, async (t) => {
    await t.givenFile('a.txt');
    const { token, response } = await t.givenLock('a.txt');
    ensureStatus(response, [200], 'LOCK of a file');
    ensure(/^<[^<>]+>$/.test(response.header('lock-token') ?? ''), 'Lock-Token is no Coded-URL', response);
    ensure(
      locksOfAnswer(response).some((lock) => lock.token === token),
      'the body does not hold the token',
      response,
    );
  }),
  must('14.12', 'lockroot', 'DAV:lockroot names the URL that was locked.', {}, async (t) => {
    await t.givenFile('a.txt');
    const { response } = await t.givenLock('a.txt');
    const root = locksOfAnswer(response)[0]?.lockRoot ?? '';
    ensureEqual(comparablePath(pathOfHref(root) ?? ''), comparablePath(t.path('a.txt')), 'the lock root', response);
  }),
  must('14.12', 'lockroot-of-member', 'DAV:lockroot of a covered member names the collection.', {}, async (t) => {
    await t.givenCollection('sub');
    await t.givenFile('sub/a.txt');
    await t.givenLock('sub/', { depth: 'infinity' });
    const answer = await t.property('sub/a.txt', dav('lockdiscovery'));
    const root = answer === undefined ? undefined : activeLocks(answer.element)[0]?.lockRoot;
    ensureEqual(comparablePath(pathOfHref(root ?? '') ?? ''), comparablePath(t.path('sub')), 'the lock root');
  }),
  must('14.17', 'owner-kept', 'The owner that the client gave comes back unchanged.', {}, async (t) => {
    await t.givenFile('a.txt');
    const owner = '<D:href>mailto:ada@univ.example</D:href><T:note>Ada &amp; Zoë</T:note>';
    await t.givenLock('a.txt', { owner });
    const answer = await t.property('a.txt', dav('lockdiscovery'));
    const element = answer === undefined ? undefined : activeLocks(answer.element)[0]?.owner;
    ensure(element !== undefined, 'the lock has no owner');
    ensureEqual(text(element).trim(), 'mailto:ada@univ.exampleAda & Zoë', 'the text of the owner');
    const names = element.children.flatMap((child) => (typeof child === 'string' ? [] : [child.name]));
    ensureEqual(names.join(), 'href,note', 'the elements of the owner');
  }),
  must('9.10.3', 'depth-missing', 'LOCK without a Depth header means infinity.', {}, async (t) => {
    await t.givenCollection('sub');
    const { response } = await t.givenLock('sub/');
    ensureEqual(locksOfAnswer(response)[0]?.depth.toLowerCase(), 'infinity', 'the depth of the lock', response);
  }),
  must('9.10.3', 'depth-0', 'LOCK with Depth 0 locks with depth 0.', {}, async (t) => {
    await t.givenCollection('sub');
    const { response } = await t.givenLock('sub/', { depth: '0' });
    ensureEqual(locksOfAnswer(response)[0]?.depth, '0', 'the depth of the lock', response);
  }),
  must('9.10.3', 'depth-1', 'LOCK with Depth 1 is refused.', {}, async (t) => {
    await t.givenCollection('sub');
    const response = await t.lock('sub/', {}, { Depth: '1' });
    ensureClientError(response, 'LOCK with Depth 1');
  }),
  must(
    '9.10.3',
    'infinity-all-or-nothing',
    'A tree with a locked member is locked wholly or not at all.',
    {},
    async (t) => {
      await t.givenCollection('sub');
      await t.givenFile('sub/locked.txt');
      await t.givenFile('sub/free.txt');
      await t.givenLock('sub/locked.txt');
      const response = await t.lock('sub/', { depth: 'infinity' });
      ensureStatus(response, [207, 423], 'LOCK of a tree with a locked member');
      ensureEqual((await lockTokensOf(t, 'sub/')).length, 0, 'the number of locks on the collection', response);
      ensureStatus(await t.put('sub/free.txt', 'x'), [200, 204], 'PUT of the free member');
    },
  ),
  must(
    '9.10.3',
    'infinity-conflict-multistatus',
    'The answer is a multistatus that names the locked member.',
    {},
    async (t) => {
      await t.givenCollection('sub');
      await t.givenFile('sub/locked.txt');
      await t.givenLock('sub/locked.txt');
      const answer = Multistatus.of(await t.lock('sub/', { depth: 'infinity' }));
      ensureEqual(answer.need(t.path('sub/locked.txt')).status, 423, 'the status of the locked member', answer.http);
    },
  ),
  should(
    '9.10.3',
    'infinity-conflict-424',
    'The multistatus gives the locked collection itself status 424.',
    {},
    async (t) => {
      await t.givenCollection('sub');
      await t.givenFile('sub/locked.txt');
      await t.givenLock('sub/locked.txt');
      const answer = Multistatus.of(await t.lock('sub/', { depth: 'infinity' }));
      ensureEqual(answer.at(t.path('sub/'))?.status, 424, 'the status of the collection', answer.http);
    },
  ),
  must('9.10.5', 'exclusive-then-exclusive', 'An exclusive lock excludes a second one.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.givenLock('a.txt');
    ensureStatus(await t.lock('a.txt'), [423], 'a second exclusive LOCK');
  }),
  must('9.10.5', 'exclusive-then-shared', 'An exclusive lock excludes a shared one.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.givenLock('a.txt');
    ensureStatus(await t.lock('a.txt', { scope: 'shared' }), [423], 'a shared LOCK');
  }),
  must('9.10.5', 'shared-then-exclusive', 'A shared lock excludes an exclusive one.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.givenLock('a.txt', { scope: 'shared' });
    ensureStatus(await t.lock('a.txt'), [423], 'an exclusive LOCK');
  }),
  must('9.10.5', 'shared-then-shared', 'Shared locks go together, each with a token of its own.', {}, async (t) => {
    await t.givenFile('a.txt');
    const first = await t.givenLock('a.txt', { scope: 'shared' });
    const second = await t.givenLock('a.txt', { scope: 'shared' });
    ensure(first.token !== second.token, 'both locks have the same token', second.response);
  }),
  must(
    '9.10.5',
    'member-of-locked-tree',
    'A member of a locked tree cannot be locked exclusively again.',
    {},
    async (t) => {
      await t.givenCollection('sub');
      await t.givenFile('sub/a.txt');
      await t.givenLock('sub/', { depth: 'infinity' });
      ensureStatus(await t.lock('sub/a.txt'), [423], 'LOCK of a covered member');
    },
  ),
  should('9.10.6', 'no-conflicting-lock', 'The refusal of a LOCK names DAV:no-conflicting-lock.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.givenLock('a.txt');
    ensureCondition(await t.lock('a.txt'), 'no-conflicting-lock');
  }),
  must('9.10.2', 'refresh', 'LOCK without a body and with the token in If refreshes the lock.', {}, async (t) => {
    await t.givenFile('a.txt');
    const { token } = await t.givenLock('a.txt', { timeout: 'Second-300' });
    const response = await refresh(t, 'a.txt', token);
    ensureStatus(response, [200], 'the refresh');
    const lock = locksOfAnswer(response).find((one) => one.token === token);
    ensure(lock !== undefined, 'the answer does not hold the refreshed lock', response);
    ensureEqual((await lockTokensOf(t, 'a.txt')).join(), token, 'the locks afterwards');
  }),
  must('9.10.2', 'refresh-without-lock-token', 'The answer to a refresh has no Lock-Token header.', {}, async (t) => {
    await t.givenFile('a.txt');
    const { token } = await t.givenLock('a.txt');
    const response = await refresh(t, 'a.txt', token);
    ensureEqual(response.header('lock-token'), undefined, 'the Lock-Token of a refresh', response);
  }),
  must('9.10.2', 'refresh-by-member', 'A lock can be refreshed by any URL in its scope.', {}, async (t) => {
    await t.givenCollection('sub');
    await t.givenFile('sub/a.txt');
    const { token } = await t.givenLock('sub/', { depth: 'infinity' });
    ensureStatus(await refresh(t, 'sub/a.txt', token), [200], 'a refresh at a covered member');
  }),
  must('9.10.6', 'refresh-unknown-token', 'A refresh with a token of no lock is answered with 412.', {}, async (t) => {
    await t.givenFile('a.txt');
    const response = await refresh(t, 'a.txt', 'urn:uuid:00000000-0000-4000-8000-000000000000');
    ensureStatus(response, [412], 'a refresh with an unknown token');
  }),
  must('9.10.2', 'refresh-without-if', 'LOCK without a body and without If is refused.', {}, async (t) => {
    await t.givenFile('a.txt');
    ensureClientError(await t.send('LOCK', 'a.txt'), 'LOCK without a body and without If');
  }),
  must(
    '9.10.4',
    'parent-missing',
    'LOCK of an unmapped URL without its parent is answered with 409.',
    {},
    async (t) => {
      ensureStatus(await t.lock('missing/a.txt'), [409], 'LOCK in a collection that is not there');
      ensure(!(await t.exists('missing/')), 'the parent was made');
    },
  ),
  must('9.10.1', 'unknown-scope', 'LOCK with an unknown scope or type is refused.', {}, async (t) => {
    await t.givenFile('a.txt');
    const scope = '<D:lockscope><T:half/></D:lockscope><D:locktype><D:write/></D:locktype>';
    const type = '<D:lockscope><D:exclusive/></D:lockscope><D:locktype><T:dream/></D:locktype>';
    for (const content of [scope, type]) {
      ensureClientError(await t.sendXml('LOCK', 'a.txt', davDocument('lockinfo', content)), 'LOCK of an unknown kind');
    }
  }),
  must('10.7', 'timeout-form', 'DAV:timeout is "Infinite" or "Second-" and a number.', {}, async (t) => {
    await t.givenFile('a.txt');
    const { response } = await t.givenLock('a.txt', { timeout: 'Infinite, Second-4100000000' });
    const timeout = locksOfAnswer(response)[0]?.timeout;
    if (timeout !== undefined) ensure(/^(Infinite|Second-\d+)$/i.test(timeout), `DAV:timeout is ${timeout}`, response);
  }),
  must(
    '10.7',
    'timeout-unusable',
    'A Timeout header that the server cannot read does not break LOCK.',
    {},
    async (t) => {
      await t.givenFile('a.txt');
      const response = await t.lock('a.txt', { timeout: 'Extended-7, Second-99999999999999999999' });
      ensure(response.status < 500, `LOCK was answered with ${response.status}`, response);
    },
  ),
  should('6.6', 'timeout-expires', 'When the timeout is over the lock is gone.', {}, async (t) => {
    await t.givenFile('a.txt');
    const { response } = await t.givenLock('a.txt', { timeout: 'Second-2' });
    const seconds = Number(/^Second-(\d+)$/.exec(locksOfAnswer(response)[0]?.timeout ?? '')?.[1] ?? Infinity);
    skipUnless(seconds <= 5, `the server granted ${seconds} seconds instead of 2`);
    await waitMs((seconds + 1) * 1_000, t.signal);
    ensureStatus(await t.put('a.txt', 'free'), [200, 204], 'PUT after the timeout');
    ensureEqual((await lockTokensOf(t, 'a.txt')).length, 0, 'the locks after the timeout');
  }),
];

export const unlockCases = [
  must('9.11', 'removes', 'UNLOCK answers 204 and the resource is free.', {}, async (t) => {
    await t.givenFile('a.txt');
    const { token } = await t.givenLock('a.txt');
    ensureStatus(await t.unlock('a.txt', token), [204], 'UNLOCK');
    ensureEqual((await lockTokensOf(t, 'a.txt')).length, 0, 'the number of locks');
    ensureStatus(await t.put('a.txt', 'free'), [200, 204], 'PUT without a token');
  }),
  must('9.11', 'by-member', 'UNLOCK at a covered member removes the whole lock.', {}, async (t) => {
    await t.givenCollection('sub');
    await t.givenFile('sub/a.txt');
    const { token } = await t.givenLock('sub/', { depth: 'infinity' });
    ensureStatus(await t.unlock('sub/a.txt', token), [204], 'UNLOCK at a member');
    ensureEqual((await lockTokensOf(t, 'sub/')).length, 0, 'the locks on the collection');
  }),
  must('9.11', 'one-of-two-shared', 'UNLOCK removes the lock of the token and no other.', {}, async (t) => {
    await t.givenFile('a.txt');
    const first = await t.givenLock('a.txt', { scope: 'shared' });
    const second = await t.givenLock('a.txt', { scope: 'shared' });
    ensureStatus(await t.unlock('a.txt', first.token), [204], 'UNLOCK');
    ensureEqual((await lockTokensOf(t, 'a.txt')).join(), second.token, 'the locks that are left');
  }),
  must('9.11.1', 'token-missing', 'UNLOCK without Lock-Token is answered with 400.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.givenLock('a.txt');
    ensureStatus(await t.send('UNLOCK', 'a.txt'), [400], 'UNLOCK without Lock-Token');
  }),
  must('9.11', 'wrong-token', 'UNLOCK with another token is refused and the lock stays.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.givenFile('b.txt');
    const { token } = await t.givenLock('a.txt');
    const other = await t.givenLock('b.txt');
    ensureClientError(await t.unlock('a.txt', other.token), 'UNLOCK with the token of another resource');
    ensureEqual((await lockTokensOf(t, 'a.txt')).join(), token, 'the locks');
    ensureEqual((await lockTokensOf(t, 'b.txt')).join(), other.token, 'the locks of the other resource');
  }),
  should('9.11.1', 'not-locked', 'UNLOCK of a resource outside the lock is answered with 409.', {}, async (t) => {
    await t.givenFile('a.txt');
    const { token } = await t.givenLock('a.txt');
    await t.unlock('a.txt', token);
    const response = await t.unlock('a.txt', token);
    ensureStatus(response, [409], 'a second UNLOCK');
    ensureCondition(response, 'lock-token-matches-request-uri');
  }),
];
