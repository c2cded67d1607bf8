import { Readable } from 'node:stream';
import type { Call } from '../../gateway/ports/call.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { Bucket, OpenedObject } from './bucket.ts';
import type { OctetRange } from '../../gateway/ports/blob-store.ts';

/** Times that a stream is taken up again without an octet having come in between. */
const maxResumptions = 3;

/**
 * A stream of an object, or of a range of it. When the connection breaks, or was closed because nobody read for long, it goes
 * on from the octet that it had reached: objects never change. It ends with every octet, or fails.
 */
export class ObjectReader extends Readable {
  readonly #bucket: Bucket;
  readonly #name: string;
  readonly #call: Call;
  readonly #end: number;
  #position: number;
  /** The answer that is being read; undefined after it broke. */
  #source: Readable | undefined;
  /** Why the last answer broke. */
  #cause: Error | undefined;
  #isOpening = false;
  /** Whether somebody waits for octets. */
  #isWanted = false;
  #resumptions = 0;

  private constructor(bucket: Bucket, name: string, opened: OpenedObject, first: number, call: Call) {
    super({ signal: call.signal });
    this.#bucket = bucket;
    this.#name = name;
    this.#call = call;
    this.#position = first;
    this.#end = first + opened.sizeOctets;
    this.#attach(opened.body);
  }

  /** @throws GatewayError `not-found`, `unavailable` */
  static async open(bucket: Bucket, name: string, range: OctetRange | undefined, call: Call): Promise<ObjectReader> {
    const opened = await bucket.get(name, range, call.signal);
    return new ObjectReader(bucket, name, opened, range?.first ?? 0, call);
  }

  override _read(): void {
    this.#isWanted = true;
    if (this.#source !== undefined) this.#source.resume();
    else void this.#reopen();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#detach();
    callback(error);
  }

  #attach(source: Readable): void {
    this.#source = source;
    source.on('data', (chunk: Buffer) => {
      this.#take(chunk);
    });
    source.once('error', (error) => {
      this.#ended(source, error);
    });
    source.once('close', () => {
      this.#ended(source, new Error('the answer ended early'));
    });
    source.pause();
  }

  #take(chunk: Buffer): void {
    this.#position += chunk.byteLength;
    this.#resumptions = 0;
    this.#isWanted = false;
    if (this.#position > this.#end) {
      this.destroy(new GatewayError('unavailable', 'the object storage sent more octets than it had announced'));
      return;
    }
    const hasRoom = this.push(chunk);
    // After the last octet the answer is read to its end, so that its connection can be used again.
    if (!hasRoom && this.#position < this.#end) this.#source?.pause();
  }

  /** The answer ended, with its last octet or before it. */
  #ended(source: Readable, cause: Error): void {
    if (source !== this.#source || this.destroyed) return;
    this.#detach();
    if (this.#position === this.#end) {
      this.push(null);
      return;
    }
    this.#cause = cause;
    // Where nobody waits, the next read opens it again.
    if (this.#isWanted) void this.#reopen();
  }

  async #reopen(): Promise<void> {
    if (this.#isOpening || this.#position === this.#end) return;
    this.#isOpening = true;
    try {
      if (this.#resumptions === maxResumptions) throw new Error('it broke off again and again', { cause: this.#cause });
      this.#resumptions += 1;
      this.#call.log.debug('blob.read-resumed', { error: this.#cause, position: this.#position });
      const range = { first: this.#position, last: this.#end - 1 };
      const opened = await this.#bucket.get(this.#name, range, this.#call.signal);
      if (this.destroyed || opened.sizeOctets !== this.#end - this.#position) {
        opened.body.destroy();
        throw new Error('the object has changed', { cause: this.#cause });
      }
      this.#attach(opened.body);
      opened.body.resume();
    } catch (error) {
      // Also when it is gone meanwhile: whoever reads has had a part of it, and "not found" would be no answer any more.
      this.destroy(cutShort(error));
    } finally {
      this.#isOpening = false;
    }
  }

  #detach(): void {
    const source = this.#source;
    this.#source = undefined;
    if (source === undefined) return;
    source.removeAllListeners('data');
    // What it still fails with has nobody to go to: it is given up.
    source.on('error', () => undefined);
    source.destroy();
  }
}

function cutShort(cause: unknown): GatewayError {
  const detail = { retryAfterSeconds: 1 };
  return new GatewayError('unavailable', 'the object storage broke off in the middle', { cause, detail });
}
