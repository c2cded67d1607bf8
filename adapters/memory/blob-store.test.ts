import test from 'ava';
import { blobStoreContract } from '../contract/blob-store.ts';
import { MemoryBlobStore } from './blob-store.ts';

blobStoreContract(test, 'memory', async () => ({
  store: new MemoryBlobStore(),
  [Symbol.asyncDispose]: async () => undefined,
}));
