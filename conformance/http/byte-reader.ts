import type { Socket } from 'node:net';
import { TransportError } from './transport-error.ts';

const lineLimitOctets = 65_536;

/** Reads a socket by line and by count; what arrives early waits in memory. */
export class ByteReader {
  #chunks: Buffer[] = [];
  #lengthOctets = 0;
  #failure: TransportError | undefined;
  #ended = false;
  #wake: (() => void) | undefined;
  /** Octets that ever arrived. */
  receivedOctets = 0;

  constructor(socket: Socket, signal: AbortSignal) {
    const wake = (): void => {
      const waiting = this.#wake;
      this.#wake = undefined;
      waiting?.();
    };
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#lengthOctets += chunk.length;
      this.receivedOctets += chunk.length;
      wake();
    });
    socket.on('close', () => {
      this.#ended = true;
      wake();
    });
    socket.on('end', () => {
      this.#ended = true;
      wake();
    });
    socket.on('error', (error: Error) => {
      this.#failure ??= new TransportError('no-answer', `the connection broke: ${error.message}`, { cause: error });
      wake();
    });
    const abort = (): void => {
      this.#failure = new TransportError('timed-out', 'no complete answer within the time limit of the case');
      socket.destroy();
      wake();
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', abort));
  }

  /** True when the peer has closed its side and nothing is left to read. */
  get drained(): boolean {
    return this.#ended && this.#lengthOctets === 0;
  }

  /** Waits for more; false at the end of the stream. */
  async #more(): Promise<boolean> {
    if (this.#failure?.problem === 'timed-out') throw this.#failure;
    if (this.#ended) return false;
    if (this.#failure !== undefined) throw this.#failure;
    const before = this.#lengthOctets;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    return this.#lengthOctets > before || this.#more();
  }

  #join(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  #take(count: number): Buffer {
    const all = this.#join();
    this.#chunks = all.length === count ? [] : [all.subarray(count)];
    this.#lengthOctets -= count;
    return all.subarray(0, count);
  }

  /** One line without its CRLF (a bare LF ends a line too). */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#join().indexOf(0x0a);
      if (end >= 0)
        return this.#take(end + 1)
          .toString('latin1')
          .replace(/\r?\n$/, '');
      if (this.#lengthOctets > lineLimitOctets) throw new TransportError('malformed', 'a header line without an end');
      if (!(await this.#more())) throw new TransportError('no-answer', 'the server closed the connection unanswered');
    }
  }

  /** Exactly so many octets. */
  async exactly(count: number): Promise<Buffer> {
    while (this.#lengthOctets < count) {
      if (!(await this.#more())) throw new TransportError('no-answer', 'the server closed the connection in mid-body');
    }
    return this.#take(count);
  }

  /** Everything until the peer closes. */
  async rest(): Promise<Buffer> {
    while (await this.#more());
    return this.#take(this.#lengthOctets);
  }
}
