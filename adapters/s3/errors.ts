/** What the errors of an S3 server, and of the way to it, mean to the gateway. */
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { ErrorCode } from '../../gateway/ports/errors.ts';

/** What the SDK throws: the server's own answer, or a failure of the network without one. */
interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** Seconds after which a client may try again where the server named no time. */
const defaultRetryAfterSeconds = 5;

const absentNames = new Set(['NoSuchKey', 'NotFound', 'NoSuchUpload']);

/** COMPAT(Ceph, all): QuotaExceeded with 403. COMPAT(MinIO, all): XMinioStorageFull and others with 507. */
const fullNames = new Set([
  'QuotaExceeded',
  'InsufficientStorage',
  'InsufficientStorageCapacity',
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
]);

/**
 * Translates what a request failed with.
 *
 * `not-found`, `precondition-failed` and `in-use` (conditions on a write), `unsupported`, `over-quota` and `too-large` are told
 * apart. All else that a server or the network says is `unavailable`, because it passes (503, a lost connection) or is the
 * operator's to mend (rights, the bucket's name): the person at the other end can do nothing about it but come back.
 */
export function storageError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (!(error instanceof Error) || !isOfStorage(error)) {
    return new GatewayError('internal', 'an internal error occurred in the object storage', { cause: error });
  }
  const code = codeOf(error);
  if (code !== 'unavailable') return new GatewayError(code, messages[code], { cause: error });
  const detail = { retryAfterSeconds: retryAfterOf(error) };
  return new GatewayError(code, messages[code], { cause: error, detail });
}

type StorageCode = Extract<
  ErrorCode,
  'not-found' | 'precondition-failed' | 'in-use' | 'unsupported' | 'over-quota' | 'too-large' | 'unavailable'
>;

const messages: Readonly<Record<StorageCode, string>> = {
  'not-found': 'there is no such object',
  'precondition-failed': 'there is such an object already',
  'in-use': 'the object is being written',
  unsupported: 'the object storage cannot do this',
  'over-quota': 'the object storage has no room left',
  'too-large': 'the object storage does not take so much at once',
  unavailable: 'the object storage does not answer as it should',
};

/** The SDK's own mistakes (a wrong argument) are ours; what carries metadata or a network's code is the storage's. */
function isOfStorage(error: Error): error is SdkError {
  return '$metadata' in error || 'code' in error || error.name === 'TimeoutError';
}

function codeOf(error: SdkError): StorageCode {
  if (fullNames.has(error.name)) return 'over-quota';
  if (error.name === 'NotImplemented') return 'unsupported';
  switch (error.$metadata?.httpStatusCode) {
    case 404:
      return absentNames.has(error.name) ? 'not-found' : 'unavailable';
    case 409:
      return error.name === 'ConditionalRequestConflict' ? 'in-use' : 'unavailable';
    case 412:
      return 'precondition-failed';
    case 413:
      return 'too-large';
    case 501:
      return 'unsupported';
    case 507:
      return 'over-quota';
    default:
      return error.name === 'EntityTooLarge' ? 'too-large' : 'unavailable';
  }
}

/** RFC 9110 §10.2.3, in its form of seconds, which is what servers of objects send. */
function retryAfterOf(error: SdkError): number {
  const seconds = Number(error.$response?.headers?.['retry-after']);
  return Number.isSafeInteger(seconds) && seconds > 0 ? seconds : defaultRetryAfterSeconds;
}

/** Whether an error of the storage has this code. */
export function hasCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof GatewayError && error.code === code;
}
