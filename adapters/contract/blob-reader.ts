/** The optional member `open` of the port `BlobStore`. */
import type { BlobStoreRule } from './blob-store.ts';
import { bodyOf, callOf, octetsOf, throwsCode } from './support.ts';

export function blobReaderContract(rule: BlobStoreRule): void {
  rule('open: a reader fills given buffers from any position, and gives 0 at the end', async (t, store) => {
    if (store.open === undefined) {
      t.pass('the store gives streams only');
      return;
    }
    const octets = octetsOf(300_001, 7);
    const { key } = await store.put(bodyOf(octets), octets.byteLength, callOf());
    await using reader = await store.open(key, callOf());
    t.is(reader.sizeOctets, octets.byteLength);
    const buffer = new Uint8Array(100_000);
    for (const position of [0, 1, 250_000, 200_001, 300_000]) {
      const count = await reader.read(buffer, position);
      t.true(count > 0);
      t.deepEqual(Buffer.from(buffer.subarray(0, count)), Buffer.from(octets.subarray(position, position + count)));
    }
    t.is(await reader.read(buffer, 300_001), 0);
  });

  rule('open: a reader goes on when its blob is deleted, and what is not there cannot be opened', async (t, store) => {
    if (store.open === undefined) {
      t.pass('the store gives streams only');
      return;
    }
    const octets = octetsOf(1000, 3);
    const { key } = await store.put(bodyOf(octets), octets.byteLength, callOf());
    await using reader = await store.open(key, callOf());
    await store.delete(key, callOf());
    const buffer = new Uint8Array(1000);
    t.is(await reader.read(buffer, 0), 1000);
    t.deepEqual(Buffer.from(buffer), Buffer.from(octets));
    await throwsCode(t, store.open(key, callOf()), 'not-found');
    await throwsCode(t, store.open('../key', callOf()), 'not-found');
  });
}
