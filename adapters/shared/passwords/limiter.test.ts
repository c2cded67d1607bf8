import test from 'ava';
import { Limiter } from './limiter.ts';

const never = new AbortController().signal;

function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

test('no more run at once than may, and they come in order', async (t) => {
  const limiter = new Limiter({ concurrency: 2, queueLength: 10, retryAfterSeconds: 1 });
  const gates = [0, 1, 2, 3].map(gate);
  const started: number[] = [];
  const all = gates.map((each, index) =>
    limiter.run(async () => {
      started.push(index);
      await each.opened;
    }, never),
  );
  t.deepEqual(started, [0, 1]);
  gates[1]?.open();
  await all[1];
  t.deepEqual(started, [0, 1, 2]);
  for (const each of gates) each.open();
  await Promise.all(all);
  t.deepEqual(started, [0, 1, 2, 3]);
});

test('what fails gives its place back', async (t) => {
  const limiter = new Limiter({ concurrency: 1, queueLength: 0, retryAfterSeconds: 1 });
  await t.throwsAsync(
    limiter.run(() => Promise.reject(new Error('no')), never),
    { message: 'no' },
  );
  t.is(await limiter.run(() => Promise.resolve(1), never), 1);
});

test('who gives up leaves the queue and takes no place', async (t) => {
  const limiter = new Limiter({ concurrency: 1, queueLength: 1, retryAfterSeconds: 1 });
  const first = gate();
  const running = limiter.run(() => first.opened, never);
  const giveUp = new AbortController();
  const waiting = limiter.run(() => Promise.resolve(), giveUp.signal);
  giveUp.abort(new Error('gone'));
  await t.throwsAsync(waiting, { message: 'gone' });
  const next = limiter.run(() => Promise.resolve(2), never);
  await t.throwsAsync(
    limiter.run(() => Promise.resolve(), never),
    { code: 'unavailable' },
  );
  first.open();
  await running;
  t.is(await next, 2);
  await t.throwsAsync(
    limiter.run(() => Promise.resolve(), giveUp.signal),
    { message: 'gone' },
  );
});
