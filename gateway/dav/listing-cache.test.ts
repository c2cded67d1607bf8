import test from 'ava';
import { ListingCache } from './listing-cache.ts';
import type { ListingKey } from './listing-cache.ts';

const key: ListingKey = { epoch: 'e', collectionId: 1, membersModSeq: 5, href: '/dav/files/a/', selection: '[]' };
const limit = 800;

/** An entry that takes so many octets with its key. */
function entryOf(octets: number): Buffer {
  return Buffer.alloc(octets - 2 * 'e 1 5 /dav/files/a/ []'.length);
}

test('an entry is found under its whole key and under no other', (t) => {
  const cache = new ListingCache();
  cache.set(key, Buffer.from('x'), limit);
  t.is(cache.get({ ...key })?.toString(), 'x');
  const others = [
    { epoch: 'f' },
    { collectionId: 2 },
    { membersModSeq: 6 },
    { href: '/dav/files/b/' },
    { selection: '[1]' },
  ];
  for (const other of others) t.is(cache.get({ ...key, ...other }), undefined);
});

test('what was used longest ago goes first, and the room is never exceeded', (t) => {
  const cache = new ListingCache();
  const at = (membersModSeq: number): ListingKey => ({ ...key, membersModSeq });
  for (let n = 0; n < 8; n += 1) cache.set(at(n), entryOf(100), limit);
  t.is(cache.octets, 800);
  t.truthy(cache.get(at(0)));
  cache.set(at(8), entryOf(100), limit);
  t.is(cache.octets, 800);
  t.truthy(cache.get(at(0)));
  t.is(cache.get(at(1)), undefined);
});

test('an entry that would take too much of the room is not kept; setting again replaces', (t) => {
  const cache = new ListingCache();
  cache.set(key, entryOf(101), limit);
  t.is(cache.get(key), undefined);
  cache.set(key, entryOf(60), limit);
  cache.set(key, entryOf(70), limit);
  t.is(cache.octets, 70);
});

test('an entry without octets takes the room of its key', (t) => {
  const cache = new ListingCache();
  for (let n = 0; n < 1000; n += 1) cache.set({ ...key, collectionId: n }, Buffer.alloc(0), limit);
  t.true(cache.octets > 0 && cache.octets <= limit);
  t.is(cache.get({ ...key, collectionId: 0 }), undefined);
});

test('room of nothing keeps nothing', (t) => {
  const cache = new ListingCache();
  cache.set(key, Buffer.from('x'), 0);
  t.is(cache.get(key), undefined);
});
