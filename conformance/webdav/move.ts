/** RFC 4918 §9.9: MOVE. */
import { casesOf } from '../case/case.ts';
import {
  ensure,
  ensureClientError,
  ensureEqual,
  ensureRefused,
  ensureStatus,
  ensureSuccess,
  skipUnless,
} from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { ownProperty, propfindOf } from '../dav/bodies.ts';
import { dav, own } from '../dav/names.ts';
import { waitMs } from './support/wait.ts';

const { must, should } = casesOf('RFC 4918');

async function givenTree(t: Target): Promise<void> {
  await t.givenCollection('tree');
  await t.givenFile('tree/a.txt', 'a');
  await t.givenCollection('tree/inner');
  await t.givenFile('tree/inner/b.txt', 'b');
}

async function ensureTree(t: Target, at: string): Promise<void> {
  ensureEqual(await t.content(`${at}/a.txt`), 'a', `${at}/a.txt`);
  ensureEqual(await t.content(`${at}/inner/b.txt`), 'b', `${at}/inner/b.txt`);
}

export const moveCases = [
  must('9.9', 'renames', 'MOVE to an unmapped URL answers 201; the old URL is unmapped.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    ensureStatus(await t.move('a.txt', 'b.txt'), [201], 'MOVE');
    ensureEqual(await t.content('b.txt'), 'x', 'the destination');
    ensureEqual(await t.content('a.txt'), undefined, 'the source');
  }),
  must('9.9', 'listing', 'After MOVE the listing holds the new name and not the old one.', {}, async (t) => {
    await t.givenFile('a.txt');
    await t.move('a.txt', 'b.txt');
    const listing = await t.propfind('', propfindOf(dav('resourcetype')), '1');
    ensure(listing.at(t.path('a.txt')) === undefined, 'the old name is listed', listing.http);
    ensure(listing.at(t.path('b.txt')) !== undefined, 'the new name is not listed', listing.http);
  }),
  must('9.9.3', 'overwrites', 'MOVE over a file answers 204 and replaces it.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    await t.givenFile('b.txt', 'old');
    ensureStatus(await t.move('a.txt', 'b.txt'), [204], 'MOVE over a file');
    ensureEqual(await t.content('b.txt'), 'x', 'the destination');
    ensureEqual(await t.content('a.txt'), undefined, 'the source');
  }),
  must('10.6', 'move-overwrite-f', 'Overwrite F on a mapped destination is answered with 412.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    await t.givenFile('b.txt', 'old');
    ensureStatus(await t.move('a.txt', 'b.txt', { Overwrite: 'F' }), [412], 'MOVE with Overwrite: F');
    ensureEqual(await t.content('a.txt'), 'x', 'the source');
    ensureEqual(await t.content('b.txt'), 'old', 'the destination');
  }),
  must('9.9.4', 'parent-missing', 'MOVE to a place without its parent is answered with 409.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    ensureStatus(await t.move('a.txt', 'missing/b.txt'), [409], 'MOVE to a missing collection');
    ensureEqual(await t.content('a.txt'), 'x', 'the source');
  }),
  must('9.9', 'source-missing', 'MOVE of a URL without a resource is answered with 404.', {}, async (t) => {
    await t.givenFile('b.txt', 'old');
    ensureStatus(await t.move('nothing.txt', 'b.txt'), [404], 'MOVE of an unmapped URL');
    ensureEqual(await t.content('b.txt'), 'old', 'the destination');
  }),
  must('9.9.4', 'onto-itself', 'MOVE of a file onto itself is refused and leaves it.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    ensureRefused(await t.move('a.txt', 'a.txt'), 'MOVE onto itself');
    ensureEqual(await t.content('a.txt'), 'x', 'the file');
  }),
  should('9.9.4', 'onto-itself-403', 'MOVE onto itself is answered with 403.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    ensureStatus(await t.move('a.txt', 'a.txt'), [403], 'MOVE onto itself');
  }),
  must('9.9.2', 'collection', 'MOVE of a collection takes the whole tree along.', {}, async (t) => {
    await givenTree(t);
    ensureStatus(await t.move('tree/', 'moved/'), [201], 'MOVE of a collection');
    await ensureTree(t, 'moved');
    for (const name of ['tree/', 'tree/a.txt', 'tree/inner/b.txt']) {
      ensure(!(await t.exists(name)), `${name} is still there`);
    }
  }),
  must(
    '9.9.2',
    'collection-depth-0',
    'MOVE of a collection with Depth 0 is refused or moves everything.',
    {},
    async (t) => {
      await givenTree(t);
      const response = await t.move('tree/', 'moved/', { Depth: '0' });
      await ensureTree(t, response.status < 300 ? 'moved' : 'tree');
    },
  ),
  must('9.9.3', 'replaces-collection', 'MOVE over a collection replaces it; nothing is merged.', {}, async (t) => {
    await givenTree(t);
    await t.givenCollection('target');
    await t.givenFile('target/old.txt');
    ensureStatus(await t.move('tree/', 'target/'), [204], 'MOVE over a collection');
    await ensureTree(t, 'target');
    ensure(!(await t.exists('target/old.txt')), 'a member of the overwritten collection is still there');
  }),
  must('9.9.3', 'file-over-collection', 'MOVE of a file replaces a collection.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    await givenTree(t);
    ensureSuccess(await t.move('a.txt', 'tree'), 'MOVE of a file over a collection');
    ensureEqual(await t.content('tree'), 'x', 'the destination');
    ensure(!(await t.exists('tree/a.txt')), 'a member of the overwritten collection is still there');
  }),
  must('9.9.3', 'collection-over-file', 'MOVE of a collection replaces a file.', {}, async (t) => {
    await givenTree(t);
    await t.givenFile('target', 'old');
    ensureSuccess(await t.move('tree/', 'target'), 'MOVE of a collection over a file');
    await ensureTree(t, 'target');
  }),
  must('9.9', 'into-itself', 'MOVE of a collection into itself is refused and loses nothing.', {}, async (t) => {
    await givenTree(t);
    ensureRefused(await t.move('tree/', 'tree/inner/again/'), 'MOVE into itself');
    await ensureTree(t, 'tree');
  }),
  should(
    '9.9',
    'over-own-parent',
    'MOVE of a member over its own collection never loses the member.',
    {},
    async (t) => {
      await givenTree(t);
      const response = await t.move('tree/a.txt', 'tree');
      const kept = response.status < 300 ? await t.content('tree') : await t.content('tree/a.txt');
      ensureEqual(kept, 'a', 'the moved content', response);
    },
  ),
  must('9.9.1', 'dead-properties', 'MOVE takes dead properties along.', { needs: ['dead-properties'] }, async (t) => {
    await t.givenFile('a.txt');
    await t.givenProperties('a.txt', ownProperty('colour', 'blue'));
    await t.move('a.txt', 'b.txt');
    ensureEqual(await t.propertyText('b.txt', own('colour')), 'blue', 'the property after MOVE');
  }),
  must(
    '9.9.1',
    'dead-properties-of-tree',
    'MOVE of a tree takes the dead properties of its members along.',
    { needs: ['dead-properties'] },
    async (t) => {
      await givenTree(t);
      await t.givenProperties('tree/inner/', ownProperty('colour', 'blue'));
      await t.givenProperties('tree/inner/b.txt', ownProperty('colour', 'red'));
      await t.move('tree/', 'moved/');
      ensureEqual(await t.propertyText('moved/inner/', own('colour')), 'blue', 'the property of the collection');
      ensureEqual(await t.propertyText('moved/inner/b.txt', own('colour')), 'red', 'the property of the member');
    },
  ),
  must(
    '9.9.3',
    'overwritten-properties-gone',
    'The dead properties of an overwritten file do not show on the file that was moved there.',
    { needs: ['dead-properties'] },
    async (t) => {
      await t.givenFile('a.txt', 'x');
      await t.givenFile('b.txt', 'old');
      await t.givenProperties('b.txt', ownProperty('colour', 'blue'));
      await t.move('a.txt', 'b.txt');
      ensureEqual((await t.property('b.txt', own('colour')))?.status, 404, 'the property of the overwritten file');
    },
  ),
  should('9.9.1', 'creation-date-kept', 'DAV:creationdate stays the same after MOVE.', {}, async (t) => {
    await t.givenFile('a.txt');
    const before = await t.property('a.txt', dav('creationdate'));
    skipUnless(before?.status === 200, 'the server has no DAV:creationdate');
    await waitMs(1_100, t.signal);
    await t.move('a.txt', 'b.txt');
    ensureEqual(await t.propertyText('b.txt', dav('creationdate')), before.text, 'DAV:creationdate');
  }),
  must('10.3', 'move-destination-missing', 'MOVE without Destination is refused.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    ensureClientError(await t.send('MOVE', 'a.txt'), 'MOVE without Destination');
    ensureEqual(await t.content('a.txt'), 'x', 'the file');
  }),
  must('10.3', 'move-destination-other-server', 'MOVE to another server loses nothing.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    const elsewhere = `${new URL(t.origin).protocol}//elsewhere.invalid:1${t.path('b.txt')}`;
    ensureRefused(await t.move('a.txt', 'b.txt', { Destination: elsewhere }), 'MOVE to another server');
    ensureEqual(await t.content('a.txt'), 'x', 'the source');
    ensure(!(await t.exists('b.txt')), 'a resource was made on this server');
  }),
  must(
    '9.9.4',
    'locked-source',
    'MOVE of a locked file without its token is 423.',
    { needs: ['class 2'] },
    async (t) => {
      await t.givenFile('a.txt', 'x');
      await t.givenLock('a.txt');
      ensureStatus(await t.move('a.txt', 'b.txt'), [423], 'MOVE of a locked file');
      ensureEqual(await t.content('a.txt'), 'x', 'the source');
      ensure(!(await t.exists('b.txt')), 'the destination was made');
    },
  ),
  must(
    '9.9.4',
    'locked-destination',
    'MOVE over a locked file without its token is 423.',
    { needs: ['class 2'] },
    async (t) => {
      await t.givenFile('a.txt', 'x');
      await t.givenFile('b.txt', 'old');
      await t.givenLock('b.txt');
      ensureStatus(await t.move('a.txt', 'b.txt'), [423], 'MOVE over a locked file');
      ensureEqual(await t.content('a.txt'), 'x', 'the source');
      ensureEqual(await t.content('b.txt'), 'old', 'the locked file');
    },
  ),
];
