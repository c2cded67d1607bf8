/** Where things lie below the store's folder, and how a folder's entries become durable. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Renewals } from '../shared/renewals.ts';
import { errnoOf, onDevice } from './errors.ts';

const keyPattern = /^[0-9a-f]{64}$/;
const stagingIdPattern = /^[A-Za-z0-9_-]{16,64}$/;

/** Whether a key can be one of this store. Only such keys become part of a path. */
export function isKey(key: string): boolean {
  return keyPattern.test(key);
}

/** Whether a name is one of the two levels of folders that blobs lie in. */
export function isBlobFolder(name: string): boolean {
  return /^[0-9a-f]{2}$/.test(name);
}

/** Whether an id is one that a caller may choose for a staged upload. Only such ids become part of a path. */
export function isStagingId(id: string): boolean {
  return stagingIdPattern.test(id);
}

/**
 * The folders of a store. All are in one file system, so that a rename between them is atomic.
 *
 *     blobs/ab/cd/<sha256>   visible blobs
 *     tmp/<random>           puts under way
 *     staging/<id>           staged uploads, and <id>.lock while one is written to
 *     trash/<sha256>         a blob that a sweep has taken away and may give back
 *     sweep.lock             held by the one process that sweeps
 */
export class Layout {
  readonly root: string;
  readonly blobs: string;
  readonly temporary: string;
  readonly staging: string;
  readonly trash: string;
  readonly sweepLock: string;
  /** Blobs that are being put. */
  readonly renewals = new Renewals();
  /** Folders of blobs that are known to be durable, or that are being made so. */
  readonly #folders = new Map<string, Promise<void>>();

  constructor(root: string) {
    this.root = root;
    this.blobs = join(root, 'blobs');
    this.temporary = join(root, 'tmp');
    this.staging = join(root, 'staging');
    this.trash = join(root, 'trash');
    this.sweepLock = join(root, 'sweep.lock');
  }

  /** Makes the folders that are missing. @throws GatewayError `over-quota`, `unavailable` */
  async create(): Promise<void> {
    await onDevice(mkdir(this.root, { recursive: true, mode: 0o700 }));
    for (const folder of [this.blobs, this.temporary, this.staging, this.trash]) {
      await onDevice(mkdir(folder, { recursive: true, mode: 0o700 }));
    }
    await syncFolder(this.root);
  }

  blobPath(key: string): string {
    return join(this.#blobFolder(key), key);
  }

  trashPath(key: string): string {
    return join(this.trash, key);
  }

  /** A path for a put under way that no other process chooses. */
  newTemporaryPath(): string {
    return join(this.temporary, randomBytes(16).toString('hex'));
  }

  stagingPath(id: string): string {
    return join(this.staging, id);
  }

  stagingLockPath(id: string): string {
    return join(this.staging, `${id}.lock`);
  }

  /**
   * Makes a durable file the blob `key`, whether there is one already or not: a sweep knows by the new file that the blob
   * was wanted again. Resolves when the name is durable too.
   */
  async publish(path: string, key: string): Promise<void> {
    const folder = this.#blobFolder(key);
    await this.#ensureBlobFolder(key);
    try {
      await rename(path, this.blobPath(key));
    } catch (error) {
      // Somebody removed an empty folder that this process remembers.
      if (errnoOf(error) !== 'ENOENT') throw error;
      this.#folders.clear();
      await this.#ensureBlobFolder(key);
      await rename(path, this.blobPath(key));
    }
    await syncFolder(folder);
  }

  #blobFolder(key: string): string {
    return join(this.blobs, key.slice(0, 2), key.slice(2, 4));
  }

  /** Another process may have made the folder a moment ago, so its name counts as durable only after a sync of our own. */
  #ensureBlobFolder(key: string): Promise<void> {
    const upper = join(this.blobs, key.slice(0, 2));
    return this.#once(this.#blobFolder(key), async (folder) => {
      await this.#once(upper, async () => {
        await mkdir(upper, { recursive: true, mode: 0o700 });
        await syncFolder(this.blobs);
      });
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await syncFolder(upper);
    });
  }

  #once(folder: string, make: (folder: string) => Promise<void>): Promise<void> {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const made = make(folder);
    this.#folders.set(folder, made);
    made.catch(() => this.#folders.delete(folder));
    return made;
  }
}

/** Makes the entries of a folder durable: a new or renamed file is found after a crash only when its folder is on disk. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await onDevice(open(path, 'r'));
  try {
    await onDevice(handle.sync());
  } finally {
    await handle.close();
  }
}
