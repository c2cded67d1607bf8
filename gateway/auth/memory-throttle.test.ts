import test from 'ava';
import { MemoryThrottleStore } from './memory-throttle.ts';

const rule = { burst: 2, refillMs: 1000 };

function fixture(options = {}) {
  const clock = { ms: 0, nowMs: () => clock.ms };
  return { clock, store: new MemoryThrottleStore(clock, options) };
}

test('a bucket gives its burst, then one as each comes back', async (t) => {
  const { clock, store } = fixture();
  const take = () => store.take([{ key: 'account:a', rule }]);
  t.deepEqual(await take(), { taken: true });
  t.deepEqual(await take(), { taken: true });
  t.deepEqual(await take(), { taken: false, retryAfterMs: 1000 });
  clock.ms = 400;
  t.deepEqual(await take(), { taken: false, retryAfterMs: 600 });
  clock.ms = 1000;
  t.deepEqual(await take(), { taken: true });
  t.deepEqual(await take(), { taken: false, retryAfterMs: 1000 });
  clock.ms = 1_000_000;
  t.deepEqual(await take(), { taken: true });
  t.deepEqual(await take(), { taken: true });
  t.deepEqual(await take(), { taken: false, retryAfterMs: 1000 });
});

test('of several buckets all give or none', async (t) => {
  const { store } = fixture();
  const one = { key: 'account:a', rule: { burst: 1, refillMs: 5000 } };
  const other = { key: 'network:n', rule: { burst: 2, refillMs: 1000 } };
  t.true((await store.take([one, other])).taken);
  t.deepEqual(await store.take([one, other]), { taken: false, retryAfterMs: 5000 });
  t.true((await store.take([other])).taken);
  t.false((await store.take([other])).taken);
});

test('what is given back can be taken again, and never more than the burst', async (t) => {
  const { store } = fixture();
  const charge = [{ key: 'account:a', rule }];
  await store.take(charge);
  await store.take(charge);
  await store.giveBack(charge);
  t.true((await store.take(charge)).taken);
  for (let n = 0; n < 5; n += 1) await store.giveBack(charge);
  t.true((await store.take(charge)).taken);
  t.true((await store.take(charge)).taken);
  t.false((await store.take(charge)).taken);
});

test('a flood of one kind does not push out another, and memory is bounded', async (t) => {
  const { store } = fixture({ bucketsPerKind: 3 });
  const account = [{ key: 'account:a', rule: { burst: 1, refillMs: 60_000 } }];
  await store.take(account);
  for (let n = 0; n < 100; n += 1) await store.take([{ key: `name:${n}`, rule }]);
  t.false((await store.take(account)).taken);
  for (let n = 0; n < 3; n += 1) await store.take([{ key: `account:b${n}`, rule }]);
  t.true((await store.take(account)).taken);
});

test('a mark lasts as long as it was set for', async (t) => {
  const { clock, store } = fixture();
  t.false(await store.isMarked('known:a'));
  await store.mark('known:a', 1000);
  clock.ms = 999;
  t.true(await store.isMarked('known:a'));
  clock.ms = 1000;
  t.false(await store.isMarked('known:a'));
});

test('a clock that is set back gives no tokens', async (t) => {
  const { clock, store } = fixture();
  clock.ms = 10_000;
  await store.take([{ key: 'account:a', rule }]);
  await store.take([{ key: 'account:a', rule }]);
  clock.ms = 0;
  t.false((await store.take([{ key: 'account:a', rule }])).taken);
});
