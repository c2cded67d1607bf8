/** The same contract on a server that differs from Ceph in nearly all that the S3 API leaves open. */
import test from 'ava';
import { startSwift, swiftParts } from '../../protocol-tests/support/s3-swift.ts';
import { serverForFile, testWith } from '../../protocol-tests/support/s3-tests.ts';
import { blobStoreContract } from '../contract/blob-store.ts';
import { OpenStores, optionsFor } from './test-store.ts';

const swift = serverForFile(test, () => startSwift());

blobStoreContract(testWith(test, swiftParts), 's3 on swift', async () => {
  const options = await optionsFor(await swift());
  const stores = new OpenStores();
  return {
    store: await stores.open(options),
    reopen: () => stores.open(options),
    [Symbol.asyncDispose]: () => Promise.resolve(stores[Symbol.dispose]()),
  };
});
