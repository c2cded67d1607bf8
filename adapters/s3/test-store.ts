/** Stores for tests: each one under a prefix of its own in one bucket of a server that runs for the whole file. */
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { TestFn } from 'ava';
import { Secret } from '../../gateway/ports/secret.ts';
import { partTest } from '../../protocol-tests/support/parts.ts';
import type { Part } from '../../protocol-tests/support/parts.ts';
import type { S3Server } from '../../protocol-tests/support/s3-server.ts';
import type { S3BlobStoreOptions } from './options.ts';
import { S3BlobStore } from './s3-blob-store.ts';

export interface TestBucket {
  readonly server: S3Server;
  readonly bucket: string;
}

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

/** ava's `test` for titles and implementations alone, skipped or failed where parts of the machine are missing. */
export function testWith(test: TestFn, parts: readonly (string | Part)[]): TestFn {
  const declare = (title: string, implementation: Parameters<typeof partTest>[3]): void => {
    partTest(test, parts, title, implementation);
  };
  return declare as TestFn;
}

/** A server for the tests of a file: started by the first that asks, stopped after the last. */
export function serverForFile(test: TestFn, start: () => Promise<S3Server>): () => Promise<TestBucket> {
  let starting: Promise<S3Server> | undefined;
  let bucket: Promise<string> | undefined;
  test.after.always(async () => {
    await (await starting)?.stop();
  });
  return async () => {
    const server = await (starting ??= start());
    return { server, bucket: await (bucket ??= server.newBucket()) };
  };
}

/** Octets that look random and are the same for the same seed: many megabytes of them quickly. */
export function manyOctets(size: number, seed: number | string): Buffer {
  const key = createHash('sha256').update(String(seed)).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}
