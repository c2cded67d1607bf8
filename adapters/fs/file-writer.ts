import type { FileHandle } from 'node:fs/promises';
import { storageError } from './errors.ts';

export interface FileWriterOptions {
  /** Octets that one write to the file collects. */
  readonly writeOctets: number;
  /** After so many octets the device is asked to begin writing, so that the last wait is a short one. */
  readonly flushOctets: number;
}

/** Chunks in one write: each costs an object, and many tiny ones must not. The kernel takes 1024. */
const maxChunks = 256;

/** Written octets that may wait for the device, in units of `flushOctets`: what is beyond slows the sender down. */
const maxFlushesBehind = 4;

/**
 * Appends chunks to a file. One write is under way while the next is being collected, and at most one flush runs beside
 * them; `add` waits when the file is slower than the sender. Chunks are kept, not copied: they must not be changed after.
 */
export class FileWriter {
  readonly #handle: FileHandle;
  readonly #options: FileWriterOptions;
  #position: number;
  #collected: Uint8Array[] = [];
  #collectedOctets = 0;
  #writing: Promise<void> = Promise.resolve();
  #flushing: Promise<void> | undefined;
  #unflushed = 0;
  #durable: number;
  #failure: unknown;

  /** @param position where the first chunk goes; all before it is durable */
  constructor(handle: FileHandle, position: number, options: FileWriterOptions) {
    this.#handle = handle;
    this.#position = position;
    this.#durable = position;
    this.#options = options;
  }

  /** Everything before this offset is known to be durable. */
  get durableOctets(): number {
    return this.#durable;
  }

  /** @throws GatewayError `over-quota`, `unavailable`; also for what an earlier `add` had begun */
  async add(chunk: Uint8Array): Promise<void> {
    this.#throwFailure();
    if (chunk.byteLength === 0) return;
    this.#collected.push(chunk);
    this.#collectedOctets += chunk.byteLength;
    if (this.#collectedOctets < this.#options.writeOctets && this.#collected.length < maxChunks) return;
    await this.#writing;
    this.#throwFailure();
    this.#writing = this.#writeCollected();
    if (this.#unflushed >= maxFlushesBehind * this.#options.flushOctets) await this.#flushing;
  }

  /**
   * Writes what is collected and waits until the device has it all.
   * @returns the offset behind the last octet
   * @throws GatewayError `over-quota`, `unavailable`; what was durable before stays so
   */
  async finish(): Promise<number> {
    await this.#writing;
    this.#throwFailure();
    await this.#writeCollected();
    await this.#flushing;
    this.#throwFailure();
    const end = this.#position;
    await this.#handle.sync().catch((error: unknown) => this.#fail(error));
    this.#throwFailure();
    this.#durable = end;
    return end;
  }

  /** Waits for what is under way, so that the handle may be closed. Never throws. */
  async settle(): Promise<void> {
    this.#collected = [];
    await this.#writing;
    await this.#flushing;
  }

  /** Never rejects: a failure is kept for the next call, because nobody may be waiting now. */
  async #writeCollected(): Promise<void> {
    let chunks = this.#collected;
    this.#collected = [];
    this.#collectedOctets = 0;
    try {
      while (chunks.length > 0) {
        const { bytesWritten } = await this.#handle.writev(chunks, this.#position);
        this.#position += bytesWritten;
        this.#unflushed += bytesWritten;
        chunks = rest(chunks, bytesWritten);
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#unflushed >= this.#options.flushOctets && this.#flushing === undefined) this.#flushing = this.#flush();
  }

  async #flush(): Promise<void> {
    const end = this.#position;
    this.#unflushed = 0;
    try {
      await this.#handle.datasync();
      this.#durable = Math.max(this.#durable, end);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#flushing = undefined;
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= storageError(error);
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** What a short write has left to do. */
function rest(chunks: Uint8Array[], written: number): Uint8Array[] {
  let skip = written;
  for (const [index, chunk] of chunks.entries()) {
    if (skip < chunk.byteLength) return [chunk.subarray(skip), ...chunks.slice(index + 1)];
    skip -= chunk.byteLength;
  }
  return [];
}
