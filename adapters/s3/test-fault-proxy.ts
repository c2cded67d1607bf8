/** An HTTP proxy before a real S3 server that a test can tell to fail: answers 503, cuts, delays, drops, damages. */
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

export type Fault =
  /** Answered by the proxy, without the server seeing it. */
  | { readonly kind: 'answer'; readonly status: number; readonly code: string; readonly retryAfterSeconds?: number }
  /** The connection ends before anything is answered. */
  | { readonly kind: 'drop' }
  /** The connection ends after so many octets of the request's body. */
  | { readonly kind: 'cut-request'; readonly afterOctets: number }
  /** The connection ends, or stays and is silent, after so many octets of the answer's body. */
  | { readonly kind: 'cut-answer' | 'stall-answer'; readonly afterOctets: number }
  /** The server does it, and its answer is lost. */
  | { readonly kind: 'lose-answer' }
  /** The request waits for this before the server sees it. */
  | { readonly kind: 'hold'; readonly until: Promise<void> }
  /** One octet of the body differs. */
  | { readonly kind: 'damage' };

export class FaultProxy implements AsyncDisposable {
  /** What to do to a request; undefined: nothing. */
  fault: (request: SeenRequest) => Fault | undefined = () => undefined;
  /** Every request that came, in its order. */
  readonly seen: SeenRequest[] = [];
  /** Octets of request bodies that were taken from the client. */
  takenOctets = 0;
  /** Connections that ended before their answer did, whoever ended them. */
  broken = 0;
  readonly #server = createServer((request, response) => void this.#handle(request, response));
  readonly #upstreamPort: number;

  private constructor(upstream: string) {
    this.#upstreamPort = Number(new URL(upstream).port);
  }

  static async start(upstream: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(upstream);
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await once(this.#server.close(), 'close');
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = { method: request.method ?? '', url: request.url ?? '', headers: request.headers };
    this.seen.push(seen);
    const fault = this.fault(seen);
    const { socket } = request;
    try {
      if (fault?.kind === 'answer') {
        await this.#answer(fault, request, response);
        return;
      }
      if (fault?.kind === 'drop') throw new Error('dropped');
      if (fault?.kind === 'hold') await fault.until;
      await this.#forward(fault, request, response);
    } catch {
      this.broken += 1;
      socket.destroy(); // the client went away, or is to see that the server did
    }
  }

  async #answer(
    fault: Extract<Fault, { kind: 'answer' }>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    for await (const chunk of request) this.takenOctets += (chunk as Buffer).byteLength;
    const retryAfter = fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) };
    response.writeHead(fault.status, { 'content-type': 'application/xml', ...retryAfter });
    response.end(request.method === 'HEAD' ? undefined : `<Error><Code>${fault.code}</Code></Error>`);
  }

  /** The Host header stays the client's: it is signed. */
  async #forward(fault: Fault | undefined, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const upstream = httpRequest({
      host: '127.0.0.1',
      port: this.#upstreamPort,
      method: request.method,
      path: request.url,
      headers: request.headers,
      agent: false,
    });
    const answered = once(upstream, 'response') as Promise<[IncomingMessage]>;
    answered.catch(() => undefined); // awaited below; it may fail before
    try {
      await pipeline(Readable.from(this.#requestBody(fault, request)), upstream);
      const [answer] = await answered;
      if (fault?.kind === 'lose-answer') throw new Error('the answer is lost');
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      response.flushHeaders();
      await pipeline(Readable.from(answerBody(fault, answer)), response);
    } finally {
      upstream.destroy();
    }
  }

  async *#requestBody(fault: Fault | undefined, request: IncomingMessage): AsyncGenerator<Buffer> {
    let octets = 0;
    for await (const part of request) {
      const chunk = part as Buffer;
      this.takenOctets += chunk.byteLength;
      if (fault?.kind === 'cut-request' && octets + chunk.byteLength > fault.afterOctets) throw new Error('cut');
      if (fault?.kind === 'damage' && octets === 0 && chunk.byteLength > 0) chunk[0] = (chunk[0] ?? 0) ^ 1;
      octets += chunk.byteLength;
      yield chunk;
    }
  }
}

async function* answerBody(fault: Fault | undefined, answer: IncomingMessage): AsyncGenerator<Buffer> {
  let octets = 0;
  for await (const part of answer) {
    const chunk = part as Buffer;
    const rest = fault?.kind === 'cut-answer' || fault?.kind === 'stall-answer' ? fault.afterOctets - octets : Infinity;
    if (chunk.byteLength > rest) {
      yield chunk.subarray(0, rest);
      if (fault?.kind === 'stall-answer') await new Promise<never>(() => undefined);
      // What was given must have left before the connection ends.
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error('cut');
    }
    octets += chunk.byteLength;
    yield chunk;
  }
}

/** A fault for the first so many requests that fit, and none for the others. */
export function firstTimes(
  count: number,
  fits: (request: SeenRequest) => boolean,
  fault: Fault,
): (request: SeenRequest) => Fault | undefined {
  let left = count;
  return (request) => {
    if (left === 0 || !fits(request)) return undefined;
    left -= 1;
    return fault;
  };
}
