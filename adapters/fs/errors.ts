/** What the operating system's errors mean to the gateway. */
import { GatewayError } from '../../gateway/ports/errors.ts';

/** The `errno` name of an error of the operating system; undefined for any other value. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Translates an error of the file system. A full device or a used-up quota is `over-quota`; whatever an operator has to
 * mend (rights, a device that fails, too many open files, a folder that is gone) is `unavailable`.
 */
export function storageError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  switch (errnoOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new GatewayError('over-quota', 'the storage device has no room left', { cause: error });
    case undefined:
      return new GatewayError('internal', 'an internal error occurred in the file storage', { cause: error });
    default:
      return new GatewayError('unavailable', 'the file storage does not answer as it should', { cause: error });
  }
}

/** Awaits work on the file system and translates its failure. */
export async function onDevice<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw storageError(error);
  }
}

/** Awaits work on a file that may be absent: then the answer is undefined. */
export async function unlessAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw storageError(error);
  }
}
