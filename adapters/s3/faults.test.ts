/** A real server behind a proxy that fails: no false success, no short blob, and everything goes on by itself afterwards. */
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { cephParts, startCeph } from '../../protocol-tests/support/s3-ceph.ts';
import { serverForFile, testWith } from '../../protocol-tests/support/s3-tests.ts';
import { bodyOf, callOf, collect, failingBody, sha256Of, throwsCode, until } from '../contract/support.ts';
import type { S3BlobStoreOptions } from './options.ts';
import { S3BlobStore } from './s3-blob-store.ts';
import { FaultProxy, firstTimes } from './test-fault-proxy.ts';
import type { SeenRequest } from './test-fault-proxy.ts';
import { manyOctets, optionsFor } from './test-store.ts';

const noLimit = Number.MAX_SAFE_INTEGER;
const mebibyte = 1024 * 1024;
const partOctets = 5 * mebibyte;
const id = 'upload_0123-ABCDEF';

const ceph = serverForFile(test, () => startCeph());

interface Faulty {
  readonly store: S3BlobStore;
  readonly proxy: FaultProxy;
  /** Another opening of the same store, past the proxy. */
  readonly direct: S3BlobStore;
}

type Options = Partial<Omit<S3BlobStoreOptions, 'endpoint' | 'bucket'>>;

/** Declares a test of a store behind a proxy. Time-outs are short, because what they end is made by the test. */
function faultTest(
  title: string,
  run: (t: ExecutionContext, at: Faulty) => Promise<void>,
  options: Options = {},
): void {
  testWith(test, cephParts)(`s3: ${title}`, async (t) => {
    const given = { ...(await optionsFor(await ceph())), partOctets, ...options };
    await using proxy = await FaultProxy.start(given.endpoint ?? '');
    using direct = await S3BlobStore.open(given);
    using store = await S3BlobStore.open({ ...given, endpoint: proxy.endpoint });
    await run(t, { store, proxy, direct });
  });
}

const isPart = ({ method, url }: SeenRequest): boolean => method === 'PUT' && url.includes('partNumber=');
const isComplete = ({ method, url }: SeenRequest): boolean => method === 'POST' && url.includes('uploadId=');
const isPut = ({ method }: SeenRequest): boolean => method === 'PUT';
const isGet = ({ method, url }: SeenRequest): boolean => method === 'GET' && !url.includes('list-type=');

const slowDown = { kind: 'answer', status: 503, code: 'SlowDown' } as const;

async function proveBlob(t: ExecutionContext, store: S3BlobStore, key: string, octets: Buffer): Promise<void> {
  t.true((await collect(await store.get(key, undefined, callOf()))).equals(octets));
}

/** Nothing is left of what failed. */
async function proveClean(t: ExecutionContext, store: S3BlobStore): Promise<void> {
  t.deepEqual(await store.sweep(-60_000, () => Promise.resolve(new Set()), callOf()), { blobs: 0, temporary: 0 });
}

faultTest('503 SlowDown is tried again, for small blobs and for parts', async (t, { store, proxy }) => {
  for (const size of [1000, 12 * mebibyte]) {
    const octets = manyOctets(size, size);
    proxy.fault = firstTimes(2, isPut, slowDown);
    const { key, sha256 } = await store.put(bodyOf(octets), noLimit, callOf());
    t.is(sha256, sha256Of(octets));
    await proveBlob(t, store, key, octets);
  }
});

faultTest(
  '503 that stays is unavailable with the time that the server names, and passes',
  async (t, { store, proxy }) => {
    const octets = manyOctets(1000, 'stays');
    proxy.fault = () => ({ ...slowDown, retryAfterSeconds: 1 });
    const error = await throwsCode(t, store.put(bodyOf(octets), noLimit, callOf()), 'unavailable');
    t.is(error?.detail.retryAfterSeconds, 1);
    await throwsCode(t, store.check(callOf()), 'unavailable');
    proxy.fault = () => undefined;
    await store.check(callOf());
    await proveBlob(t, store, (await store.put(bodyOf(octets), noLimit, callOf())).key, octets);
  },
  { maxAttempts: 2 },
);

faultTest('an answer that is lost is no failure and no second blob', async (t, { store, proxy, direct }) => {
  const octets = manyOctets(100_000, 'lost');
  proxy.fault = firstTimes(1, isPut, { kind: 'lose-answer' });
  const { key } = await store.put(bodyOf(octets), noLimit, callOf());
  await proveBlob(t, direct, key, octets);
  t.deepEqual(await direct.sweep(-60_000, (keys) => Promise.resolve(new Set(keys)), callOf()), {
    blobs: 0,
    temporary: 0,
  });
  t.deepEqual(await direct.sweep(-60_000, () => Promise.resolve(new Set()), callOf()), { blobs: 1, temporary: 0 });
});

faultTest(
  'a part that is cut is sent again, and so is a completion whose answer is lost',
  async (t, { store, proxy }) => {
    const octets = manyOctets(17 * mebibyte, 'cut part');
    const cut = firstTimes(2, isPart, { kind: 'cut-request', afterOctets: 1_000_000 });
    const lost = firstTimes(1, isComplete, { kind: 'lose-answer' });
    proxy.fault = (request) => cut(request) ?? lost(request);
    const ref = await store.put(bodyOf(octets), noLimit, callOf());
    t.deepEqual(await store.head(ref.key, callOf()), ref);
    await proveBlob(t, store, ref.key, octets);
  },
);

faultTest(
  'parts that cannot be stored end the put, leave the body, and nothing remains',
  async (t, { store, proxy, direct }) => {
    let isLeft = false;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield Buffer.alloc(mebibyte);
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        isLeft = true;
      }
    };
    proxy.fault = (request) => (isPart(request) ? slowDown : undefined);
    await throwsCode(t, store.put(endless(), noLimit, callOf()), 'unavailable');
    t.true(isLeft);
    await proveClean(t, direct);
  },
  { maxAttempts: 2 },
);

faultTest(
  'a completion that fails is no blob, and nothing remains',
  async (t, { store, proxy, direct }) => {
    proxy.fault = (request) => (isComplete(request) ? slowDown : undefined);
    await throwsCode(t, store.put(bodyOf(manyOctets(6 * mebibyte, 'fails')), noLimit, callOf()), 'unavailable');
    await proveClean(t, direct);
  },
  { maxAttempts: 2 },
);

faultTest('octets that change on the way are refused', async (t, { store, proxy, direct }) => {
  for (const size of [1000, 6 * mebibyte]) {
    proxy.fault = (request) =>
      isPut(request) && Number(request.headers['content-length']) > 0 ? { kind: 'damage' } : undefined;
    await throwsCode(t, store.put(bodyOf(manyOctets(size, 'damaged')), noLimit, callOf()), 'unavailable');
  }
  await proveClean(t, direct);
});

faultTest('a body that fails and an abort after some parts leave nothing', async (t, { store, direct }) => {
  const octets = manyOctets(13 * mebibyte, 'fails');
  const failure = new Error('the sender went away');
  t.is(await t.throwsAsync(store.put(failingBody(octets, failure), noLimit, callOf())), failure);
  const controller = new AbortController();
  const reason = new Error('given up');
  const body = async function* (): AsyncGenerator<Uint8Array> {
    yield* bodyOf(octets);
    controller.abort(reason);
    await new Promise<never>(() => undefined);
  };
  t.is(await t.throwsAsync(store.put(body(), noLimit, callOf(controller.signal))), reason);
  await proveClean(t, direct);
});

faultTest('an abort ends a put at once whose server does not answer', async (t, { store, proxy }) => {
  const controller = new AbortController();
  const reason = new Error('given up');
  const held = Promise.withResolvers<void>();
  proxy.fault = (request) => (isPut(request) ? { kind: 'hold', until: held.promise } : undefined);
  const put = store.put(bodyOf(manyOctets(1000, 'held')), noLimit, callOf(controller.signal));
  await until(() => Promise.resolve(proxy.seen.length > 0));
  controller.abort(reason);
  t.is(await t.throwsAsync(put), reason);
  held.resolve();
});

faultTest(
  'an answer that is cut goes on where it was, with every octet',
  async (t, { store, proxy, direct }) => {
    const octets = manyOctets(8 * mebibyte, 'cut answer');
    const { key } = await direct.put(bodyOf(octets), noLimit, callOf());
    for (const kind of ['cut-answer', 'stall-answer'] as const) {
      proxy.fault = firstTimes(3, isGet, { kind, afterOctets: 700_000 });
      t.true((await collect(await store.get(key, undefined, callOf()))).equals(octets), kind);
      proxy.fault = firstTimes(3, isGet, { kind, afterOctets: 700_000 });
      const range = { first: 1_000_000, last: 7_000_000 };
      t.true(
        (await collect(await store.get(key, range, callOf()))).equals(octets.subarray(1_000_000, 7_000_001)),
        kind,
      );
    }
  },
  { idleTimeoutMs: 1000 },
);

faultTest(
  'an answer that is cut again and again is an error, never a short blob',
  async (t, { store, proxy, direct }) => {
    const octets = manyOctets(8 * mebibyte, 'cut');
    const { key } = await direct.put(bodyOf(octets), noLimit, callOf());
    proxy.fault = firstTimes(1, isGet, { kind: 'cut-answer', afterOctets: 700_000 });
    const stream = await store.get(key, undefined, callOf());
    proxy.fault = (request) => (isGet(request) ? { kind: 'cut-answer', afterOctets: 0 } : undefined);
    await throwsCode(t, collect(stream), 'unavailable');
    // Gone in the middle is no "not found" either: some of it was given already.
    proxy.fault = firstTimes(1, isGet, { kind: 'cut-answer', afterOctets: 700_000 });
    const removed = await store.get(key, undefined, callOf());
    await direct.delete(key, callOf());
    await throwsCode(t, collect(removed), 'unavailable');
  },
);

faultTest(
  'a reader that pauses for long loses its connection and no octet',
  async (t, { store, proxy, direct }) => {
    const octets = manyOctets(8 * mebibyte, 'slow reader');
    const { key } = await direct.put(bodyOf(octets), noLimit, callOf());
    const stream = await store.get(key, undefined, callOf());
    const chunks: Buffer[] = [];
    const gets = (): number => proxy.seen.filter(isGet).length;
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer);
      // It pauses until the connection is given up; the next read asks for the rest.
      if (chunks.length === 3) await until(() => Promise.resolve(proxy.broken > 0));
    }
    t.true(Buffer.concat(chunks).equals(octets));
    t.true(gets() >= 2);
  },
  { idleTimeoutMs: 1000 },
);

for (const [title, bufferOctets, heldParts] of [
  ['the parts in flight and one more', 100 * mebibyte, 3],
  ['one part in a crowd', 0, 1],
] as const) {
  faultTest(
    `a put takes no more of its body than ${title}`,
    async (t, { store, proxy }) => {
      let given = 0;
      let mostAhead = 0;
      const body = async function* (): AsyncGenerator<Uint8Array> {
        for (; given < 60 * mebibyte; given += mebibyte) {
          mostAhead = Math.max(mostAhead, given - proxy.takenOctets);
          yield Buffer.alloc(mebibyte, given / mebibyte);
        }
      };
      const held = Promise.withResolvers<void>();
      proxy.fault = (request) => (isPart(request) ? { kind: 'hold', until: held.promise } : undefined);
      const put = store.put(body(), noLimit, callOf());
      // The server takes nothing: so far it comes, and no farther.
      const most = heldParts * partOctets + mebibyte;
      await until(() => Promise.resolve(proxy.seen.some(isPart) && given >= most - mebibyte));
      held.resolve();
      t.is((await put).sizeOctets, 60 * mebibyte);
      t.true(mostAhead <= most, String(mostAhead));
    },
    { partsInFlight: 2, bufferOctets },
  );
}

faultTest('an append whose answer is lost counts once', async (t, { store, proxy }) => {
  const octets = manyOctets(30_000, 'lost append');
  await store.staging.begin(id, callOf());
  for (const offset of [0, 10_000, 20_000]) {
    proxy.fault = firstTimes(1, isPut, { kind: 'lose-answer' });
    const reached = await store.staging.append(
      id,
      offset,
      bodyOf(octets.subarray(offset, offset + 10_000)),
      noLimit,
      callOf(),
    );
    t.is(reached, offset + 10_000);
  }
  t.is((await store.staging.complete(id, callOf())).sha256, sha256Of(octets));
});

faultTest(
  'a piece that cannot be stored fails the append, and the upload goes on from what is there',
  async (t, { store, proxy, direct }) => {
    const octets = manyOctets(20 * mebibyte, 'pieces');
    await store.staging.begin(id, callOf());
    const first = firstTimes(1, isPut, { kind: 'hold', until: Promise.resolve() });
    proxy.fault = (request) => first(request) ?? (isPut(request) ? slowDown : undefined);
    await throwsCode(t, store.staging.append(id, 0, bodyOf(octets), noLimit, callOf()), 'unavailable');
    proxy.fault = () => undefined;
    const offset = await direct.staging.offset(id, callOf());
    t.is(offset, partOctets);
    await store.staging.append(id, offset, bodyOf(octets.subarray(offset)), noLimit, callOf());
    t.is((await direct.staging.complete(id, callOf())).sha256, sha256Of(octets));
  },
  { maxAttempts: 2 },
);

faultTest(
  'where the server refuses conditions, still at most one append at an offset is taken',
  async (t, { proxy, direct }) => {
    const refuse = ({ headers }: SeenRequest): boolean => headers['if-none-match'] !== undefined;
    proxy.fault = (request) => (refuse(request) ? { kind: 'answer', status: 501, code: 'NotImplemented' } : undefined);
    const given = { ...(await optionsFor(await ceph())), endpoint: proxy.endpoint };
    const stores = await Promise.all(Array.from({ length: 4 }, () => S3BlobStore.open(given)));
    const [one] = stores;
    t.not(one, undefined);
    await one?.staging.begin(id, callOf());
    await throwsCode(t, (stores[1] as S3BlobStore).staging.begin(id, callOf()), 'already-exists');
    for (let offset = 0; offset < 4000; offset += 1000) {
      const outcomes = await Promise.allSettled(
        stores.map((each, index) =>
          each.staging.append(id, offset, bodyOf(manyOctets(1000, index)), noLimit, callOf()),
        ),
      );
      t.is(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
      t.is(await one?.staging.offset(id, callOf()), offset + 1000);
    }
    const octets = await collect(await (one as S3BlobStore).staging.read(id, callOf()));
    t.is((await one?.staging.complete(id, callOf()))?.sha256, sha256Of(octets));
    for (const each of stores) each[Symbol.dispose]();
    await proveClean(t, direct);
  },
);

faultTest(
  'a server that is gone is unavailable, and back at once when it is',
  async (t, { store, proxy, direct }) => {
    const octets = manyOctets(1000, 'gone');
    const { key } = await direct.put(bodyOf(octets), noLimit, callOf());
    proxy.fault = () => ({ kind: 'drop' });
    for (const work of [
      store.put(bodyOf(octets), noLimit, callOf()),
      store.get(key, undefined, callOf()),
      store.head(key, callOf()),
      store.delete(key, callOf()),
      store.staging.begin(id, callOf()),
      store.sweep(0, () => Promise.resolve(new Set()), callOf()),
    ]) {
      const error = await t.throwsAsync(work, { instanceOf: GatewayError });
      t.is(error?.code, 'unavailable');
      t.true((error?.detail.retryAfterSeconds ?? 0) > 0);
    }
    proxy.fault = () => undefined;
    await proveBlob(t, store, key, octets);
  },
  { maxAttempts: 2 },
);
