import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { blobStoreContract } from '../contract/blob-store.ts';
import { FsBlobStore } from './fs-blob-store.ts';

blobStoreContract(test, 'fs', async () => {
  const path = await mkdtemp(join(tmpdir(), 'passerelle-blobs-'));
  return {
    store: await FsBlobStore.open({ path }),
    reopen: () => FsBlobStore.open({ path }),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
});
