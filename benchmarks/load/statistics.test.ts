import test from 'ava';
import { median, percentiles } from './statistics.ts';

test('percentiles are of nearest rank, whatever the order', (t) => {
  const values = Array.from({ length: 1000 }, (_, i) => 1000 - i);
  t.deepEqual(percentiles(values), { p50: 500, p90: 900, p99: 990, max: 1000 });
  t.deepEqual(percentiles([7]), { p50: 7, p90: 7, p99: 7, max: 7 });
  t.deepEqual(percentiles([]), { p50: 0, p90: 0, p99: 0, max: 0 });
});

test('the median is the middle, or between the two middle ones', (t) => {
  t.is(median([3, 1, 2]), 2);
  t.is(median([4, 1, 2, 3]), 2.5);
  t.is(median([]), 0);
});
