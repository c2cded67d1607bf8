/** The contract of `BlobStore.sweep`. */
import type { BlobRef, BlobStore } from '../../gateway/ports/blob-store.ts';
import type { BlobStoreRule } from './blob-store.ts';
import { bodyOf, callOf, collect, octetsOf, stalledBody, throwsCode } from './support.ts';

const noLimit = Number.MAX_SAFE_INTEGER;

/** Everything that is there is older than in a minute from now. */
const anyAge = -60_000;

const hourMs = 3_600_000;

export function blobSweepContract(rule: BlobStoreRule): void {
  rule('port: a sweep removes what nobody refers to, and counts it', async (t, store) => {
    const kept = await putAll(store, 'kept', 5);
    const orphans = await putAll(store, 'orphan', 7);
    const keptKeys = new Set(kept.map(({ key }) => key));
    const removed = await store.sweep(anyAge, async () => keptKeys, callOf());
    t.deepEqual(removed, { blobs: 7, temporary: 0 });
    for (const ref of kept) t.deepEqual(await store.head(ref.key, callOf()), ref);
    for (const { key } of orphans) t.is(await store.head(key, callOf()), undefined);
  });

  rule('port: a sweep asks in batches, about each blob', async (t, store) => {
    const refs = await putAll(store, 'batch', 20);
    const asked = new Set<string>();
    await store.sweep(
      anyAge,
      async (keys) => {
        for (const key of keys) asked.add(key);
        return new Set(keys);
      },
      callOf(),
    );
    t.deepEqual([...asked].sort(), refs.map(({ key }) => key).sort());
  });

  rule('port: a sweep leaves what is younger than it was told', async (t, store) => {
    const [ref] = await putAll(store, 'young', 1);
    await store.staging?.begin('young-upload-0001', callOf());
    t.deepEqual(await store.sweep(hourMs, async () => new Set(), callOf()), { blobs: 0, temporary: 0 });
    t.deepEqual(await store.head((ref as BlobRef).key, callOf()), ref);
    if (store.staging !== undefined) t.is(await store.staging.offset('young-upload-0001', callOf()), 0);
  });

  rule('port: a sweep removes staged uploads that are old enough', async (t, store) => {
    if (store.staging === undefined) {
      t.pass();
      return;
    }
    await store.staging.begin('forgotten-upload-1', callOf());
    await store.staging.append('forgotten-upload-1', 0, bodyOf(octetsOf(5000, 'old')), noLimit, callOf());
    t.deepEqual(await store.sweep(anyAge, async () => new Set(), callOf()), { blobs: 0, temporary: 1 });
    await throwsCode(t, store.staging.offset('forgotten-upload-1', callOf()), 'not-found');
  });

  rule('port: a sweep leaves a put and an append that are under way', async (t, store) => {
    const body = stalledBody(octetsOf(900_000, 'under way'));
    const controller = new AbortController();
    const put = store.put(body, noLimit, callOf(controller.signal));
    await body.stalled;
    const upload = stalledBody(octetsOf(10, 'appending'));
    await store.staging?.begin('appending-upload-1', callOf());
    const append = store.staging?.append('appending-upload-1', 0, upload, noLimit, callOf(controller.signal));
    if (append !== undefined) await upload.stalled;
    t.deepEqual(await store.sweep(anyAge, async () => new Set(), callOf()), { blobs: 0, temporary: 0 });
    controller.abort(new Error('given up'));
    await t.throwsAsync(put, { message: 'given up' });
    if (append === undefined) return;
    await t.throwsAsync(append, { message: 'given up' });
    t.is(await store.staging?.offset('appending-upload-1', callOf()), 10);
  });

  rule('port: a sweep that fails to ask leaves every blob', async (t, store) => {
    const refs = await putAll(store, 'unasked', 3);
    const failure = new Error('the collection store does not answer');
    t.is(await t.throwsAsync(store.sweep(anyAge, () => Promise.reject(failure), callOf())), failure);
    for (const ref of refs) t.deepEqual(await store.head(ref.key, callOf()), ref);
  });

  rule('port: a blob that is put again while the sweep asks is not removed', async (t, store) => {
    const octets = octetsOf(70_000, 'again');
    const { key } = await store.put(bodyOf(octets), noLimit, callOf());
    const removed = await store.sweep(
      anyAge,
      async () => {
        await store.put(bodyOf(octets), noLimit, callOf());
        return new Set();
      },
      callOf(),
    );
    t.is(removed.blobs, 0);
    t.true((await collect(await store.get(key, undefined, callOf()))).equals(octets));
  });

  rule('port: a blob that a put gave back after the sweep began is never removed', async (t, store) => {
    const bodies = Array.from({ length: 8 }, (_, index) => octetsOf(2000, `race ${index}`));
    for (let round = 0; round < 30; round += 1) {
      const sweeping = store.sweep(anyAge, async () => new Set(), callOf());
      const refs = await Promise.all(bodies.map((octets) => store.put(bodyOf(octets), noLimit, callOf())));
      for (const [index, { key }] of refs.entries()) {
        t.true((await collect(await store.get(key, undefined, callOf()))).equals(bodies[index] as Buffer));
      }
      await sweeping;
      for (const ref of refs) t.deepEqual(await store.head(ref.key, callOf()), ref);
    }
  });
}

function putAll(store: BlobStore, label: string, count: number): Promise<readonly BlobRef[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      store.put(bodyOf(octetsOf(1000 + index, `${label} ${index}`)), noLimit, callOf()),
    ),
  );
}
