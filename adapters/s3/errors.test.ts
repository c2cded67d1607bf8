import { createRequire } from 'node:module';
import test from 'ava';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { ErrorCode } from '../../gateway/ports/errors.ts';
import { storageError } from './errors.ts';
import { S3BlobStore } from './s3-blob-store.ts';

/** An error as the SDK throws it for an answer. */
function answer(status: number, name: string, headers: Readonly<Record<string, string>> = {}): Error {
  const error = new Error('UnknownError');
  error.name = name;
  return Object.assign(error, { $metadata: { httpStatusCode: status }, $response: { headers } });
}

const answers: readonly (readonly [status: number, name: string, code: ErrorCode])[] = [
  [404, 'NoSuchKey', 'not-found'],
  [404, 'NotFound', 'not-found'],
  [404, 'NoSuchUpload', 'not-found'],
  [404, 'NoSuchBucket', 'unavailable'],
  [403, 'AccessDenied', 'unavailable'],
  [403, 'SignatureDoesNotMatch', 'unavailable'],
  [403, 'QuotaExceeded', 'over-quota'],
  [507, 'InsufficientStorage', 'over-quota'],
  [507, 'XMinioStorageFull', 'over-quota'],
  [412, 'PreconditionFailed', 'precondition-failed'],
  [409, 'ConditionalRequestConflict', 'in-use'],
  [409, 'OperationAborted', 'unavailable'],
  [400, 'EntityTooLarge', 'too-large'],
  [413, 'RequestEntityTooLarge', 'too-large'],
  [501, 'NotImplemented', 'unsupported'],
  [400, 'BadDigest', 'unavailable'],
  [429, 'TooManyRequests', 'unavailable'],
  [500, 'InternalError', 'unavailable'],
  [503, 'SlowDown', 'unavailable'],
];
for (const [status, name, code] of answers) {
  test(`s3: ${status} ${name} is ${code}`, (t) => {
    const error = storageError(answer(status, name));
    t.is(error.code, code);
    t.is(error.detail.retryAfterSeconds !== undefined, code === 'unavailable');
  });
}

const networkCodes = ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'CERT_HAS_EXPIRED'];
for (const code of networkCodes) {
  test(`s3: ${code} of the network is unavailable`, (t) => {
    t.is(storageError(Object.assign(new Error(code), { code })).code, 'unavailable');
  });
}

test('s3: the server may name the time after which to try again', (t) => {
  const after = (value: string): unknown =>
    storageError(answer(503, 'SlowDown', { 'retry-after': value })).detail.retryAfterSeconds;
  t.is(after('17'), 17);
  for (const other of ['', '0', '-1', 'soon', '1.5', 'Wed, 21 Oct 2015 07:28:00 GMT']) t.is(after(other), 5, other);
});

test('s3: an error of its own keeps its code, and a mistake of ours is internal and says nothing of itself', (t) => {
  const own = new GatewayError('too-large', 'too large');
  t.is(storageError(own), own);
  const mistake = storageError(new TypeError('secret detail'));
  t.is(mistake.code, 'internal');
  t.notRegex(mistake.message, /secret/);
});

test('s3: the SDK is loaded when a store is opened, and not before', async (t) => {
  const { cache } = createRequire(import.meta.url);
  const isLoaded = (): boolean => Object.keys(cache).some((path) => path.includes('@aws-sdk'));
  t.false(isLoaded());
  using _store = await S3BlobStore.open({ bucket: 'none', endpoint: 'http://127.0.0.1:9' });
  t.true(isLoaded());
});
