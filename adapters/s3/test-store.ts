/** Stores for tests: each one under a prefix of its own in one bucket. */
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Secret } from '../../gateway/ports/secret.ts';
import type { TestBucket } from '../../protocol-tests/support/s3-tests.ts';
import type { S3BlobStoreOptions } from './options.ts';
import { S3BlobStore } from './s3-blob-store.ts';

/** What opens a store in a bucket. */
export async function optionsFor({ server, bucket }: TestBucket): Promise<S3BlobStoreOptions> {
  const { endpoint, region, accessKeyId, secretAccessKey, caFile } = server;
  return {
    endpoint,
    region,
    bucket,
    prefix: randomBytes(6).toString('hex'),
    credentials: { accessKeyId, secretAccessKey: new Secret(secretAccessKey) },
    ...(caFile === undefined ? {} : { ca: await readFile(caFile, 'utf8') }),
  };
}

/** Opens stores and closes them all at the end. */
export class OpenStores implements Disposable {
  readonly #stack = new DisposableStack();

  async open(options: S3BlobStoreOptions): Promise<S3BlobStore> {
    return this.#stack.use(await S3BlobStore.open(options));
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}

/** Octets that look random and are the same for the same seed: many megabytes of them quickly. */
export function manyOctets(size: number, seed: number | string): Buffer {
  const key = createHash('sha256').update(String(seed)).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}
