/** The contract of the port `BlobStore`: run it on every adapter. */
import type { ExecutionContext, TestFn } from 'ava';
import type { BlobStore } from '../../gateway/ports/blob-store.ts';
import { blobReaderContract } from './blob-reader.ts';
import { blobStagingContract } from './blob-staging.ts';
import { blobSweepContract } from './blob-sweep.ts';
import {
  bodyOf,
  callOf,
  collect,
  failingBody,
  inParallel,
  limited,
  octetsOf,
  sha256Of,
  stalledBody,
  throwsCode,
} from './support.ts';

/** An empty store of its own for one test; disposing of it removes it. */
export interface OpenedBlobStore extends AsyncDisposable {
  readonly store: BlobStore;
  /** Opens the same bytes again, as after a restart; absent where nothing outlives the process. */
  reopen?(): Promise<BlobStore>;
}

/** The title of a rule and the test of it. */
export type BlobStoreRule = (
  title: string,
  run: (t: ExecutionContext, store: BlobStore, opened: OpenedBlobStore) => Promise<void>,
) => void;

const noLimit = Number.MAX_SAFE_INTEGER;

/**
 * Registers the suite.
 * @param test ava's `test` of the calling file
 * @param name the adapter, for the titles
 */
export function blobStoreContract(test: TestFn, name: string, open: () => Promise<OpenedBlobStore>): void {
  // ava begins all tests at once; so many stores beside one another are enough.
  const atATime = limited(8);
  const rule: BlobStoreRule = (title, run) => {
    test(`${name}: ${title}`, (t) =>
      atATime(async () => {
        await using opened = await open();
        await run(t, opened.store, opened);
      }));
  };
  putRules(rule);
  failureRules(rule);
  readRules(rule);
  concurrencyRules(rule);
  blobReaderContract(rule);
  blobSweepContract(rule);
  blobStagingContract(rule);
}

function putRules(rule: BlobStoreRule): void {
  for (const size of [0, 1, 65_536, 65_537, 3_000_001]) {
    rule(`port: a put of ${size} octets gives key, size and SHA-256, and the octets come back`, async (t, store) => {
      const octets = octetsOf(size, size);
      const ref = await store.put(bodyOf(octets), noLimit, callOf());
      t.is(ref.sizeOctets, size);
      t.is(ref.sha256, sha256Of(octets));
      t.regex(ref.key, /^[A-Za-z0-9._-]{1,128}$/);
      t.deepEqual(await store.head(ref.key, callOf()), ref);
      t.deepEqual(await collect(await store.get(ref.key, undefined, callOf())), octets);
    });
  }

  rule('port: chunks of any size are taken', async (t, store) => {
    const octets = octetsOf(40_000, 'chunks');
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(0);
      yield* bodyOf(octets.subarray(0, 3000), 1);
      yield* bodyOf(octets.subarray(3000), 37_000);
      yield new Uint8Array(0);
    };
    const ref = await store.put(body(), noLimit, callOf());
    t.deepEqual(await collect(await store.get(ref.key, undefined, callOf())), octets);
  });

  rule('port: a body of exactly the limit is taken, one octet more is too-large', async (t, store) => {
    const octets = octetsOf(100_000, 'limit');
    t.is((await store.put(bodyOf(octets), 100_000, callOf())).sizeOctets, 100_000);
    await throwsCode(t, store.put(bodyOf(octetsOf(100_001, 'more')), 100_000, callOf()), 'too-large');
    t.is((await store.put(bodyOf(new Uint8Array(0)), 0, callOf())).sizeOctets, 0);
    await throwsCode(t, store.put(bodyOf(octetsOf(1, 'one')), 0, callOf()), 'too-large');
  });

  rule('port: a body over the limit is left as soon as it is over', async (t, store) => {
    let left = false;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield octetsOf(1000, 'endless');
      } finally {
        left = true;
      }
    };
    await throwsCode(t, store.put(endless(), 10_000, callOf()), 'too-large');
    t.true(left);
  });

  rule('port: what was put is there after the store was opened again', async (t, store, opened) => {
    const octets = octetsOf(200_000, 'reopen');
    const ref = await store.put(bodyOf(octets), noLimit, callOf());
    const again = (await opened.reopen?.()) ?? store;
    t.deepEqual(await again.head(ref.key, callOf()), ref);
    t.deepEqual(await collect(await again.get(ref.key, undefined, callOf())), octets);
  });

  rule('port: check resolves when a write can be taken, and leaves nothing', async (t, store) => {
    await store.check(callOf());
    t.deepEqual(await sweepAll(store), { blobs: 0, temporary: 0 });
  });
}

function failureRules(rule: BlobStoreRule): void {
  rule('port: a body that fails leaves nothing, and the put rejects with its reason', async (t, store) => {
    const octets = octetsOf(700_000, 'failing');
    const failure = new Error('the sender went away');
    const reason = await t.throwsAsync(store.put(failingBody(octets, failure), noLimit, callOf()));
    t.is(reason, failure);
    // Where the key is the hash of the octets, this is the key that they would have had.
    t.is(await store.head(sha256Of(octets), callOf()), undefined);
    t.deepEqual(await sweepAll(store), { blobs: 0, temporary: 0 });
  });

  rule('port: an abort ends a stalled put with its reason, and leaves nothing', async (t, store) => {
    const controller = new AbortController();
    const body = stalledBody(octetsOf(600_000, 'stalled'));
    const put = store.put(body, noLimit, callOf(controller.signal));
    await body.stalled;
    const reason = new Error('given up');
    controller.abort(reason);
    t.is(await t.throwsAsync(put), reason);
    t.deepEqual(await sweepAll(store), { blobs: 0, temporary: 0 });
  });

  rule('port: a put that was aborted before it began takes nothing', async (t, store) => {
    const reason = new Error('given up');
    const octets = octetsOf(10, 'before');
    t.is(await t.throwsAsync(store.put(bodyOf(octets), noLimit, callOf(AbortSignal.abort(reason)))), reason);
    t.is(await store.head(sha256Of(octets), callOf()), undefined);
  });

  rule('port: a blob is not visible before its put resolves', async (t, store) => {
    const octets = octetsOf(900_000, 'invisible');
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: hasArrived, resolve: arrived } = Promise.withResolvers<void>();
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield* bodyOf(octets);
      arrived();
      await released;
    };
    const put = store.put(body(), noLimit, callOf());
    await hasArrived;
    t.is(await store.head(sha256Of(octets), callOf()), undefined);
    release();
    const ref = await put;
    t.deepEqual(await collect(await store.get(ref.key, undefined, callOf())), octets);
  });
}

function readRules(rule: BlobStoreRule): void {
  const size = 1_500_000;
  const ranges = [
    { first: 0, last: 0 },
    { first: size - 1, last: size - 1 },
    { first: 0, last: size - 1 },
    { first: 1, last: 524_288 },
    { first: 524_287, last: 524_289 },
    { first: 700_000, last: 1_400_000 },
  ];
  rule('rfc9110 14.1.2: both ends of a range are inclusive', async (t, store) => {
    const octets = octetsOf(size, 'ranges');
    const { key } = await store.put(bodyOf(octets), noLimit, callOf());
    for (const range of ranges) {
      const piece = await collect(await store.get(key, range, callOf()));
      t.true(piece.equals(octets.subarray(range.first, range.last + 1)), JSON.stringify(range));
    }
  });

  const foreignKeys = ['0'.repeat(64), 'a', '..', '../../../../etc/passwd', 'A'.repeat(128), 'x/y', '', '.', 'a\0b'];
  rule('port: a key that was never given is not found, whatever it looks like', async (t, store) => {
    for (const key of foreignKeys) {
      await throwsCode(t, store.get(key, undefined, callOf()), 'not-found');
      t.is(await store.head(key, callOf()), undefined, key);
      await store.delete(key, callOf());
    }
  });

  rule('port: a deleted blob is gone, and to delete it again is no error', async (t, store) => {
    const { key } = await store.put(bodyOf(octetsOf(100, 'delete')), noLimit, callOf());
    await store.delete(key, callOf());
    t.is(await store.head(key, callOf()), undefined);
    await throwsCode(t, store.get(key, undefined, callOf()), 'not-found');
    await store.delete(key, callOf());
  });

  rule('port: a stream that is left early and one that is aborted let go', async (t, store) => {
    const { key } = await store.put(bodyOf(octetsOf(size, 'left')), noLimit, callOf());
    const left = await store.get(key, undefined, callOf());
    for await (const chunk of left) {
      t.true((chunk as Uint8Array).byteLength > 0);
      break;
    }
    t.true(left.destroyed);
    const controller = new AbortController();
    const aborted = await store.get(key, undefined, callOf(controller.signal));
    controller.abort(new Error('given up'));
    await t.throwsAsync(collect(aborted));
  });

  rule('port: a stream gives what it began with, even if the blob is deleted meanwhile', async (t, store) => {
    const octets = octetsOf(size, 'meanwhile');
    const { key } = await store.put(bodyOf(octets), noLimit, callOf());
    const stream = await store.get(key, undefined, callOf());
    await store.delete(key, callOf());
    t.true((await collect(stream)).equals(octets));
  });
}

function concurrencyRules(rule: BlobStoreRule): void {
  rule('port: 200 puts at once of different octets are all kept', async (t, store) => {
    const bodies = Array.from({ length: 200 }, (_, index) => octetsOf(1000 + index * 700, `many ${index}`));
    const refs = await Promise.all(bodies.map((octets) => store.put(bodyOf(octets), noLimit, callOf())));
    t.is(new Set(refs.map(({ key }) => key)).size, 200);
    await inParallel(refs.entries(), 8, async ([index, ref]) => {
      const octets = bodies[index] as Buffer;
      t.true((await collect(await store.get(ref.key, undefined, callOf()))).equals(octets));
    });
  });

  rule('port: 200 puts at once of the same octets all give a blob that is there', async (t, store) => {
    const octets = octetsOf(90_000, 'same');
    const refs = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const ref = await store.put(bodyOf(octets), noLimit, callOf());
        t.deepEqual(await store.head(ref.key, callOf()), ref);
        return ref;
      }),
    );
    for (const { key } of refs.slice(0, 3)) {
      t.true((await collect(await store.get(key, undefined, callOf()))).equals(octets));
    }
    await sweepAll(store, new Set(refs.map(({ key }) => key)));
    t.true((await collect(await store.get((refs[0] as { key: string }).key, undefined, callOf()))).equals(octets));
  });
}

/** Sweeps whatever has any age. */
function sweepAll(
  store: BlobStore,
  referenced: ReadonlySet<string> = new Set(),
): Promise<{ readonly blobs: number; readonly temporary: number }> {
  return store.sweep(-60_000, async () => referenced, callOf());
}
