import test from 'ava';
import { BoundedMap } from './bounded-map.ts';

test('the entry that was used longest ago makes room', (t) => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  t.is(map.get('a'), 1);
  map.set('c', 3);
  t.is(map.get('b'), undefined);
  t.is(map.get('a'), 1);
  t.is(map.get('c'), 3);
  t.is(map.size, 2);
});

test('setting again neither grows nor loses', (t) => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  t.is(map.get('a'), 3);
  t.is(map.get('b'), undefined);
  map.delete('a');
  t.is(map.size, 1);
});

test('a map of no entries keeps nothing', (t) => {
  const map = new BoundedMap<string, number>(0);
  map.set('a', 1);
  t.is(map.get('a'), undefined);
  t.is(map.size, 0);
});
