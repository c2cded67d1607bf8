import { HttpConnection } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import type { HttpResponse } from './response.ts';
import { TransportError } from './transport-error.ts';

/** A request as data. Nothing is added but Host, Authorization, User-Agent and the framing of the body. */
export interface HttpRequest {
  readonly method: string;
  /** The request target exactly as it goes on the wire. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  /** How the body is delimited; the default is Content-Length. */
  readonly framing?: 'length' | 'chunked';
  /** True: no Authorization. */
  readonly anonymous?: boolean;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** A connection that has been idle for longer may have been closed by the server: then a request is sent again. */
const staleAfterMs = 1_000;

/** Octets of one chunk where a body is sent chunked. */
const chunkOctets = 8_192;

/** A client for one case: requests one after the other on one connection, opened again when the server closes it. */
export class HttpClient implements Disposable {
  readonly #endpoint: Endpoint;
  readonly #authorization: string | undefined;
  readonly #signal: AbortSignal;
  readonly #open = new Set<HttpConnection>();
  #connection: HttpConnection | undefined;
  #last: Exchange | undefined;

  constructor(endpoint: Endpoint, credentials: Credentials | undefined, signal: AbortSignal) {
    this.#endpoint = endpoint;
    this.#signal = signal;
    this.#authorization =
      credentials === undefined
        ? undefined
        : `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`, 'utf8').toString('base64')}`;
  }

  /** The last request and its answer, also when there was none. */
  get lastExchange(): Exchange | undefined {
    return this.#last;
  }

  /** Opens a connection of its own, for dialogues that are driven octet by octet. */
  async open(): Promise<HttpConnection> {
    const connection = await HttpConnection.open(this.#endpoint, this.#signal);
    this.#open.add(connection);
    return connection;
  }

  /** The head of a request as text, with the empty line at its end. */
  head(request: HttpRequest): string {
    const fields: Record<string, string> = { Host: this.#endpoint.authority, 'User-Agent': 'passerelle-conformance' };
    if (this.#authorization !== undefined && request.anonymous !== true) fields['Authorization'] = this.#authorization;
    Object.assign(fields, framingFields(request), request.headers);
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    return `${request.method} ${request.target} HTTP/1.1\r\n${lines.join('')}\r\n`;
  }

  /**
   * Sends a request and reads its answer.
   *
   * @throws TransportError when there is no answer
   */
  async request(request: HttpRequest): Promise<HttpResponse> {
    const reused = this.#connection?.reusable === true;
    const connection = reused && this.#connection !== undefined ? this.#connection : await this.#reopen();
    const idleMs = connection.idleMs;
    const before = connection.receivedOctets;
    try {
      return await this.#exchange(connection, request);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      this.#last = connection.unanswered(error);
      const untouched = connection.receivedOctets === before;
      connection.abort();
      // RFC 9112 §9.3.1: a server may close an idle connection just when the next request is on its way.
      if (!reused || idleMs < staleAfterMs || !untouched || error.problem !== 'no-answer') throw error;
      return this.#exchange(await this.#reopen(), request);
    }
  }

  async #reopen(): Promise<HttpConnection> {
    this.#connection?.abort();
    this.#connection = await this.open();
    return this.#connection;
  }

  async #exchange(connection: HttpConnection, request: HttpRequest): Promise<HttpResponse> {
    const body = toBuffer(request.body);
    await connection.write(this.head(request));
    if (body !== undefined) await connection.write(request.framing === 'chunked' ? chunked(body) : body);
    const response = await connection.read(request.method);
    this.#last = response.exchange;
    return response;
  }

  [Symbol.dispose](): void {
    for (const connection of this.#open) connection.abort();
  }
}

function framingFields(request: HttpRequest): Record<string, string> {
  const body = toBuffer(request.body);
  if (body !== undefined && request.framing === 'chunked') return { 'Transfer-Encoding': 'chunked' };
  if (body !== undefined) return { 'Content-Length': String(body.length) };
  return request.method === 'PUT' || request.method === 'POST' ? { 'Content-Length': '0' } : {};
}

function toBuffer(body: string | Uint8Array | undefined): Buffer | undefined {
  if (body === undefined) return undefined;
  return typeof body === 'string' ? Buffer.from(body, 'utf8') : Buffer.from(body);
}

/** A body in chunked coding: RFC 9112 §7.1. */
export function chunked(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let start = 0; start < body.length; start += chunkOctets) {
    const part = body.subarray(start, start + chunkOctets);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}
