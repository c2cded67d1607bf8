import type { Bucket } from './bucket.ts';
import { hasCode } from './errors.ts';
import { newNonce } from './names.ts';
import type { Names } from './names.ts';
import { clearingUp } from './store.ts';

/** The octet of the object that is made to try. */
const probeOctets = new Uint8Array([0x70]);

/** Tries of a write that the server refused because of another one that failed in the end. */
const maxTries = 5;

/**
 * Objects that exactly one of many writers makes, whichever process it is in: `If-None-Match: *` on PutObject (AWS since August
 * 2024, Ceph RGW, MinIO). Whether the server heeds it is tried out once, because the S3 API has no way to ask.
 *
 * The same condition on CompleteMultipartUpload is no way out where it is refused here: OpenStack Swift looks before it writes,
 * and lets two writers at the same moment both pass (seen with 2.30); Ceph ignores it.
 */
export class Exclusive {
  readonly #bucket: Bucket;
  readonly #names: Names;
  #supported: Promise<boolean> | undefined;

  constructor(bucket: Bucket, names: Names) {
    this.#bucket = bucket;
    this.#names = names;
  }

  /** Whether the server can refuse a second object of one name. @throws GatewayError `unavailable`; the next call tries again */
  isSupported(): Promise<boolean> {
    // It outlives the call that asked first, so it does not end with that call's signal.
    this.#supported ??= this.#tryOut(clearingUp()).catch((error: unknown) => {
      this.#supported = undefined;
      throw error;
    });
    return this.#supported;
  }

  /** Makes an object unless there is one of this name. @returns whether it is this writer's */
  async make(
    name: string,
    octets: Uint8Array,
    metadata: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<boolean> {
    // A try whose answer was lost may have made it; then the next one is refused because of it.
    const writer = newNonce();
    const options = { metadata: { ...metadata, writer }, onlyNew: true };
    for (let tries = 1; ; tries += 1) {
      if (!(await isRefused(this.#bucket.put(name, octets, options, signal)))) return true;
      const there = await this.#bucket.head(name, signal);
      // Refused, and yet there is none: a write beside this one was under way, and failed.
      if (there !== undefined || tries === maxTries) return there?.metadata['writer'] === writer;
    }
  }

  /** Among the staged uploads, so that a sweep finds what is left of a try that was broken off. */
  async #tryOut(signal: AbortSignal): Promise<boolean> {
    const name = `${this.#names.upload(`probe-${newNonce()}`)}probe`;
    try {
      await this.#bucket.put(name, probeOctets, {}, signal);
      return await isRefused(this.#bucket.put(name, probeOctets, { onlyNew: true }, signal));
    } catch (error) {
      if (hasCode(error, 'unsupported')) return false;
      throw error;
    } finally {
      await this.#bucket.delete(name, clearingUp());
    }
  }
}

async function isRefused(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    if (hasCode(error, 'precondition-failed') || hasCode(error, 'in-use')) return true;
    throw error;
  }
}
