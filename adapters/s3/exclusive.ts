import type { Bucket } from './bucket.ts';
import { hasCode } from './errors.ts';
import { newNonce } from './names.ts';
import type { Names } from './names.ts';
import { clearingUp } from './store.ts';

/**
 * How a server can be made to refuse a second object of one name:
 *
 * - `put`: `If-None-Match: *` on PutObject (AWS since August 2024, MinIO, Ceph RGW);
 * - `complete`: the same on CompleteMultipartUpload, where it refuses the condition on PutObject (OpenStack Swift's s3api);
 * - `none`: not at all. Then every writer chooses a name of its own and looks afterwards whether it was alone.
 */
export type ExclusiveMode = 'put' | 'complete' | 'none';

/** The octet of the objects that are made to try. */
const probeOctets = new Uint8Array([0x70]);

/** Tries of a write that the server refused because of another one that failed in the end. */
const maxTries = 5;

/**
 * Objects that exactly one of many writers makes, whichever process it is in. What the server can do is tried out once, because
 * the S3 API has no way to ask: Ceph takes the condition on CompleteMultipartUpload and ignores it.
 */
export class Exclusive {
  readonly #bucket: Bucket;
  readonly #names: Names;
  #mode: Promise<ExclusiveMode> | undefined;

  constructor(bucket: Bucket, names: Names) {
    this.#bucket = bucket;
    this.#names = names;
  }

  /** @throws GatewayError `unavailable`; the next call tries again */
  mode(): Promise<ExclusiveMode> {
    // It outlives the call that asked first, so it does not end with that call's signal.
    this.#mode ??= this.#tryOut(clearingUp()).catch((error: unknown) => {
      this.#mode = undefined;
      throw error;
    });
    return this.#mode;
  }

  /**
   * Makes an object unless there is one of this name.
   * @param octets at least one
   * @returns whether it is this writer's. In the mode `none`, always: there the name must be this writer's own.
   */
  async make(
    name: string,
    octets: Uint8Array,
    metadata: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const mode = await this.mode();
    // A try whose answer was lost may have made it; then the next one is refused because of it.
    const writer = newNonce();
    const marked = { ...metadata, writer };
    for (let tries = 1; ; tries += 1) {
      if (await this.#make(mode, name, octets, marked, signal)) return true;
      const there = await this.#bucket.head(name, signal);
      // Refused, and yet there is none: a write beside this one was under way, and failed.
      if (there !== undefined || tries === maxTries) return there?.metadata['writer'] === writer;
    }
  }

  async #make(
    mode: ExclusiveMode,
    name: string,
    octets: Uint8Array,
    metadata: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      if (mode === 'complete') await this.#complete(name, octets, metadata, signal);
      else await this.#bucket.put(name, octets, { metadata, onlyNew: mode === 'put' }, signal);
      return true;
    } catch (error) {
      if (hasCode(error, 'precondition-failed') || hasCode(error, 'in-use')) return false;
      throw error;
    }
  }

  async #complete(
    name: string,
    octets: Uint8Array,
    metadata: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> {
    const upload = await this.#bucket.startUpload(name, metadata, signal);
    try {
      await upload.put(1, octets, signal);
      await upload.complete(signal, true);
    } catch (error) {
      await upload.abort(clearingUp()).catch(() => undefined); // a sweep finds it
      throw error;
    }
  }

  /** Among the staged uploads, so that a sweep finds what is left of a try that was broken off. */
  async #tryOut(signal: AbortSignal): Promise<ExclusiveMode> {
    const name = `${this.#names.upload(`probe-${newNonce()}`)}probe`;
    try {
      await this.#bucket.put(name, probeOctets, {}, signal);
      if (await this.#isRefused(this.#bucket.put(name, probeOctets, { onlyNew: true }, signal))) return 'put';
      if (await this.#isRefused(this.#complete(name, probeOctets, {}, signal))) return 'complete';
      return 'none';
    } finally {
      await this.#bucket.delete(name, clearingUp());
    }
  }

  /** Whether a second object of the name is refused because there is a first. */
  async #isRefused(work: Promise<void>): Promise<boolean> {
    try {
      await work;
      return false;
    } catch (error) {
      if (hasCode(error, 'precondition-failed')) return true;
      if (hasCode(error, 'unsupported')) return false;
      throw error;
    }
  }
}
