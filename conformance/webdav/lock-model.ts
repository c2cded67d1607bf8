/** RFC 4918 §6 and §7: what a write lock protects and what becomes of it. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureEqual, ensureRefused, ensureStatus, ensureSuccess } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { ownProperty, propertyUpdate, propfindOf, set } from '../dav/bodies.ts';
import { dav, own } from '../dav/names.ts';
import { ensureLockedOut, lockTokensOf } from './support/locks.ts';

const { must, should } = casesOf('RFC 4918', ['class 2']);

/** Sends a request without the token to a locked file: it must be answered with 423. */
async function ensureLocked(t: Target, method: string, headers: Record<string, string> = {}): Promise<void> {
  const body = method === 'PROPPATCH' ? propertyUpdate(set(ownProperty('colour', 'blue'))) : undefined;
  const type = body === undefined ? {} : { 'Content-Type': 'application/xml' };
  const response = await t.send(method, 'a.txt', { headers: { ...type, ...headers }, body });
  ensureStatus(response, [423], `${method} of a locked file without its token`);
}

export const lockModelCases = [
  must('7', 'put-needs-token', 'PUT on a locked file without its token is answered with 423.', {}, async (t) => {
    await t.givenFile('a.txt', 'old');
    await t.givenLock('a.txt');
    await ensureLocked(t, 'PUT');
    ensureEqual(await t.content('a.txt'), 'old', 'the locked file');
  }),
  must('7', 'delete-needs-token', 'DELETE of a locked file without its token is answered with 423.', {}, async (t) => {
    await t.givenFile('a.txt', 'old');
    await t.givenLock('a.txt');
    await ensureLocked(t, 'DELETE');
    ensureEqual(await t.content('a.txt'), 'old', 'the locked file');
  }),
  must(
    '7.1',
    'proppatch-needs-token',
    'PROPPATCH of a locked file without its token is answered with 423.',
    { needs: ['dead-properties'] },
    async (t) => {
      await t.givenFile('a.txt');
      await t.givenLock('a.txt');
      await ensureLocked(t, 'PROPPATCH');
      ensureEqual((await t.property('a.txt', own('colour')))?.status, 404, 'the property');
    },
  ),
  must(
    '7',
    'reading-is-free',
    'A write lock does not stop GET, PROPFIND or COPY of the locked file.',
    {},
    async (t) => {
      await t.givenFile('a.txt', 'x');
      await t.givenLock('a.txt');
      ensureEqual(await t.content('a.txt'), 'x', 'GET');
      await t.propfind('a.txt', propfindOf(dav('resourcetype')));
      ensureStatus(await t.copy('a.txt', 'b.txt'), [201], 'COPY of a locked file');
    },
  ),
  must('7.5', 'token-opens', 'With the lock token in If the same requests succeed.', {}, async (t) => {
    await t.givenFile('a.txt', 'old');
    const { token } = await t.givenLock('a.txt');
    const headers = { If: `(<${token}>)` };
    ensureStatus(await t.put('a.txt', 'new', headers), [200, 204], 'PUT with the token');
    ensureEqual(await t.content('a.txt'), 'new', 'the content');
    const body = propertyUpdate(set(ownProperty('colour', 'blue')));
    ensureStatus(await t.proppatch('a.txt', body, headers), [200, 207], 'PROPPATCH with the token');
    ensureStatus(await t.delete('a.txt', headers), [200, 204], 'DELETE with the token');
  }),
  must('6.5', 'tokens-unique', 'Every lock has another token, and tokens are absolute URIs.', {}, async (t) => {
    const tokens = new Set<string>();
    for (const name of ['a.txt', 'b.txt', 'a.txt']) {
      await t.givenFile(name);
      const { token, response } = await t.givenLock(name);
      ensure(/^[a-z][a-z0-9+.-]*:\S+$/i.test(token), `the token ${token} is no absolute URI`, response);
      ensure(!tokens.has(token), `the token ${token} was given twice`, response);
      tokens.add(token);
      ensureStatus(await t.unlock(name, token), [204], 'UNLOCK');
    }
  }),
  must('7.3', 'unmapped-created', 'LOCK of an unmapped URL makes an empty file and answers 201.', {}, async (t) => {
    const { response } = await t.givenLock('new.txt');
    ensureStatus(response, [201], 'LOCK of an unmapped URL');
    const get = await t.get('new.txt');
    ensureStatus(get, [200, 204], 'GET of the locked empty file');
    ensureEqual(get.body.length, 0, 'its length', get);
  }),
  must('7.3', 'unmapped-listed', 'A locked empty file is a member of its collection.', {}, async (t) => {
    await t.givenLock('new.txt');
    const listing = await t.propfind('', propfindOf(dav('resourcetype')), '1');
    ensure(listing.at(t.path('new.txt')) !== undefined, 'the collection does not list it', listing.http);
  }),
  must('7.3', 'unmapped-put', 'A locked empty file takes content by PUT with the token.', {}, async (t) => {
    const { token } = await t.givenLock('new.txt');
    ensureStatus(await t.put('new.txt', 'x'), [423], 'PUT without the token');
    ensureSuccess(await t.put('new.txt', 'x', { If: `(<${token}>)` }), 'PUT with the token');
    ensureEqual(await t.content('new.txt'), 'x', 'the content');
  }),
  must('7.3', 'unmapped-no-mkcol', 'A locked empty file cannot be made a collection.', {}, async (t) => {
    const { token } = await t.givenLock('new.txt');
    ensureRefused(await t.send('MKCOL', 'new.txt', { headers: { If: `(<${token}>)` } }), 'MKCOL of it');
    ensureEqual((await t.property('new.txt', dav('resourcetype')))?.element.children.length, 0, 'its resourcetype');
  }),
  must('7.3', 'unmapped-properties', 'A locked empty file has lockdiscovery and supportedlock.', {}, async (t) => {
    const { token } = await t.givenLock('new.txt');
    const tokens = await lockTokensOf(t, 'new.txt');
    ensure(tokens.includes(token), `DAV:lockdiscovery does not hold the token ${token}`);
    ensureEqual((await t.property('new.txt', dav('supportedlock')))?.status, 200, 'DAV:supportedlock');
  }),
  should('7.3', 'unmapped-stays', 'A locked empty file stays when its lock goes away.', {}, async (t) => {
    const { token } = await t.givenLock('new.txt');
    ensureStatus(await t.unlock('new.txt', token), [204], 'UNLOCK');
    ensure(await t.exists('new.txt'), 'the file vanished with its lock');
  }),
  must(
    '7.4',
    'depth-0-protects-membership',
    'A Depth 0 lock on a collection protects its membership.',
    {},
    async (t) => {
      await t.givenCollection('sub');
      await t.givenFile('sub/a.txt');
      await t.givenFile('b.txt');
      await t.givenLock('sub/', { depth: '0' });
      ensureLockedOut(await t.put('sub/new.txt', 'x'), 'PUT of a new member');
      ensureLockedOut(await t.mkcol('sub/new/'), 'MKCOL of a new member');
      ensureLockedOut(await t.delete('sub/a.txt'), 'DELETE of a member');
      ensureLockedOut(await t.move('sub/a.txt', 'c.txt'), 'MOVE of a member out');
      ensureLockedOut(await t.move('b.txt', 'sub/b.txt'), 'MOVE of a file in');
      ensureLockedOut(await t.copy('b.txt', 'sub/b.txt'), 'COPY of a file in');
    },
  ),
  must(
    '7.4',
    'depth-0-leaves-members',
    'A Depth 0 lock on a collection leaves its members writable.',
    {},
    async (t) => {
      await t.givenCollection('sub');
      await t.givenFile('sub/a.txt');
      await t.givenLock('sub/', { depth: '0' });
      ensureStatus(await t.put('sub/a.txt', 'new'), [200, 204], 'PUT over a member');
    },
  ),
  must('7.4', 'infinity-covers-members', 'A Depth infinity lock covers the members at every depth.', {}, async (t) => {
    await t.givenCollection('sub');
    await t.givenCollection('sub/inner');
    await t.givenFile('sub/inner/a.txt', 'old');
    const { token } = await t.givenLock('sub/', { depth: 'infinity' });
    ensureStatus(await t.put('sub/inner/a.txt', 'new'), [423], 'PUT of a member');
    const tokens = await lockTokensOf(t, 'sub/inner/a.txt');
    ensure(tokens.includes(token), 'DAV:lockdiscovery of the member does not show the lock');
    ensureStatus(await t.put('sub/inner/a.txt', 'new', { If: `(<${token}>)` }), [200, 204], 'PUT with the token');
  }),
  must(
    '7.4',
    'infinity-covers-new-members',
    'A new member of a collection locked with Depth infinity is locked.',
    {},
    async (t) => {
      await t.givenCollection('sub');
      const { token } = await t.givenLock('sub/', { depth: 'infinity' });
      ensureStatus(
        await t.put('sub/new.txt', 'x', { If: `<${t.uri('sub/')}> (<${token}>)` }),
        [201],
        'PUT with the token',
      );
      ensureStatus(await t.put('sub/new.txt', 'y'), [423], 'PUT over the new member without the token');
      ensure((await lockTokensOf(t, 'sub/new.txt')).includes(token), 'the new member does not show the lock');
    },
  ),
  must('7.6', 'copy-leaves-lock', 'COPY does not copy the lock.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.givenLock('a.txt');
    ensureStatus(await t.copy('a.txt', 'b.txt'), [201], 'COPY of a locked file');
    ensureEqual((await lockTokensOf(t, 'b.txt')).length, 0, 'the number of locks on the copy');
    ensureStatus(await t.put('b.txt', 'free'), [200, 204], 'PUT over the copy');
  }),
  must('7.6', 'move-leaves-lock', 'MOVE does not take the lock along.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    const { token } = await t.givenLock('a.txt');
    ensureStatus(
      await t.move('a.txt', 'b.txt', { If: `<${t.uri('a.txt')}> (<${token}>)` }),
      [201],
      'MOVE with the token',
    );
    ensureEqual((await lockTokensOf(t, 'b.txt')).length, 0, 'the number of locks on the moved file');
    ensureStatus(await t.put('b.txt', 'free'), [200, 204], 'PUT over the moved file');
    ensureStatus(await t.put('a.txt', 'free too'), [201], 'PUT at the old URL');
  }),
  must(
    '7.6',
    'moved-in-is-covered',
    'A file moved into a collection locked with Depth infinity is covered.',
    {},
    async (t) => {
      await t.givenCollection('sub');
      await t.givenFile('a.txt');
      const { token } = await t.givenLock('sub/', { depth: 'infinity' });
      const response = await t.move('a.txt', 'sub/a.txt', { If: `<${t.uri('sub/')}> (<${token}>)` });
      ensureStatus(response, [201], 'MOVE into the locked collection with the token');
      ensureStatus(await t.put('sub/a.txt', 'x'), [423], 'PUT over the moved file');
    },
  ),
  must('6.1', 'shared-holders-write', 'Each holder of a shared lock may write with his own token.', {}, async (t) => {
    await t.givenFile('a.txt');
    const first = await t.givenLock('a.txt', { scope: 'shared' });
    const second = await t.givenLock('a.txt', { scope: 'shared' });
    ensureStatus(await t.put('a.txt', 'none'), [423], 'PUT without a token');
    for (const { token } of [first, second]) {
      ensureStatus(await t.put('a.txt', 'x', { If: `(<${token}>)` }), [200, 204], 'PUT with a token of a shared lock');
    }
  }),
  must('6.8', 'lockdiscovery-per-lock', 'DAV:lockdiscovery shows every shared lock.', {}, async (t) => {
    await t.givenFile('a.txt');
    const first = await t.givenLock('a.txt', { scope: 'shared' });
    const second = await t.givenLock('a.txt', { scope: 'shared' });
    const tokens = (await lockTokensOf(t, 'a.txt')).toSorted().join();
    ensureEqual(tokens, [first.token, second.token].toSorted().join(), 'the tokens in DAV:lockdiscovery');
  }),
];
