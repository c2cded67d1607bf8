import test from 'ava';
import { together } from './together.ts';

test('together: gives what each gave, in order', async (t) => {
  t.deepEqual(await together(Promise.resolve(1), Promise.resolve('two'), Promise.resolve(undefined)), [
    1,
    'two',
    undefined,
  ]);
  t.deepEqual(await together(), []);
});

test('together: the first in order that failed counts, whichever failed first, and all have ended by then', async (t) => {
  const { promise: slow, resolve: goOn } = Promise.withResolvers<void>();
  const ended: string[] = [];
  const first = slow.then(() => {
    ended.push('first');
    throw new Error('first');
  });
  const second = Promise.reject(new Error('second'));
  const third = slow.then(() => ended.push('third'));
  const all = together(first, second, third);
  setImmediate(() => {
    t.deepEqual(ended, []);
    goOn();
  });
  await t.throwsAsync(all, { message: 'first' });
  t.deepEqual(ended, ['first', 'third']);
});
