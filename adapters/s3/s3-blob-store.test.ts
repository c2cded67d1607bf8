import test from 'ava';
import { cephParts, startCeph } from '../../protocol-tests/support/s3-ceph.ts';
import { serverForFile, testWith } from '../../protocol-tests/support/s3-tests.ts';
import { blobStoreContract } from '../contract/blob-store.ts';
import { OpenStores, optionsFor } from './test-store.ts';

const ceph = serverForFile(test, () => startCeph());

blobStoreContract(testWith(test, cephParts), 's3 on ceph', async () => {
  const options = await optionsFor(await ceph());
  const stores = new OpenStores();
  return {
    store: await stores.open(options),
    reopen: () => stores.open(options),
    [Symbol.asyncDispose]: () => Promise.resolve(stores[Symbol.dispose]()),
  };
});
