/** One request and its answer: what every method needs of HTTP, and nothing that knows what a resource is. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Call } from '../ports/call.ts';
import type { ConnectionInfo } from '../ports/connection.ts';
import { GatewayError } from '../ports/errors.ts';
import { multistatusClose, multistatusOpen } from '../wire/dav/multistatus.ts';
import type { XmlElement } from '../wire/xml/element.ts';
import { XmlParser } from '../wire/xml/parser.ts';
import { DavProblem } from './errors.ts';
import type { DavOptions } from './options.ts';

/** RFC 4918 §10.1, §18; RFC 3744 §7.2; RFC 5689 §3.1; the token of PATCH is SabreDAV's, which clients look for. */
export const davClasses = '1, 2, 3, access-control, extended-mkcol, sabredav-partialupdate';

/** An unread request body larger than this is not worth reading just to keep the connection. */
const drainableOctets = 64 * 1024;

export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: ConnectionInfo;
  readonly call: Call;
  readonly options: DavOptions;
  readonly method: string;
  #continued = false;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    connection: ConnectionInfo,
    call: Call,
    options: DavOptions,
  ) {
    this.request = request;
    this.response = response;
    this.connection = connection;
    this.call = call;
    this.options = options;
    this.method = request.method ?? 'GET';
    response.setHeader('DAV', davClasses);
  }

  /** A header's value; several lines of it are joined as RFC 9110 §5.2 says. Names in lower case. */
  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /** Octets the client announced; undefined for a chunked body. */
  get announcedOctets(): number | undefined {
    const length = this.request.headers['content-length'];
    return length === undefined ? undefined : Number(length);
  }

  get hasBody(): boolean {
    return this.request.headers['transfer-encoding'] !== undefined || (this.announcedOctets ?? 0) > 0;
  }

  /** Whether nothing of the message is still awaited: to read the body takes no time. */
  get bodyIsHere(): boolean {
    return this.request.complete;
  }

  /** The body; reading it is what sends `100 Continue`, so that a refusal before costs the client nothing. */
  body(): AsyncIterable<Uint8Array> {
    if (!this.#continued && this.request.headers.expect?.toLowerCase() === '100-continue') {
      this.#continued = true;
      this.response.writeContinue();
    }
    return this.request;
  }

  /** The body as XML; undefined when it is empty. @throws DavProblem 400 (not well-formed), 413 (too large) */
  async readXml(): Promise<XmlElement | undefined> {
    if (!this.hasBody) return undefined;
    const limit = this.options.xml.octets;
    if ((this.announcedOctets ?? 0) > limit) throw tooLarge(limit);
    const parser = new XmlParser(this.options.xml);
    for await (const chunk of this.body()) {
      const failure = parser.write(chunk);
      if (failure !== undefined) return resultOf(failure, limit);
    }
    return resultOf(parser.end(), limit);
  }

  /** Refuses a body where none is defined (RFC 4918 §8.4): a client that sends one asks for something we do not know. */
  refuseBody(): void {
    if (this.hasBody) throw new DavProblem(415, `${this.method} takes no body here`);
  }

  send(status: number, headers: Readonly<Record<string, string | number>> = {}, body: string | Uint8Array = ''): void {
    this.closeIfUnread();
    const octets = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
    const { response } = this;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (status !== 204 && status !== 304 && !response.hasHeader('Content-Length')) {
      response.setHeader('Content-Length', octets.byteLength);
    }
    response.writeHead(status);
    response.end(this.method === 'HEAD' ? undefined : octets);
  }

  sendXml(status: number, xml: string, headers: Readonly<Record<string, string>> = {}): void {
    this.send(status, { 'Content-Type': 'application/xml; charset=utf-8', ...headers }, xml);
  }

  /** Begins a 207 that is written as it is made. */
  multistatus(headers: Readonly<Record<string, string>> = {}): TextStream {
    const type = { 'Content-Type': 'application/xml; charset=utf-8' };
    return this.stream(207, { ...type, ...headers }, multistatusOpen, multistatusClose);
  }

  /** Begins an answer of text that is written as it is made. */
  stream(status: number, headers: Readonly<Record<string, string>>, opening: string, closing: string): TextStream {
    this.closeIfUnread();
    this.response.statusCode = status;
    for (const [name, value] of Object.entries(headers)) this.response.setHeader(name, value);
    return new TextStream(this.response, this.method === 'HEAD', opening, closing, this.call.signal);
  }

  /** A body that nobody read would be taken for the next request's; a large one is answered by closing. */
  closeIfUnread(): void {
    const { request, response } = this;
    if (request.readableEnded || !this.hasBody) return;
    if ((this.announcedOctets ?? Number.POSITIVE_INFINITY) > drainableOctets) response.setHeader('Connection', 'close');
  }
}

function tooLarge(limit: number): DavProblem {
  return new DavProblem(413, `an XML body may have ${limit} octets`);
}

function resultOf(result: ReturnType<XmlParser['end']>, limit: number): XmlElement | undefined {
  if (result.ok) return result.root;
  if (result.code === 'too-large') throw tooLarge(limit);
  throw new DavProblem(result.code === 'syntax' ? 400 : 413, result.reason);
}

/** Characters that are gathered before they are handed to the socket. */
const gatherLength = 64 * 1024;

/** An answer under way: gathers text, waits when the client reads slowly, and sends a short answer in one piece. */
export class TextStream {
  readonly #response: ServerResponse;
  readonly #isHead: boolean;
  readonly #closing: string;
  readonly #signal: AbortSignal;
  /** Encoded and not yet handed over; what is in `#text` comes after them. */
  #pieces: Buffer[] = [];
  #text: string;

  constructor(response: ServerResponse, isHead: boolean, opening: string, closing: string, signal: AbortSignal) {
    this.#response = response;
    this.#isHead = isHead;
    this.#text = opening;
    this.#closing = closing;
    this.#signal = signal;
  }

  add(text: string): void {
    this.#text += text;
  }

  /** The same for text that is encoded already. */
  addOctets(octets: Buffer): void {
    this.#pieces.push(Buffer.from(this.#text, 'utf8'), octets);
    this.#text = '';
  }

  /** Whether enough is gathered for `flush` to send it. */
  get isFull(): boolean {
    return this.#text.length >= gatherLength;
  }

  /** Call between pieces of a long answer. @throws GatewayError `unavailable` when the client is gone */
  async flush(): Promise<void> {
    if (!this.isFull) return;
    const octets = this.#take('');
    if (this.#isHead || this.#response.write(octets)) return;
    await drained(this.#response, this.#signal);
  }

  end(): void {
    const octets = this.#take(this.#closing);
    if (this.#isHead) {
      this.#response.end();
      return;
    }
    if (!this.#response.headersSent) this.#response.setHeader('Content-Length', octets.byteLength);
    this.#response.end(octets);
  }

  #take(closing: string): Buffer {
    const last = Buffer.from(this.#text + closing, 'utf8');
    this.#text = '';
    if (this.#pieces.length === 0) return last;
    const octets = Buffer.concat([...this.#pieces, last]);
    this.#pieces = [];
    return octets;
  }
}

/** Resolves when the response takes more; rejects when the client is gone, or was before this was asked. */
async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  if (response.destroyed || signal.aborted) throw clientGone();
  await new Promise<void>((resolve, reject) => {
    const settle = (): void => {
      response.off('drain', done);
      response.off('close', gone);
      signal.removeEventListener('abort', gone);
    };
    const done = (): void => {
      settle();
      resolve();
    };
    const gone = (): void => {
      settle();
      reject(clientGone());
    };
    response.once('drain', done);
    response.once('close', gone);
    signal.addEventListener('abort', gone, { once: true });
  });
}

function clientGone(): GatewayError {
  return new GatewayError('unavailable', 'the client went away while it was being answered');
}
