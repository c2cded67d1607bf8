/** What the port does not say, but `docs/adapters/s3.md` does. */
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { Secret } from '../../gateway/ports/secret.ts';
import { cephKmsKeyId, cephParts, startCeph } from '../../protocol-tests/support/s3-ceph.ts';
import { serverForFile, testWith } from '../../protocol-tests/support/s3-tests.ts';
import { bodyOf, callOf, collect, sha256Of, throwsCode } from '../contract/support.ts';
import { Bucket } from './bucket.ts';
import { settingsFrom } from './options.ts';
import type { S3BlobStoreOptions } from './options.ts';
import { S3BlobStore } from './s3-blob-store.ts';
import { FaultProxy } from './test-fault-proxy.ts';
import { manyOctets, optionsFor } from './test-store.ts';

const noLimit = Number.MAX_SAFE_INTEGER;
const mebibyte = 1024 * 1024;
const id = 'upload_0123-ABCDEF';

const ceph = serverForFile(test, () => startCeph());
const tlsCeph = serverForFile(test, () => startCeph({ tls: true }));

type Run = (t: ExecutionContext, store: S3BlobStore, options: S3BlobStoreOptions) => Promise<void>;

function detailTest(title: string, run: Run, changed: Partial<S3BlobStoreOptions> = {}): void {
  testWith(test, cephParts)(`s3: ${title}`, async (t) => {
    const options = { ...(await optionsFor(await ceph())), partOctets: 5 * mebibyte, ...changed };
    using store = await S3BlobStore.open(options);
    await run(t, store, options);
  });
}

/** The names of all objects of a store, without its prefix. */
async function namesIn(options: S3BlobStoreOptions): Promise<readonly string[]> {
  using bucket = await Bucket.open(settingsFrom(options));
  const names: string[] = [];
  for await (const page of bucket.list(`${options.prefix ?? ''}/`, new AbortController().signal)) {
    names.push(...page.map(({ name }) => name.slice((options.prefix?.length ?? 0) + 1)));
  }
  return names;
}

function sweepAll(store: S3BlobStore): Promise<{ readonly blobs: number; readonly temporary: number }> {
  return store.sweep(-60_000, () => Promise.resolve(new Set()), callOf());
}

const sizes = [5 * mebibyte - 1, 5 * mebibyte, 5 * mebibyte + 1, 10 * mebibyte, 16_000_001];
for (const size of sizes) {
  detailTest(
    `a blob of ${size} octets comes back whole and in pieces, and goes with all its objects`,
    async (t, store, options) => {
      const octets = manyOctets(size, size);
      const ref = await store.put(bodyOf(octets, 65_000), noLimit, callOf());
      t.is(ref.sha256, sha256Of(octets));
      t.deepEqual(await store.head(ref.key, callOf()), ref);
      t.true((await collect(await store.get(ref.key, undefined, callOf()))).equals(octets));
      const range = { first: 5 * mebibyte - 3, last: size - 1 };
      t.true((await collect(await store.get(ref.key, range, callOf()))).equals(octets.subarray(range.first)));
      t.is((await namesIn(options)).length, size > 5 * mebibyte ? 2 : 1);
      await store.delete(ref.key, callOf());
      t.is(await store.head(ref.key, callOf()), undefined);
      t.deepEqual(await namesIn(options), []);
    },
  );
}

detailTest(
  'a large blob that nobody refers to is swept with its octets, and one that is referred to stays',
  async (t, store, options) => {
    const refs = await Promise.all(
      [1, 2, 3].map((seed) => store.put(bodyOf(manyOctets(6 * mebibyte, seed)), noLimit, callOf())),
    );
    const kept = refs[1]?.key ?? '';
    t.deepEqual(await store.sweep(-60_000, () => Promise.resolve(new Set([kept])), callOf()), {
      blobs: 2,
      temporary: 0,
    });
    t.is((await namesIn(options)).length, 2);
    t.deepEqual(await store.head(kept, callOf()), refs[1]);
  },
);

detailTest('a hash finds the youngest blob of its octets', async (t, store) => {
  const octets = manyOctets(1000, 'youngest');
  const first = await store.put(bodyOf(octets), noLimit, callOf());
  t.deepEqual(await store.head(first.sha256, callOf()), first);
  const second = await store.put(bodyOf(octets), noLimit, callOf());
  t.not(first.key, second.key);
  t.deepEqual(await store.head(first.sha256, callOf()), second);
  await throwsCode(t, store.get(first.sha256, undefined, callOf()), 'not-found');
});

detailTest(
  'uploads that were never completed are swept, and those of others in the bucket are not',
  async (t, store, options) => {
    const signal = new AbortController().signal;
    using bucket = await Bucket.open(settingsFrom(options));
    const foreign = await bucket.startUpload(`${options.prefix ?? ''}-other/large/x`, signal);
    const left = await bucket.startUpload(`${options.prefix ?? ''}/large/${'0'.repeat(20)}`, signal);
    await left.put(1, manyOctets(1000, 'left'), signal);
    t.deepEqual(await store.sweep(3_600_000, () => Promise.resolve(new Set()), callOf()), { blobs: 0, temporary: 0 });
    t.deepEqual(await sweepAll(store), { blobs: 0, temporary: 1 });
    await throwsCode(t, left.lastPartMs(signal), 'not-found');
    t.is(await foreign.lastPartMs(signal), undefined);
    await foreign.abort(signal);
  },
);

const appends: readonly (readonly [title: string, sizes: readonly number[]])[] = [
  ['one append', [17 * mebibyte]],
  ['large pieces', [6 * mebibyte, 7 * mebibyte, 8 * mebibyte]],
  ['small pieces', Array.from({ length: 30 }, () => 300_001)],
  ['small and large pieces in turn', [1, 6 * mebibyte, 1000, 3 * mebibyte, 7 * mebibyte, 5]],
  ['a small piece before the end', [6 * mebibyte, 100, 100]],
];
for (const [title, parts] of appends) {
  for (const elsewhere of [false, true]) {
    detailTest(
      `staging: ${title} become one blob${elsewhere ? ' in another process' : ''}`,
      async (t, store, options) => {
        const octets = manyOctets(
          parts.reduce((sum, size) => sum + size, 0),
          title,
        );
        await store.staging.begin(id, callOf());
        let offset = 0;
        for (const size of parts) {
          offset = await store.staging.append(
            id,
            offset,
            bodyOf(octets.subarray(offset, offset + size)),
            noLimit,
            callOf(),
          );
        }
        t.is(offset, octets.byteLength);
        using other = await S3BlobStore.open(options);
        const ref = await (elsewhere ? other : store).staging.complete(id, callOf());
        t.is(ref.sha256, sha256Of(octets));
        t.is(ref.sizeOctets, octets.byteLength);
        t.true((await collect(await store.get(ref.key, undefined, callOf()))).equals(octets));
        await store.delete(ref.key, callOf());
        t.deepEqual(await namesIn(options), []);
      },
    );
  }
}

detailTest(
  'staging: pieces of large appends are copied by the server, without their octets coming by',
  async (t, _store, options) => {
    await using proxy = await FaultProxy.start(options.endpoint ?? '');
    using store = await S3BlobStore.open({ ...options, endpoint: proxy.endpoint });
    await store.staging.begin(id, callOf());
    await store.staging.append(id, 0, bodyOf(manyOctets(17 * mebibyte, 'copied')), noLimit, callOf());
    const before = proxy.takenOctets;
    const seen = proxy.seen.length;
    await store.staging.complete(id, callOf());
    t.true(proxy.takenOctets - before < 10_000);
    const reads = proxy.seen.slice(seen).filter(({ method, url }) => method === 'GET' && !url.includes('list-type='));
    t.deepEqual(reads, []);
  },
);

const encryptions = [{ mode: 'aws:kms', keyId: cephKmsKeyId }, { mode: 'aws:kms' }, { mode: 'AES256' }] as const;
for (const serverSideEncryption of encryptions) {
  const isKnown = 'keyId' in serverSideEncryption;
  detailTest(
    `server-side encryption ${serverSideEncryption.mode}${isKnown ? ' with a key' : ''} is asked for`,
    async (t, _store, options) => {
      await using proxy = await FaultProxy.start(options.endpoint ?? '');
      // What this server has no key for is answered here: what counts is what was asked.
      if (!isKnown) proxy.fault = () => ({ kind: 'answer', status: 503, code: 'SlowDown' });
      using store = await S3BlobStore.open({ ...options, endpoint: proxy.endpoint });
      const refs = [];
      for (const size of [1000, 6 * mebibyte]) {
        const octets = manyOctets(size, 'encrypted');
        const put = store.put(bodyOf(octets), noLimit, callOf());
        if (!isKnown) await throwsCode(t, put, 'unavailable');
        else refs.push(await put);
      }
      const begun = proxy.seen.filter(
        ({ method, url }) => (method === 'PUT' && !url.includes('partNumber=')) || url.includes('?uploads'),
      );
      t.true(begun.length >= 2);
      for (const { headers } of begun) {
        t.is(headers['x-amz-server-side-encryption'], serverSideEncryption.mode);
        t.is(headers['x-amz-server-side-encryption-aws-kms-key-id'], isKnown ? cephKmsKeyId : undefined);
      }
      // The small one alone is read back: this server's encryption takes seconds for megabytes.
      for (const { key, sizeOctets } of refs.slice(0, 1)) {
        const octets = await collect(await store.get(key, undefined, callOf()));
        t.deepEqual(octets, manyOctets(sizeOctets, 'encrypted'));
      }
    },
    { serverSideEncryption, maxAttempts: 1 },
  );
}

detailTest(
  'checksums may be sent along where the server knows them',
  async (t, store) => {
    for (const size of [1000, 6 * mebibyte]) {
      const octets = manyOctets(size, 'checksums');
      const { key } = await store.put(bodyOf(octets), noLimit, callOf());
      t.true((await collect(await store.get(key, undefined, callOf()))).equals(octets));
    }
  },
  { checksums: 'when-supported' },
);

detailTest(
  'a wrong secret and a bucket that is not there are unavailable, and the secret is nowhere in the error',
  async (t, _store, options) => {
    const credentials = {
      accessKeyId: options.credentials?.accessKeyId ?? '',
      secretAccessKey: new Secret('wrong-secret'),
    };
    for (const changed of [{ credentials }, { bucket: 'no-such-bucket' }]) {
      using store = await S3BlobStore.open({ ...options, ...changed });
      const errors = [
        await throwsCode(t, store.check(callOf()), 'unavailable'),
        await throwsCode(t, store.put(bodyOf(manyOctets(10, 'x')), noLimit, callOf()), 'unavailable'),
      ];
      for (const error of errors)
        t.notRegex(`${error?.message} ${error?.stack}`, /wrong-secret|no-such-bucket|127\.0\.0\.1/);
    }
  },
);

detailTest(
  'more requests than connections wait for one',
  async (t, store) => {
    const refs = await Promise.all(
      Array.from({ length: 60 }, (_, index) => store.put(bodyOf(manyOctets(1000, index)), noLimit, callOf())),
    );
    const streams = await Promise.all(refs.slice(0, 4).map(({ key }) => store.get(key, undefined, callOf())));
    const late = store.get(refs[5]?.key ?? '', undefined, callOf());
    // Downloads hold all connections for reading; writing goes on.
    await store.put(bodyOf(manyOctets(1000, 'beside')), noLimit, callOf());
    for (const stream of streams) stream.destroy();
    t.deepEqual(await collect(await late), manyOctets(1000, 5));
  },
  { maxSockets: 4 },
);

detailTest(
  'in a crowd each large body holds one part, and is stored all the same',
  async (t, store) => {
    const bodies = Array.from({ length: 6 }, (_, index) => manyOctets(11 * mebibyte + index, index));
    const refs = await Promise.all(bodies.map((octets) => store.put(bodyOf(octets), noLimit, callOf())));
    t.deepEqual(
      refs.map(({ sha256 }) => sha256),
      bodies.map((octets) => sha256Of(octets)),
    );
    const staged = bodies.map(async (octets, index) => {
      const each = `${id}-${index}`;
      await store.staging.begin(each, callOf());
      await store.staging.append(each, 0, bodyOf(octets), noLimit, callOf());
      return (await store.staging.complete(each, callOf())).sha256;
    });
    t.deepEqual(
      await Promise.all(staged),
      refs.map(({ sha256 }) => sha256),
    );
  },
  { bufferOctets: 2 * 15 * mebibyte },
);

testWith(test, cephParts)('s3: TLS is trusted by the given certificate, and not without it', async (t) => {
  const options = await optionsFor(await tlsCeph());
  using store = await S3BlobStore.open(options);
  const octets = manyOctets(6 * mebibyte, 'tls');
  const { key } = await store.put(bodyOf(octets), noLimit, callOf());
  t.true((await collect(await store.get(key, undefined, callOf()))).equals(octets));
  const { ca: _ca, ...untrusting } = options;
  using other = await S3BlobStore.open({ ...untrusting, maxAttempts: 1 });
  await throwsCode(t, other.check(callOf()), 'unavailable');
});
