import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { storageError } from './errors.ts';

/**
 * A stream of a piece of an open file; it closes the file. It reads when it is read, one piece at a time, and fails with
 * GatewayErrors.
 */
export class FileReader extends Readable {
  readonly #handle: FileHandle;
  readonly #readOctets: number;
  readonly #end: number;
  #position: number;
  #reading: Promise<void> = Promise.resolve();

  /**
   * @param start the first octet
   * @param end the octet behind the last
   * @param readOctets the size of one read
   */
  constructor(handle: FileHandle, start: number, end: number, readOctets: number, signal: AbortSignal) {
    super({ highWaterMark: readOctets, signal });
    this.#handle = handle;
    this.#position = start;
    this.#end = end;
    this.#readOctets = readOctets;
  }

  override _read(): void {
    const length = Math.min(this.#readOctets, this.#end - this.#position);
    if (length <= 0) {
      this.push(null);
      return;
    }
    this.#reading = this.#readPiece(length);
  }

  async #readPiece(length: number): Promise<void> {
    const buffer = Buffer.allocUnsafeSlow(length);
    try {
      const { bytesRead } = await this.#handle.read(buffer, 0, length, this.#position);
      if (bytesRead === 0) throw new GatewayError('unavailable', 'a stored file is shorter than it was');
      if (this.destroyed) return;
      this.#position += bytesRead;
      this.push(bytesRead === length ? buffer : buffer.subarray(0, bytesRead));
    } catch (error) {
      this.destroy(storageError(error));
    }
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    void this.#close(error, callback);
  }

  /** The file is closed only when no read is under way: its number might be another file's by then. */
  async #close(error: Error | null, done: (error?: Error | null) => void): Promise<void> {
    let failure = error;
    try {
      await this.#reading;
      await this.#handle.close();
    } catch (closeError) {
      failure ??= storageError(closeError);
    }
    done(failure);
  }
}
