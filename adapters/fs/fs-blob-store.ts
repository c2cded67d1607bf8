import { createHash } from 'node:crypto';
import { open, stat, unlink } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { BlobReader, BlobRef, BlobStaging, BlobStore, OctetRange } from '../../gateway/ports/blob-store.ts';
import type { Call } from '../../gateway/ports/call.ts';
import type { Clock } from '../../gateway/ports/clock.ts';
import { systemClock } from '../../gateway/ports/clock.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { abortableBody } from '../shared/abortable-body.ts';
import { onDevice, storageError, unlessAbsent } from './errors.ts';
import { FileBlobReader } from './file-blob-reader.ts';
import { FileReader } from './file-reader.ts';
import { FileWriter } from './file-writer.ts';
import { isKey, Layout } from './layout.ts';
import { FsBlobStaging } from './staging.ts';
import { sweep } from './sweep.ts';

/** See `docs/adapters/fs.md`. */
export interface FsBlobStoreOptions {
  /** The store's folder; made when it is not there. All below it must be one file system. */
  readonly path: string;
  /** Octets that one write collects. Default 512 KiB. */
  readonly writeOctets?: number;
  /** Octets after which the device is asked to begin writing what arrives. Default 8 MiB. */
  readonly flushOctets?: number;
  /** Octets that one read asks for. Default 512 KiB. */
  readonly readOctets?: number;
  readonly clock?: Clock;
}

/** How the options reach the parts of the store. */
export interface FsBlobStoreSettings {
  readonly writeOctets: number;
  readonly flushOctets: number;
  readonly readOctets: number;
  readonly clock: Clock;
}

/**
 * Blobs as files of a folder, named by their SHA-256: equal bytes are kept once, so a blob is removed by `sweep` and not by
 * whoever believes to be its only user. Several processes of one machine may serve the same folder.
 */
export class FsBlobStore implements BlobStore {
  readonly staging: BlobStaging;
  readonly #layout: Layout;
  readonly #settings: FsBlobStoreSettings;
  /** Temporary files of puts under way here: a sweep leaves them alone however long they take. */
  readonly #temporaryInUse = new Set<string>();

  private constructor(layout: Layout, settings: FsBlobStoreSettings) {
    this.#layout = layout;
    this.#settings = settings;
    this.staging = new FsBlobStaging(layout, settings);
  }

  /** Opens the store and makes its folders. @throws GatewayError `over-quota`, `unavailable` */
  static async open(options: FsBlobStoreOptions): Promise<FsBlobStore> {
    const layout = new Layout(options.path);
    await layout.create();
    return new FsBlobStore(layout, {
      writeOctets: options.writeOctets ?? 512 * 1024,
      flushOctets: options.flushOctets ?? 8 * 1024 * 1024,
      readOctets: options.readOctets ?? 512 * 1024,
      clock: options.clock ?? systemClock,
    });
  }

  async put(body: AsyncIterable<Uint8Array>, limitOctets: number, call: Call): Promise<BlobRef> {
    call.signal.throwIfAborted();
    const path = this.#layout.newTemporaryPath();
    this.#temporaryInUse.add(path);
    try {
      return await this.#putFrom(path, body, limitOctets, call);
    } finally {
      this.#temporaryInUse.delete(path);
    }
  }

  async #putFrom(path: string, body: AsyncIterable<Uint8Array>, limitOctets: number, call: Call): Promise<BlobRef> {
    try {
      const written = await this.#receive(path, body, limitOctets, call.signal);
      return await this.#layout.renewals.during(written.key, async () => {
        call.signal.throwIfAborted();
        await onDevice(this.#layout.publish(path, written.key));
        return written;
      });
    } catch (error) {
      await unlessAbsent(unlink(path)).catch((unlinkError: unknown) => {
        call.log.warn('blob.temporary-left', { result: 'failed', error: unlinkError });
      });
      throw error;
    }
  }

  /** Writes the body to a new file and makes it durable. */
  async #receive(
    path: string,
    body: AsyncIterable<Uint8Array>,
    limitOctets: number,
    signal: AbortSignal,
  ): Promise<BlobRef> {
    const handle = await onDevice(open(path, 'wx', 0o600));
    const writer = new FileWriter(handle, 0, this.#settings);
    const hash = createHash('sha256');
    let sizeOctets = 0;
    try {
      for await (const chunk of abortableBody(body, signal)) {
        sizeOctets += chunk.byteLength;
        if (sizeOctets > limitOctets) throw tooLarge(limitOctets);
        hash.update(chunk);
        await writer.add(chunk);
      }
      await writer.finish();
    } finally {
      await writer.settle();
      await handle.close();
    }
    const sha256 = hash.digest('hex');
    return { key: sha256, sizeOctets, sha256 };
  }

  async get(key: string, range: OctetRange | undefined, call: Call): Promise<Readable> {
    call.signal.throwIfAborted();
    const handle = await this.#find(key, (path) => open(path, 'r'));
    if (handle === undefined) throw new GatewayError('not-found', 'there is no such blob');
    try {
      const { size } = await handle.stat();
      const end = range === undefined ? size : Math.min(range.last + 1, size);
      return new FileReader(handle, range?.first ?? 0, end, this.#settings.readOctets, call.signal);
    } catch (error) {
      await handle.close();
      throw storageError(error);
    }
  }

  async open(key: string, call: Call): Promise<BlobReader> {
    call.signal.throwIfAborted();
    const handle = await this.#find(key, (path) => open(path, 'r'));
    if (handle === undefined) throw new GatewayError('not-found', 'there is no such blob');
    try {
      const { size } = await handle.stat();
      return new FileBlobReader(handle, size);
    } catch (error) {
      await handle.close();
      throw storageError(error);
    }
  }

  async head(key: string, call: Call): Promise<BlobRef | undefined> {
    call.signal.throwIfAborted();
    const found = await this.#find(key, (path) => stat(path));
    return found === undefined ? undefined : { key, sizeOctets: found.size, sha256: key };
  }

  async delete(key: string, call: Call): Promise<void> {
    call.signal.throwIfAborted();
    if (!isKey(key)) return;
    await unlessAbsent(unlink(this.#layout.blobPath(key)));
    await unlessAbsent(unlink(this.#layout.trashPath(key)));
  }

  sweep(
    olderThanMs: number,
    isReferenced: (keys: readonly string[]) => Promise<ReadonlySet<string>>,
    call: Call,
  ): Promise<{ readonly blobs: number; readonly temporary: number }> {
    const olderThan = this.#settings.clock.nowMs() - olderThanMs;
    return sweep(this.#layout, olderThan, { isReferenced, isInUse: (path) => this.#temporaryInUse.has(path) }, call);
  }

  async check(call: Call): Promise<void> {
    call.signal.throwIfAborted();
    const path = this.#layout.newTemporaryPath();
    try {
      const handle = await open(path, 'wx', 0o600);
      try {
        await handle.write(new Uint8Array(4096));
      } finally {
        await handle.close();
        await unlink(path);
      }
    } catch (error) {
      throw new GatewayError('unavailable', 'the file storage does not take a write', { cause: error });
    }
  }

  /**
   * Opens a blob where it is. A sweep may have it in the trash for a moment before giving it back; by the time that we miss
   * it there too, it is back.
   */
  async #find<T>(key: string, look: (path: string) => Promise<T>): Promise<T | undefined> {
    if (!isKey(key)) return undefined;
    const path = this.#layout.blobPath(key);
    return (
      (await unlessAbsent(look(path))) ??
      (await unlessAbsent(look(this.#layout.trashPath(key)))) ??
      (await unlessAbsent(look(path)))
    );
  }
}

function tooLarge(limitOctets: number): GatewayError {
  return new GatewayError('too-large', `more than ${limitOctets} octets are not accepted`);
}
