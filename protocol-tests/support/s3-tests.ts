/** Tests that share one S3 server a file. */
import type { TestFn } from 'ava';
import { partTest, type Part } from './parts.ts';
import type { S3Server } from './s3-server.ts';

export interface TestBucket {
  readonly server: S3Server;
  readonly bucket: string;
}

/**
 * ava's `test` for titles and implementations alone, as contract suites call it: skipped or failed where parts of the machine
 * are missing.
 */
export function testWith(test: TestFn, parts: readonly (string | Part)[]): TestFn {
  const declare = (title: string, implementation: Parameters<typeof partTest>[3]): void => {
    partTest(test, parts, title, implementation);
  };
  return declare as TestFn;
}

/** A server and a bucket for the tests of a file: started by the first that asks, stopped after the last. */
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
