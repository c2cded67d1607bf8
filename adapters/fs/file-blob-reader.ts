import type { FileHandle } from 'node:fs/promises';
import type { BlobReader } from '../../gateway/ports/blob-store.ts';
import { storageError } from './errors.ts';

/** An open file read into buffers that the caller brings; it closes the file. */
export class FileBlobReader implements BlobReader {
  readonly sizeOctets: number;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, sizeOctets: number) {
    this.#handle = handle;
    this.sizeOctets = sizeOctets;
  }

  async read(buffer: Uint8Array, position: number): Promise<number> {
    try {
      return (await this.#handle.read(buffer, 0, buffer.byteLength, position)).bytesRead;
    } catch (error) {
      throw storageError(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}
