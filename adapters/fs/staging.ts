import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { open, stat, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import type { Readable } from 'node:stream';
import type { BlobRef, BlobStaging } from '../../gateway/ports/blob-store.ts';
import type { Call } from '../../gateway/ports/call.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { abortableBody } from '../shared/abortable-body.ts';
import { errnoOf, onDevice, storageError, unlessAbsent } from './errors.ts';
import { tryFileLock } from './file-lock.ts';
import { FileReader } from './file-reader.ts';
import { FileWriter } from './file-writer.ts';
import type { FsBlobStoreSettings } from './fs-blob-store.ts';
import { isStagingId, syncFolder } from './layout.ts';
import type { Layout } from './layout.ts';

/** Uploads whose hash is kept in memory; others are read again when they are complete. */
const maxHashes = 1024;

/** The hash of the octets so far, and how to tell that no other process wrote any since. */
interface KnownHash {
  readonly hash: Hash;
  readonly sizeOctets: number;
  readonly inode: number;
  readonly mtimeMs: number;
}

/**
 * Uploads in several pieces, one file each. A lock of the kernel keeps two writers apart, across processes too, and is gone
 * with a process that dies. Nobody waits for it: whoever comes second is told `in-use`.
 */
export class FsBlobStaging implements BlobStaging {
  readonly #layout: Layout;
  readonly #settings: FsBlobStoreSettings;
  readonly #hashes = new Map<string, KnownHash>();

  constructor(layout: Layout, settings: FsBlobStoreSettings) {
    this.#layout = layout;
    this.#settings = settings;
  }

  async begin(id: string, call: Call): Promise<void> {
    call.signal.throwIfAborted();
    if (!isStagingId(id)) throw new GatewayError('syntax', 'this cannot be the id of a staged upload');
    try {
      const handle = await open(this.#layout.stagingPath(id), 'wx', 0o600);
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw storageError(error);
      throw new GatewayError('already-exists', 'there is a staged upload with this id', { cause: error });
    }
    await syncFolder(this.#layout.staging);
  }

  /** Makes what it counts durable first: the process that wrote it may have died before it could. */
  async offset(id: string, call: Call): Promise<number> {
    call.signal.throwIfAborted();
    const handle = await this.#open(id, 'r');
    try {
      const { size } = await onDevice(handle.stat());
      await onDevice(handle.datasync());
      return size;
    } finally {
      await handle.close();
    }
  }

  async append(
    id: string,
    offset: number,
    body: AsyncIterable<Uint8Array>,
    limitOctets: number,
    call: Call,
  ): Promise<number> {
    call.signal.throwIfAborted();
    const handle = await this.#open(id, 'r+');
    try {
      using _lock = await this.#lock(id);
      const before = await onDevice(handle.stat());
      // Completed before we had the lock: what is open here is a blob now.
      await this.#requireSame(id, before);
      if (before.size !== offset) {
        throw new GatewayError('precondition-failed', `the upload continues at octet ${before.size}, not at ${offset}`);
      }
      return await this.#append(id, handle, before, body, limitOctets, call);
    } finally {
      await handle.close();
    }
  }

  async #append(
    id: string,
    handle: FileHandle,
    before: Stats,
    body: AsyncIterable<Uint8Array>,
    limitOctets: number,
    call: Call,
  ): Promise<number> {
    const hash = this.#takeHash(id, before);
    const writer = new FileWriter(handle, before.size, this.#settings);
    let received = 0;
    try {
      try {
        for await (const chunk of abortableBody(body, call.signal)) {
          if (received + chunk.byteLength > limitOctets) {
            throw new GatewayError('too-large', `more than ${limitOctets} octets are not accepted here`);
          }
          received += chunk.byteLength;
          hash?.update(chunk);
          await writer.add(chunk);
        }
      } finally {
        // What arrived is kept, however the body ended.
        await writer.finish();
      }
    } catch (error) {
      await this.#cutBack(handle, writer, before.size + received, call);
      await this.#keepHash(id, handle, hash, before.size + received);
      throw error;
    } finally {
      await writer.settle();
    }
    await this.#keepHash(id, handle, hash, before.size + received);
    await this.#requireSame(id, before);
    return before.size + received;
  }

  /** After the device failed, what it holds of the piece counts if it says so now; otherwise it is cut off. */
  async #cutBack(handle: FileHandle, writer: FileWriter, receivedEnd: number, call: Call): Promise<void> {
    await writer.settle();
    if (writer.durableOctets === receivedEnd) return;
    try {
      await handle.datasync().catch(() => handle.truncate(writer.durableOctets));
    } catch (error) {
      call.log.warn('blob.staging-not-cut', { result: 'failed', error });
    }
  }

  async read(id: string, call: Call): Promise<Readable> {
    call.signal.throwIfAborted();
    return this.#reader(await this.#open(id, 'r'), call.signal);
  }

  async complete(id: string, call: Call): Promise<BlobRef> {
    call.signal.throwIfAborted();
    const handle = await this.#open(id, 'r+');
    try {
      using _lock = await this.#lock(id);
      const seen = await onDevice(handle.stat());
      await this.#requireSame(id, seen);
      const hash = this.#takeHash(id, seen) ?? (await this.#hashOf(id, call.signal));
      const sha256 = hash.digest('hex');
      await this.#layout.renewals.during(sha256, () => this.#publish(id, handle, sha256, call));
      return { key: sha256, sizeOctets: seen.size, sha256 };
    } finally {
      await handle.close();
    }
  }

  async #publish(id: string, handle: FileHandle, sha256: string, call: Call): Promise<void> {
    // The blob is as young as its completion, however long ago its last octet came: see the sweep.
    const nowSeconds = this.#settings.clock.nowMs() / 1000;
    await onDevice(handle.utimes(nowSeconds, nowSeconds));
    await onDevice(handle.sync());
    call.signal.throwIfAborted();
    const published = this.#layout.publish(this.#layout.stagingPath(id), sha256).then(() => true);
    if ((await unlessAbsent(published)) === undefined) throw notFound();
    await syncFolder(this.#layout.staging);
    await unlessAbsent(unlink(this.#layout.stagingLockPath(id)));
  }

  async abort(id: string, call: Call): Promise<void> {
    call.signal.throwIfAborted();
    if (!isStagingId(id)) return;
    this.#hashes.delete(id);
    await unlessAbsent(unlink(this.#layout.stagingPath(id)));
    await unlessAbsent(unlink(this.#layout.stagingLockPath(id)));
  }

  async #open(id: string, flags: 'r' | 'r+'): Promise<FileHandle> {
    const handle = isStagingId(id) ? await unlessAbsent(open(this.#layout.stagingPath(id), flags)) : undefined;
    if (handle === undefined) throw notFound();
    return handle;
  }

  async #lock(id: string): Promise<Disposable> {
    const lock = await tryFileLock(this.#layout.stagingLockPath(id));
    if (lock === undefined) throw new GatewayError('in-use', 'another part of this upload is arriving');
    return lock;
  }

  /** An upload that was forgotten meanwhile must not be answered as if it went on. */
  async #requireSame(id: string, seen: Stats): Promise<void> {
    const now = await unlessAbsent(stat(this.#layout.stagingPath(id)));
    if (now?.ino !== seen.ino) throw notFound();
  }

  async #reader(handle: FileHandle, signal: AbortSignal): Promise<FileReader> {
    try {
      const { size } = await onDevice(handle.stat());
      return new FileReader(handle, 0, size, this.#settings.readOctets, signal);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async #hashOf(id: string, signal: AbortSignal): Promise<Hash> {
    const hash = createHash('sha256');
    const reader = await this.#reader(await this.#open(id, 'r'), signal);
    for await (const chunk of reader) hash.update(chunk as Uint8Array);
    return hash;
  }

  /** The hash of what the file holds, if this process wrote all of it; whoever takes it changes it. */
  #takeHash(id: string, seen: Stats): Hash | undefined {
    const known = this.#hashes.get(id);
    this.#hashes.delete(id);
    if (seen.size === 0) return createHash('sha256');
    const isCurrent = known?.sizeOctets === seen.size && known.inode === seen.ino && known.mtimeMs === seen.mtimeMs;
    return isCurrent ? known.hash : undefined;
  }

  async #keepHash(id: string, handle: FileHandle, hash: Hash | undefined, sizeOctets: number): Promise<void> {
    if (hash === undefined) return;
    const { size, ino, mtimeMs } = await onDevice(handle.stat());
    if (size !== sizeOctets) return;
    this.#hashes.set(id, { hash, sizeOctets, inode: ino, mtimeMs });
    const oldest = this.#hashes.size > maxHashes ? this.#hashes.keys().next().value : undefined;
    if (oldest !== undefined) this.#hashes.delete(oldest);
  }
}

function notFound(): GatewayError {
  return new GatewayError('not-found', 'there is no such staged upload');
}
