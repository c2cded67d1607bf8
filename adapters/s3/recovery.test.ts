/** A store that is killed and comes back, under load: what was acknowledged is there, and everything goes on by itself. */
import test from 'ava';
import type { TestFn } from 'ava';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { isSoak } from '../../protocol-tests/support/parts.ts';
import { cephParts, startCeph } from '../../protocol-tests/support/s3-ceph.ts';
import { testWith } from '../../protocol-tests/support/s3-tests.ts';
import { bodyOf, callOf, collect, inParallel, sha256Of, until } from '../contract/support.ts';
import { S3BlobStore } from './s3-blob-store.ts';
import { manyOctets, optionsFor } from './test-store.ts';

const noLimit = Number.MAX_SAFE_INTEGER;

/** It takes minutes on a busy machine. */
const soakTest: TestFn = isSoak ? testWith(test, cephParts) : (test.skip as unknown as TestFn);

soakTest('s3: kill -9 of the store under load loses nothing that was acknowledged', async (t) => {
  t.timeout(300_000);
  await using server = await startCeph({ store: 'bluestore' });
  using store = await S3BlobStore.open(await optionsFor({ server, bucket: await server.newBucket() }));
  const acknowledged: string[] = [];
  let refused = 0;
  const over = new AbortController();
  const put = async (lane: number): Promise<void> => {
    for (let index = 0; !over.signal.aborted; index += 1) {
      const octets = manyOctets(1000 + 200_000 * (index % 2), `${lane} ${index}`);
      try {
        const { key, sha256 } = await store.put(bodyOf(octets), noLimit, callOf());
        t.is(sha256, sha256Of(octets));
        acknowledged.push(key);
      } catch (error) {
        if (!(error instanceof GatewayError) || error.code !== 'unavailable') throw error;
        t.true((error.detail.retryAfterSeconds ?? 0) > 0);
        refused += 1;
      }
    }
  };
  const lanes = Promise.all(Array.from({ length: 8 }, (_, lane) => put(lane)));
  await until(() => Promise.resolve(acknowledged.length > 100));
  await server.restart();
  const restartedMs = performance.now();
  const before = acknowledged.length;
  await until(() => Promise.resolve(acknowledged.length > before));
  t.log(`first write ${Math.round(performance.now() - restartedMs)} ms after the server answers again`);
  await until(() => Promise.resolve(acknowledged.length > before + 100));
  over.abort();
  await lanes;
  t.true(refused > 0);
  t.log(`${acknowledged.length} acknowledged, ${refused} refused`);
  await inParallel(acknowledged, 8, async (key) => {
    const octets = await collect(await store.get(key, undefined, callOf()));
    t.is(sha256Of(octets), key.slice(0, 64));
  });
});

soakTest('s3: an upload goes on after kill -9 of the store', async (t) => {
  t.timeout(300_000);
  await using server = await startCeph({ store: 'bluestore' });
  using store = await S3BlobStore.open(await optionsFor({ server, bucket: await server.newBucket() }));
  const id = 'upload_0123-ABCDEF';
  const octets = manyOctets(40_000_000, 'killed');
  await store.staging.begin(id, callOf());
  const { promise: half, resolve: reachHalf } = Promise.withResolvers<void>();
  const body = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of bodyOf(octets, 100_000)) {
      yield chunk;
      if (chunk.byteOffset - octets.byteOffset > 25_000_000) reachHalf();
    }
  };
  const append = store.staging.append(id, 0, body(), noLimit, callOf()).catch((error: unknown) => error);
  await half;
  await server.restart();
  const outcome = await append;
  if (outcome instanceof Error) t.is((outcome as GatewayError).code, 'unavailable');
  const offset = await store.staging.offset(id, callOf());
  t.log(`the append ended with ${String(outcome)}, and ${offset} octets are there`);
  t.true(offset >= 8 * 1024 * 1024);
  await store.staging.append(id, offset, bodyOf(octets.subarray(offset)), noLimit, callOf());
  t.is((await store.staging.complete(id, callOf())).sha256, sha256Of(octets));
});
