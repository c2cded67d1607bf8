/** HTTP/1.1 responses (RFC 9112) as a load generator reads them: framed exactly, bodies counted and shown, little else. */

/** Longest head that is taken; every server measured here sends less than 2 kB. */
const maximumHeadOctets = 65_536;
const endOfHead = Buffer.from('\r\n\r\n');

type State = 'head' | 'length' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailer' | 'complete';

export class ResponseParser {
  status = 0;
  /** The head as it came, one character an octet. */
  head = '';
  /** Octets of content so far, chunk framing left out. */
  bodyOctets = 0;
  readonly #onBody: (piece: Buffer) => void;
  #state: State = 'head';
  #line = Buffer.alloc(0);
  #remaining = 0;

  /** @param onBody is shown the content piece by piece; the buffer is only good until it returns */
  constructor(onBody: (piece: Buffer) => void) {
    this.#onBody = onBody;
  }

  get isComplete(): boolean {
    return this.#state === 'complete';
  }

  /** Makes ready for the next response on the same connection. */
  reset(): void {
    this.status = 0;
    this.head = '';
    this.bodyOctets = 0;
    this.#state = 'head';
    this.#line = Buffer.alloc(0);
    this.#remaining = 0;
  }

  /** @throws Error when this is no HTTP, has no framing, or goes on after the response was complete */
  push(octets: Buffer): void {
    let rest = octets;
    while (rest.length > 0) {
      if (this.#state === 'complete') throw new Error('octets behind a complete response');
      if (this.#state === 'length' || this.#state === 'chunk-data') rest = this.#takeBody(rest);
      else rest = this.#takeLine(rest);
    }
  }

  #takeBody(octets: Buffer): Buffer {
    const piece = octets.length <= this.#remaining ? octets : octets.subarray(0, this.#remaining);
    this.#remaining -= piece.length;
    this.bodyOctets += piece.length;
    this.#onBody(piece);
    if (this.#remaining === 0) this.#state = this.#state === 'length' ? 'complete' : 'chunk-end';
    return octets.subarray(piece.length);
  }

  /** Collects until the end of a line (of the whole head, in a head) and acts on it. @returns what is behind it */
  #takeLine(octets: Buffer): Buffer {
    const end = this.#state === 'head' ? endOfHead : endOfHead.subarray(0, 2);
    const before = this.#line.length;
    const joined = before === 0 ? octets : Buffer.concat([this.#line, octets]);
    const index = joined.indexOf(end);
    if (index === -1) {
      if (joined.length > maximumHeadOctets) throw new Error('a head without an end');
      this.#line = Buffer.from(joined); // a copy: the connection reads the next octets into the same buffer
      return octets.subarray(octets.length);
    }
    this.#line = Buffer.alloc(0);
    this.#act(joined.toString('latin1', 0, index));
    return joined.subarray(index + end.length);
  }

  #act(line: string): void {
    if (this.#state === 'head') this.#readHead(line);
    else if (this.#state === 'chunk-size') this.#readChunkSize(line);
    else if (this.#state === 'chunk-end') this.#state = 'chunk-size';
    else if (line === '') this.#state = 'complete'; // the empty line behind trailers
  }

  #readHead(head: string): void {
    const status = /^HTTP\/1\.1 (\d{3})/.exec(head);
    if (status === null) throw new Error(`not a response: ${head.slice(0, 80)}`);
    this.head = head;
    this.status = Number(status[1]);
    if (this.status < 200) return; // 100 Continue: the response itself follows
    const length = /\r\ncontent-length: *(\d+)/i.exec(head);
    if (/\r\ntransfer-encoding: *chunked/i.test(head)) this.#state = 'chunk-size';
    else if (length !== null) this.#expect(Number(length[1]), 'length');
    else if (this.status === 204 || this.status === 304) this.#state = 'complete';
    else throw new Error(`a response that ends with the connection: ${head.slice(0, 80)}`);
  }

  #readChunkSize(line: string): void {
    if (!/^[0-9a-f]+ *(;|$)/i.test(line)) throw new Error(`not a chunk size: ${line.slice(0, 80)}`);
    const size = Number.parseInt(line, 16);
    if (size === 0) this.#state = 'trailer';
    else this.#expect(size, 'chunk-data');
  }

  #expect(octets: number, state: 'length' | 'chunk-data'): void {
    this.#remaining = octets;
    this.#state = octets === 0 ? 'complete' : state;
  }
}
