import test from 'ava';
import { SharedWork } from './shared-work.ts';

const never = new AbortController().signal;

test('the same work at the same time runs once, other work beside it', async (t) => {
  const shared = new SharedWork<string>();
  const gate = Promise.withResolvers<void>();
  let runs = 0;
  const work = async () => {
    runs += 1;
    await gate.promise;
    return `run ${runs}`;
  };
  const all = [shared.run('a', work, never), shared.run('a', work, never), shared.run('b', work, never)];
  t.is(runs, 2);
  gate.resolve();
  t.deepEqual(await Promise.all(all), ['run 2', 'run 2', 'run 2']);
  await shared.run('a', work, never);
  t.is(runs, 3);
});

test('a failure is told to all who wait and to nobody after', async (t) => {
  const shared = new SharedWork<number>();
  const failing = () => Promise.reject(new Error('no'));
  const results = await Promise.allSettled([shared.run('a', failing, never), shared.run('a', failing, never)]);
  t.deepEqual(
    results.map((result) => result.status),
    ['rejected', 'rejected'],
  );
  t.is(await shared.run('a', () => Promise.resolve(1), never), 1);
});

test('one who gives up takes nothing from the others; the last stops the work', async (t) => {
  const shared = new SharedWork<number>();
  const seen: AbortSignal[] = [];
  const gate = Promise.withResolvers<number>();
  const work = (signal: AbortSignal) => {
    seen.push(signal);
    return gate.promise;
  };
  const [first, second] = [new AbortController(), new AbortController()];
  const one = shared.run('a', work, first.signal);
  const two = shared.run('a', work, second.signal);
  first.abort(new Error('gone'));
  await t.throwsAsync(one, { message: 'gone' });
  t.false(seen[0]?.aborted);
  second.abort(new Error('gone too'));
  await t.throwsAsync(two, { message: 'gone too' });
  t.true(seen[0]?.aborted);
  const three = shared.run('a', work, never);
  t.is(seen.length, 2);
  gate.resolve(3);
  t.is(await three, 3);
});

test('who has given up already starts nothing', async (t) => {
  const shared = new SharedWork<number>();
  await t.throwsAsync(
    shared.run('a', () => Promise.resolve(t.fail()).then(() => 1), AbortSignal.abort(new Error('gone'))),
    { message: 'gone' },
  );
});
