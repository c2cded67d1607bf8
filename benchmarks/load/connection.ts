/** One TLS connection of a load generator: a request, its answer, the next request. */
import { once } from 'node:events';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { ResponseParser } from './response-parser.ts';

export interface Answer {
  readonly status: number;
  readonly head: string;
  readonly bodyOctets: number;
}

export interface Body {
  /** Sent again and again until the size is reached. */
  readonly block: Buffer;
  readonly sizeOctets: number;
}

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** Node passes this on to the socket below; its types leave it out for TLS. */
interface ReadInto {
  readonly onread: { readonly buffer: Buffer; readonly callback: (count: number, buffer: Buffer) => boolean };
}

export class LoadConnection {
  readonly #socket: TLSSocket;
  readonly #parser: ResponseParser;
  #pending: Pending | undefined;
  #onBody: ((piece: Buffer) => void) | undefined;

  /** @param options of node:tls; octets are read into one buffer, so that a large download makes no garbage */
  constructor(options: ConnectionOptions) {
    this.#parser = new ResponseParser((piece) => this.#onBody?.(piece));
    const onread: ReadInto['onread'] = {
      buffer: Buffer.allocUnsafe(262_144),
      callback: (count, buffer) => {
        this.#read(buffer.subarray(0, count));
        return true;
      },
    };
    const all: ConnectionOptions & ReadInto = { ...options, onread };
    this.#socket = connect(all);
    this.#socket.setNoDelay(true);
    this.#socket.on('error', (error: Error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  /** Resolves after the handshake. @returns protocol and cipher */
  async open(): Promise<string> {
    await once(this.#socket, 'secureConnect');
    return `${this.#socket.getProtocol() ?? ''} ${this.#socket.getCipher().name}`;
  }

  close(): void {
    this.#socket.destroy();
  }

  /**
   * @param head request line and headers with the empty line behind them
   * @param onBody is shown the content of the answer; the buffer is only good until it returns
   */
  exchange(head: string, body: Body | undefined, onBody?: (piece: Buffer) => void): Promise<Answer> {
    this.#parser.reset();
    this.#onBody = onBody;
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#socket.cork();
      this.#socket.write(head, 'latin1');
      if (body !== undefined) this.#send(body, body.sizeOctets);
      this.#socket.uncork();
    });
  }

  #send(body: Body, remaining: number): void {
    let left = remaining;
    while (left > 0) {
      const piece = left >= body.block.length ? body.block : body.block.subarray(0, left);
      left -= piece.length;
      if (!this.#socket.write(piece) && left > 0) {
        this.#socket.once('drain', () => this.#send(body, left));
        return;
      }
    }
  }

  #read(octets: Buffer): void {
    try {
      this.#parser.push(octets);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    if (!this.#parser.isComplete) return;
    const pending = this.#pending;
    this.#pending = undefined;
    const { status, head, bodyOctets } = this.#parser;
    pending?.resolve({ status, head, bodyOctets });
  }

  #fail(error: Error): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.reject(error);
    this.#socket.destroy();
  }
}
