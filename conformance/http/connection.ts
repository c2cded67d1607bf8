import { once } from 'node:events';
import type { Socket } from 'node:net';
import { ByteReader } from './byte-reader.ts';
import { connect } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { describeReceived, describeSent } from './exchange.ts';
import { HttpResponse, keepsAlive, readBody, readHead } from './response.ts';
import type { ResponseHead } from './response.ts';
import type { TransportError } from './transport-error.ts';

/** Octets of a request that are kept for the report. */
const rememberedOctets = 65_536;

/**
 * One HTTP/1.1 connection that sends exactly the octets it is given, so that a case can stop in mid-body, wait for 100
 * (Continue), or send two requests at once.
 */
export class HttpConnection implements Disposable {
  readonly #socket: Socket;
  readonly #reader: ByteReader;
  #sent: Buffer[] = [];
  #sentOctets = 0;
  #reusable = true;
  #lastUsedMs = Date.now();

  private constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket;
    this.#reader = new ByteReader(socket, signal);
  }

  /** @throws TransportError `unreachable` */
  static async open(endpoint: Endpoint, signal: AbortSignal): Promise<HttpConnection> {
    return new HttpConnection(await connect(endpoint, signal), signal);
  }

  /** Whether another request may be sent. */
  get reusable(): boolean {
    return this.#reusable && !this.#socket.destroyed && !this.#reader.drained;
  }

  /** Milliseconds since the last octet of the last answer. */
  get idleMs(): number {
    return Date.now() - this.#lastUsedMs;
  }

  /** Octets that the server ever sent here. */
  get receivedOctets(): number {
    return this.#reader.receivedOctets;
  }

  /** Sends octets as they are. A peer that has gone away is noticed when its answer is read. */
  async write(octets: string | Uint8Array): Promise<void> {
    const buffer = typeof octets === 'string' ? Buffer.from(octets, 'latin1') : Buffer.from(octets);
    // The start is enough for a report.
    if (this.#sentOctets < rememberedOctets) this.#sent.push(buffer);
    this.#sentOctets += buffer.length;
    if (this.#socket.destroyed) return;
    if (!this.#socket.write(buffer)) {
      await Promise.race([once(this.#socket, 'drain'), once(this.#socket, 'close')]).catch(() => undefined);
    }
  }

  /** Reads the next head, be it of an interim or of a final response. */
  readHead(): Promise<ResponseHead> {
    return readHead(this.#reader);
  }

  /**
   * Reads the answer to what was sent since the last answer.
   *
   * @param method of the request: HEAD has no content
   * @param before interim responses that the caller has read already
   */
  async read(method: string, before: readonly ResponseHead[] = []): Promise<HttpResponse> {
    const interim = [...before];
    let head = await readHead(this.#reader);
    while (head.status < 200) {
      interim.push(head);
      head = await readHead(this.#reader);
    }
    return this.finish(method, head, interim);
  }

  /** Reads the content that belongs to a final head that the caller has read. */
  async finish(method: string, head: ResponseHead, interim: readonly ResponseHead[]): Promise<HttpResponse> {
    const body = await readBody(this.#reader, method, head);
    this.#reusable = keepsAlive(head);
    this.#lastUsedMs = Date.now();
    const exchange = { sent: this.#describeSent(), received: describeReceived(interim, head, body) };
    this.#sent = [];
    this.#sentOctets = 0;
    return new HttpResponse(head, body, interim, exchange);
  }

  /** What was sent since the last answer, for a report. */
  #describeSent(): string {
    const all = Buffer.concat(this.#sent);
    const end = all.indexOf('\r\n\r\n');
    if (end < 0) return describeSent(all.toString('latin1'), Buffer.alloc(0));
    return describeSent(all.subarray(0, end).toString('latin1'), all.subarray(end + 4));
  }

  /** Closes for good at once, with a reset where the system allows: what an interrupted client looks like. */
  abort(): void {
    this.#reusable = false;
    this.#socket.destroy();
  }

  /** Waits until the server has closed its side; whatever it still sends is dropped. */
  async closedByServer(): Promise<void> {
    await this.#reader.rest();
  }

  /** Says that nothing more will be sent, and keeps reading. */
  end(): void {
    this.#socket.end();
  }

  [Symbol.dispose](): void {
    this.abort();
  }

  /** The report text of a dialogue that ended without an answer. */
  unanswered(error: TransportError): { sent: string; received: string } {
    return { sent: this.#describeSent(), received: `[${error.message}]` };
  }
}
