/** RFC 4918 §9.6: DELETE. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureEqual, ensureStatus } from '../case/outcome.ts';
import { Multistatus } from '../dav/multistatus.ts';

const { must, should } = casesOf('RFC 4918');

export const deleteCases = [
  must('9.6', 'file', 'DELETE removes a file.', {}, async (t) => {
    await t.givenFile('a.txt');
    ensureStatus(await t.delete('a.txt'), [200, 202, 204], 'DELETE');
    ensureStatus(await t.get('a.txt'), [404, 410], 'GET after it');
    ensure(!(await t.exists('a.txt')), 'PROPFIND still finds it');
  }),
  must('9.6', 'unmapped-url', 'DELETE of a URL without a resource is answered with 404.', {}, async (t) => {
    ensureStatus(await t.delete('nothing.txt'), [404, 410], 'DELETE of an unmapped URL');
  }),
  must('9.6.1', 'collection', 'DELETE of a collection removes everything in it.', {}, async (t) => {
    await t.givenCollection('sub');
    await t.givenCollection('sub/inner');
    await t.givenFile('sub/a.txt');
    await t.givenFile('sub/inner/b.txt');
    ensureStatus(await t.delete('sub/'), [200, 202, 204], 'DELETE of a collection');
    for (const name of ['sub/', 'sub/a.txt', 'sub/inner/', 'sub/inner/b.txt']) {
      ensure(!(await t.exists(name)), `${name} is still there`);
    }
  }),
  must('9.6.1', 'collection-gone-for-good', 'A collection made again after DELETE is empty.', {}, async (t) => {
    await t.givenCollection('sub');
    await t.givenFile('sub/a.txt');
    await t.delete('sub/');
    await t.givenCollection('sub');
    ensure(!(await t.exists('sub/a.txt')), 'the member came back');
  }),
  must(
    '9.6.1',
    'depth-0',
    'DELETE of a collection with Depth 0 is refused, or removes everything all the same.',
    {},
    async (t) => {
      await t.givenCollection('sub');
      await t.givenFile('sub/a.txt');
      const response = await t.delete('sub/', { Depth: '0' });
      const refused = response.status >= 400;
      ensureEqual(await t.exists('sub/a.txt'), refused, 'whether the member is there', response);
      ensureEqual(await t.exists('sub/'), refused, 'whether the collection is there', response);
    },
  ),
  must(
    '9.6.1',
    'locked-member-stays',
    'A locked member stays when its collection is deleted without the token, and so do its ancestors.',
    { needs: ['class 2'] },
    async (t) => {
      await t.givenCollection('sub');
      await t.givenCollection('sub/inner');
      await t.givenFile('sub/inner/locked.txt');
      await t.givenLock('sub/inner/locked.txt');
      const response = await t.delete('sub/');
      ensureStatus(response, [207, 403, 409, 423, 424], 'DELETE of a collection with a locked member');
      for (const name of ['sub/inner/locked.txt', 'sub/inner/', 'sub/']) {
        ensure(await t.exists(name), `${name} is gone`, response);
      }
    },
  ),
  should(
    '9.6.1',
    'multistatus-of-failures',
    'The multistatus of a partial DELETE names the locked member with 423, and no 424 or 204.',
    { needs: ['class 2'] },
    async (t) => {
      await t.givenCollection('sub');
      await t.givenFile('sub/locked.txt');
      await t.givenFile('sub/free.txt');
      await t.givenLock('sub/locked.txt');
      const response = await t.delete('sub/');
      if (response.status !== 207) return; // 423 for the whole request is allowed too: nothing was deleted.
      const answer = Multistatus.of(response);
      ensureEqual(answer.need(t.path('sub/locked.txt')).status, 423, 'the status of the locked member', response);
      const superfluous = answer.responses.find((one) => one.status === 424 || one.status === 204);
      ensure(superfluous === undefined, `${superfluous?.path} has status ${superfluous?.status}`, response);
    },
  ),
  must(
    '9.6',
    'destroys-locks',
    'DELETE destroys the locks: a resource made again at that URL is free.',
    { needs: ['class 2'] },
    async (t) => {
      await t.givenFile('a.txt');
      const { token } = await t.givenLock('a.txt');
      ensureStatus(
        await t.delete('a.txt', { If: `<${t.uri('a.txt')}> (<${token}>)` }),
        [200, 204],
        'DELETE with the lock token',
      );
      ensureStatus(await t.put('a.txt', 'free again'), [201], 'PUT after DELETE');
      ensureStatus(await t.put('a.txt', 'and again'), [200, 204], 'PUT without a token');
    },
  ),
  must('9.6', 'no-effect-on-siblings', 'DELETE does not touch a sibling whose name begins alike.', {}, async (t) => {
    await t.givenCollection('sub');
    await t.givenCollection('sub-2');
    await t.givenFile('sub-2/a.txt');
    await t.givenFile('sub.txt');
    await t.delete('sub/');
    ensure(await t.exists('sub-2/a.txt'), 'sub-2/a.txt is gone');
    ensure(await t.exists('sub.txt'), 'sub.txt is gone');
  }),
];
