import test from 'ava';
import { SlowPool } from './slow-pool.ts';

const never = new AbortController().signal;
const options = { concurrency: 1, queueLength: 1, retryAfterSeconds: 3 };
const text = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
const question = { scheme: 'bcrypt', password: 'U*U', text } as const;

test('questions wait for the thread, and no more of them than may', async (t) => {
  await using pool = new SlowPool(options);
  const results = await Promise.allSettled([1, 2, 3].map(() => pool.verify(question, never)));
  t.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value : (result.reason as { code: string }).code)),
    [true, true, 'unavailable'],
  );
});

test('closing ends what is under way, and takes nothing more', async (t) => {
  const pool = new SlowPool(options);
  t.true(await pool.verify(question, never));
  const slow = pool.verify({ ...question, text: text.replace('$05$', '$14$') }, never);
  const waiting = pool.verify(question, never);
  const refusals = Promise.all([
    t.throwsAsync(slow, { code: 'unavailable' }),
    t.throwsAsync(waiting, { code: 'unavailable' }),
  ]);
  await pool[Symbol.asyncDispose]();
  await refusals;
  await t.throwsAsync(pool.verify(question, never), { code: 'unavailable' });
});

test('a thread that fails is replaced', async (t) => {
  await using pool = new SlowPool(options);
  await t.throwsAsync(pool.verify({ ...question, text: undefined as unknown as string }, never), { code: 'internal' });
  t.true(await pool.verify(question, never));
});
