/** One request: runs the handler, answers for it when it fails, and writes the access line. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../ports/clock.ts';
import type { ConnectionInfo } from '../ports/connection.ts';
import { GatewayError } from '../ports/errors.ts';
import type { Log, LogResult } from '../ports/log.ts';
import { explanation } from './http-answers.ts';
import type { HttpExchange, HttpHandler, HttpObserver } from './http-handler.ts';
import type { HttpRequest, HttpResponse } from './http-message.ts';

export interface TransactionDependencies {
  readonly handler: HttpHandler;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: HttpObserver | undefined;
}

export class HttpTransaction implements HttpExchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly log: Log;
  readonly #connection: ConnectionInfo;
  readonly #dependencies: TransactionDependencies;
  readonly #aborted = new AbortController();
  #principal: string | undefined;

  constructor(
    request: HttpRequest,
    response: HttpResponse,
    connection: ConnectionInfo,
    dependencies: TransactionDependencies,
  ) {
    this.request = request;
    this.response = response;
    this.#connection = connection;
    this.#dependencies = dependencies;
    this.log = dependencies.log.child({ connection: connection.id });
  }

  get signal(): AbortSignal {
    return this.#aborted.signal;
  }

  setPrincipal(id: string): void {
    this.#principal = id;
  }

  abort(reason: string): void {
    this.#aborted.abort(new GatewayError('unavailable', reason));
  }

  /**
   * Resolves when the answer has left, or never will; never rejects.
   * @param count gives the octets of the connection since its last request ended
   */
  async run(count: () => { readonly receivedOctets: number; readonly sentOctets: number }): Promise<void> {
    const { clock, observer, handler } = this.#dependencies;
    const { request, response } = this;
    // The client went away while this request waited for the one before it.
    if (response.destroyed || request.socket.destroyed) return;
    const beganMs = clock.nowMs();
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    // An answer that cannot be written is seen as a close without an end; Node's error says no more than that.
    response.on('error', (error) => this.log.debug('http.send', { result: 'aborted', error }));
    observer?.requestBegan(this.#connection.listener);
    void closed.then(() => {
      if (!response.writableFinished) this.abort('the client went away');
    });
    await this.#handle(handler);
    await closed;
    const durationMs = clock.nowMs() - beganMs;
    const octets = count();
    observer?.requestEnded({
      listener: this.#connection.listener,
      method: request.method ?? '',
      status: response.headersSent ? response.statusCode : 0,
      durationMs,
      ...octets,
    });
    this.#logAccess(durationMs, octets);
  }

  async #handle(handler: HttpHandler): Promise<void> {
    try {
      await handler(this.request, this.response, this.#connection, this);
      if (this.response.writableEnded || this.signal.aborted) return;
      throw new GatewayError('internal', 'the handler returned before it had answered');
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A handler has its own table from error codes to answers; what arrives here is what it did not foresee. */
  #fail(error: unknown): void {
    const { response } = this;
    if (this.signal.aborted) {
      this.log.debug('http.handler', { result: 'aborted', error });
      response.destroy();
      return;
    }
    this.log.error('http.handler', {
      result: 'failed',
      method: this.request.method,
      path: pathStart(this.request),
      error,
    });
    if (response.headersSent) {
      // Only a broken connection tells the client that what it has is not the whole.
      response.destroy();
      return;
    }
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    const body = explanation(500, this.#connection.id);
    response.writeHead(500, {
      Connection: 'close',
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(this.request.method === 'HEAD' ? undefined : body);
  }

  #logAccess(durationMs: number, octets: { readonly receivedOctets: number; readonly sentOctets: number }): void {
    const { request, response } = this;
    const status = response.headersSent ? response.statusCode : 0;
    this.log.info('http.request', {
      result: response.writableFinished ? resultOf(status) : 'aborted',
      method: request.method,
      path: pathStart(request),
      status,
      ...octets,
      durationMs,
      ...(this.#principal === undefined ? {} : { principal: this.#principal }),
    });
  }
}

function resultOf(status: number): LogResult {
  if (status < 400) return 'ok';
  if (status === 429) return 'limited';
  if (status === 503) return 'unavailable';
  return status < 500 || status === 507 ? 'refused' : 'failed';
}

/** Names of files are personal: the first two segments say which part of the service was asked, and no more. */
function pathStart(request: IncomingMessage): string {
  const path = (request.url ?? '').split(/[?#]/, 1)[0] ?? '';
  const segments = path.split('/').slice(0, 4);
  return segments.length > 3 ? `${segments.slice(0, 3).join('/')}/…` : segments.join('/');
}
