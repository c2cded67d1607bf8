/** A plain HTTP client for dialogues with a server under test: nothing is retried, redirected or decoded behind one's back. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  Agent as PlainAgent,
  request as plainRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http';
import { Agent, request } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface HttpClientOptions {
  /** Base of every request: `https://127.0.0.1:PORT/…`. */
  readonly url: string;
  /** PEM file of the certificate to trust; undefined for plain HTTP. */
  readonly caFile: string | undefined;
  /** Sent with every request as Basic credentials; undefined: none. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** One connection for many requests. Default true. */
  readonly keepAlive?: boolean;
}

export type RequestBody = string | Uint8Array | Readable;

export interface RequestOptions {
  readonly headers?: OutgoingHttpHeaders;
  /** A stream is sent chunked unless `content-length` is among the headers. */
  readonly body?: RequestBody;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as UTF-8; of a multistatus `parseMultistatus(body)` makes something better. */
  readonly text: string;
}

/** An answer whose body was not read yet: it must be read or destroyed. */
export interface StreamedAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

export class HttpClient implements Disposable {
  readonly #base: URL;
  readonly #agent: Agent | PlainAgent;
  readonly #authorization: string | undefined;

  constructor(options: HttpClientOptions) {
    this.#base = new URL(options.url);
    const { keepAlive = true } = options;
    this.#agent =
      options.caFile === undefined
        ? new PlainAgent({ keepAlive })
        : new Agent({ keepAlive, ca: readFileSync(options.caFile) });
    this.#authorization = options.user === undefined ? undefined : basic(options.user, options.password ?? '');
  }

  /**
   * @param path absolute path as it goes on the wire, percent-encoded by the caller; relative to the base URL when it does not
   *   begin with a slash
   */
  async request(method: string, path: string, options: RequestOptions = {}): Promise<HttpAnswer> {
    const { status, headers, body: stream } = await this.stream(method, path, options);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    return {
      status,
      headers,
      body,
      get text() {
        return body.toString('utf8');
      },
    };
  }

  /** Like `request`; resolves when the headers are there. */
  async stream(method: string, path: string, options: RequestOptions = {}): Promise<StreamedAnswer> {
    const send = this.#base.protocol === 'https:' ? request : plainRequest;
    const outgoing = send({
      host: this.#base.hostname,
      port: this.#base.port,
      method,
      path: path.startsWith('/') ? path : this.#base.pathname + path,
      agent: this.#agent,
      headers: {
        ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
        ...options.headers,
      },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const answered = once(outgoing, 'response');
    // A server may refuse before the body is through; then the answer counts and the failed write does not.
    const [[incoming]] = await Promise.all([answered, writeBody(outgoing, options.body, answered)]);
    return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: incoming };
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

async function writeBody(
  outgoing: ReturnType<typeof request>,
  body: RequestBody | undefined,
  answered: Promise<unknown>,
): Promise<void> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    outgoing.end(body);
    return;
  }
  await Promise.race([answered, pipeline(body, outgoing)]);
}

/** The value of an Authorization header (RFC 7617 §2, UTF-8). */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}
