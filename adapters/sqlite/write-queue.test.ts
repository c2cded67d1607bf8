import test from 'ava';
import type { PendingWrite } from './write-queue.ts';
import { WriteQueue } from './write-queue.ts';

const limits = { queueLimit: 5, queueOctets: 100, batchLimit: 3, batchOctets: 50 };

function pending(octets: number): PendingWrite {
  return { work: { name: 'x', args: null }, octets, resolve: () => undefined, reject: () => undefined };
}

test('engine: the queue takes so many writes and so many octets, and any one write when it is empty', (t) => {
  const byCount = new WriteQueue(limits);
  t.deepEqual(
    [1, 1, 1, 1, 1, 1].map((octets) => byCount.add(pending(octets))),
    [true, true, true, true, true, false],
  );
  const byOctets = new WriteQueue(limits);
  t.deepEqual(
    [60, 41, 40].map((octets) => byOctets.add(pending(octets))),
    [true, false, true],
  );
  t.true(new WriteQueue(limits).add(pending(1000)));
});

test('engine: a batch has the first writes that fit, in order, and at least one', (t) => {
  const queue = new WriteQueue(limits);
  const writes = [10, 20, 30, 99].map((octets) => pending(octets));
  for (const write of writes.slice(0, 3)) queue.add(write);
  t.deepEqual(queue.takeBatch(), writes.slice(0, 2));
  t.deepEqual(queue.takeBatch(), writes.slice(2, 3));
  queue.add(writes[3] as PendingWrite);
  t.deepEqual(queue.takeBatch(), writes.slice(3));
  t.deepEqual(queue.takeBatch(), []);
  for (const write of [1, 1, 1, 1].map((octets) => pending(octets))) queue.add(write);
  t.is(queue.takeBatch().length, 3);
});

test('engine: what is taken out of the queue makes room', (t) => {
  const queue = new WriteQueue(limits);
  const first = pending(100);
  queue.add(first);
  t.false(queue.add(pending(1)));
  t.true(queue.remove(first));
  t.false(queue.remove(first));
  t.true(queue.add(pending(100)));
  t.is(queue.takeAll().length, 1);
  t.is(queue.length, 0);
  t.true(queue.add(pending(100)));
});
