/** RFC 4918 §9.8: COPY. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureClientError, ensureEqual, ensureRefused, ensureStatus, ensureSuccess } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { ownProperty } from '../dav/bodies.ts';
import { own } from '../dav/names.ts';

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

export const copyCases = [
  must('9.8', 'creates', 'COPY to an unmapped URL makes a copy and answers 201.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    ensureStatus(await t.copy('a.txt', 'b.txt'), [201], 'COPY');
    ensureEqual(await t.content('b.txt'), 'x', 'the copy');
    ensureEqual(await t.content('a.txt'), 'x', 'the source');
  }),
  must('9.8', 'independent', 'Source and copy are two resources: a change of one leaves the other.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    await t.copy('a.txt', 'b.txt');
    await t.givenFile('a.txt', 'changed');
    ensureEqual(await t.content('b.txt'), 'x', 'the copy after a change of the source');
  }),
  must('9.8.4', 'overwrites', 'COPY without an Overwrite header replaces and answers 204.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    await t.givenFile('b.txt', 'old');
    ensureStatus(await t.copy('a.txt', 'b.txt'), [204], 'COPY over a file');
    ensureEqual(await t.content('b.txt'), 'x', 'the destination');
  }),
  must('10.6', 'copy-overwrite-t', 'Overwrite T means the same as no header.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    await t.givenFile('b.txt', 'old');
    ensureStatus(await t.copy('a.txt', 'b.txt', { Overwrite: 'T' }), [204], 'COPY with Overwrite: T');
    ensureEqual(await t.content('b.txt'), 'x', 'the destination');
  }),
  must('10.6', 'copy-overwrite-f', 'Overwrite F on a mapped destination is answered with 412.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    await t.givenFile('b.txt', 'old');
    ensureStatus(await t.copy('a.txt', 'b.txt', { Overwrite: 'F' }), [412], 'COPY with Overwrite: F');
    ensureEqual(await t.content('b.txt'), 'old', 'the destination');
  }),
  must('10.6', 'copy-overwrite-f-collection', 'Overwrite F protects a collection too.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    await givenTree(t);
    ensureStatus(await t.copy('a.txt', 'tree', { Overwrite: 'F' }), [412], 'COPY with Overwrite: F');
    await ensureTree(t, 'tree');
  }),
  must('10.6', 'copy-overwrite-f-unmapped', 'Overwrite F copies to an unmapped destination.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    ensureStatus(await t.copy('a.txt', 'b.txt', { Overwrite: 'F' }), [201], 'COPY with Overwrite: F');
    ensureEqual(await t.content('b.txt'), 'x', 'the copy');
  }),
  must('9.8.5', 'parent-missing', 'COPY to a place without its parent is answered with 409.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    ensureStatus(await t.copy('a.txt', 'missing/b.txt'), [409], 'COPY to a missing collection');
    ensure(!(await t.exists('missing/')), 'the parent was made');
  }),
  must('9.8', 'source-missing', 'COPY of a URL without a resource is answered with 404.', {}, async (t) => {
    ensureStatus(await t.copy('nothing.txt', 'b.txt'), [404], 'COPY of an unmapped URL');
    ensure(!(await t.exists('b.txt')), 'a destination was made');
  }),
  must('9.8.5', 'onto-itself', 'COPY of a file onto itself is refused and leaves it.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    ensureRefused(await t.copy('a.txt', 'a.txt'), 'COPY onto itself');
    ensureEqual(await t.content('a.txt'), 'x', 'the file');
  }),
  should('9.8.5', 'onto-itself-403', 'COPY onto itself is answered with 403.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    ensureStatus(await t.copy('a.txt', 'a.txt'), [403], 'COPY onto itself');
  }),
  must('9.8.3', 'collection', 'COPY of a collection without a Depth header copies the whole tree.', {}, async (t) => {
    await givenTree(t);
    ensureStatus(await t.copy('tree/', 'copy/'), [201], 'COPY of a collection');
    await ensureTree(t, 'copy');
    await ensureTree(t, 'tree');
  }),
  must('9.8.3', 'collection-infinity', 'COPY with Depth infinity copies the whole tree.', {}, async (t) => {
    await givenTree(t);
    ensureStatus(await t.copy('tree/', 'copy/', { Depth: 'infinity' }), [201], 'COPY of a collection');
    await ensureTree(t, 'copy');
  }),
  must('9.8.3', 'collection-depth-0', 'COPY with Depth 0 copies the collection without its members.', {}, async (t) => {
    await givenTree(t);
    ensureStatus(await t.copy('tree/', 'copy/', { Depth: '0' }), [201], 'COPY with Depth 0');
    ensure(await t.exists('copy/'), 'the collection was not copied');
    ensure(!(await t.exists('copy/a.txt')), 'a member was copied');
    ensure(!(await t.exists('copy/inner/')), 'an inner collection was copied');
  }),
  should('9.8.3', 'collection-depth-1', 'COPY of a collection with Depth 1 is refused.', {}, async (t) => {
    await givenTree(t);
    ensureClientError(await t.copy('tree/', 'copy/', { Depth: '1' }), 'COPY with Depth 1');
  }),
  must('9.8.4', 'no-merging', 'COPY over a collection replaces its members and does not merge.', {}, async (t) => {
    await givenTree(t);
    await t.givenCollection('target');
    await t.givenFile('target/old.txt');
    ensureStatus(await t.copy('tree/', 'target/'), [204], 'COPY over a collection');
    await ensureTree(t, 'target');
    ensure(!(await t.exists('target/old.txt')), 'a member of the overwritten collection is still there');
  }),
  must('9.8.4', 'file-over-collection', 'COPY of a file replaces a collection.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    await givenTree(t);
    ensureStatus(await t.copy('a.txt', 'tree'), [204, 201], 'COPY of a file over a collection');
    ensureEqual(await t.content('tree'), 'x', 'the destination');
    ensure(!(await t.exists('tree/a.txt')), 'a member of the overwritten collection is still there');
  }),
  must('9.8.4', 'collection-over-file', 'COPY of a collection replaces a file.', {}, async (t) => {
    await givenTree(t);
    await t.givenFile('target', 'old');
    ensureSuccess(await t.copy('tree/', 'target'), 'COPY of a collection over a file');
    await ensureTree(t, 'target');
  }),
  must(
    '9.8.3',
    'into-itself',
    'COPY of a collection into itself ends, and leaves the source intact.',
    {},
    async (t) => {
      await givenTree(t);
      await t.copy('tree/', 'tree/inner/again/');
      await ensureTree(t, 'tree');
      ensure(!(await t.exists('tree/inner/again/inner/again/inner/')), 'the copy contains itself');
    },
  ),
  should(
    '9.8.4',
    'over-own-parent',
    'COPY of a member over its own collection never loses the member.',
    {},
    async (t) => {
      await givenTree(t);
      const response = await t.copy('tree/a.txt', 'tree');
      const kept = response.status < 300 ? await t.content('tree') : await t.content('tree/a.txt');
      ensureEqual(kept, 'a', 'the copied content', response);
    },
  ),
  should(
    '9.8.2',
    'dead-properties',
    'COPY duplicates the dead properties.',
    { needs: ['dead-properties'] },
    async (t) => {
      await t.givenFile('a.txt');
      await t.givenProperties('a.txt', ownProperty('colour', 'blue'));
      await t.copy('a.txt', 'b.txt');
      ensureEqual(await t.propertyText('b.txt', own('colour')), 'blue', 'the property of the copy');
    },
  ),
  should(
    '9.8.2',
    'dead-properties-of-tree',
    'COPY of a tree duplicates the dead properties of collections and members.',
    { needs: ['dead-properties'] },
    async (t) => {
      await givenTree(t);
      await t.givenProperties('tree/inner/', ownProperty('colour', 'blue'));
      await t.givenProperties('tree/inner/b.txt', ownProperty('colour', 'red'));
      await t.copy('tree/', 'copy/');
      ensureEqual(await t.propertyText('copy/inner/', own('colour')), 'blue', 'the property of the collection');
      ensureEqual(await t.propertyText('copy/inner/b.txt', own('colour')), 'red', 'the property of the member');
    },
  ),
  must('10.3', 'destination-missing', 'COPY without Destination is refused.', {}, async (t) => {
    await t.givenFile('a.txt');
    ensureClientError(await t.send('COPY', 'a.txt'), 'COPY without Destination');
  }),
  must(
    '10.3',
    'destination-absolute-path',
    'Destination may be an absolute path.',
    { needs: ['class 3'] },
    async (t) => {
      await t.givenFile('a.txt', 'x');
      ensureStatus(await t.copy('a.txt', 'b.txt', { Destination: t.path('b.txt') }), [201], 'COPY to an absolute path');
      ensureEqual(await t.content('b.txt'), 'x', 'the copy');
    },
  ),
  must('10.3', 'destination-other-server', 'COPY to another server makes nothing here.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    const elsewhere = `${new URL(t.origin).protocol}//elsewhere.invalid:1${t.path('b.txt')}`;
    ensureRefused(await t.copy('a.txt', 'b.txt', { Destination: elsewhere }), 'COPY to another server');
    ensure(!(await t.exists('b.txt')), 'a copy was made on this server');
  }),
  must('10.3', 'destination-malformed', 'A Destination that is no URL is refused.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    for (const destination of ['http://', 'relative/b.txt', '%zz', '']) {
      ensureRefused(await t.copy('a.txt', 'b.txt', { Destination: destination }), `Destination "${destination}"`);
    }
  }),
  must('8.3', 'destination-encoded', 'A percent-encoded Destination is decoded.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    const made = await t.copy('a.txt', 'é 100%.txt');
    ensureStatus(made, [201], 'COPY to a name with special characters');
    ensureEqual(await t.content('é 100%.txt'), 'x', 'the copy');
  }),
  must(
    '9.8.5',
    'locked-destination',
    'COPY over a locked file without its token is answered with 423.',
    { needs: ['class 2'] },
    async (t) => {
      await t.givenFile('a.txt', 'x');
      await t.givenFile('b.txt', 'old');
      await t.givenLock('b.txt');
      ensureStatus(await t.copy('a.txt', 'b.txt'), [423], 'COPY over a locked file');
      ensureEqual(await t.content('b.txt'), 'old', 'the locked file');
    },
  ),
];
