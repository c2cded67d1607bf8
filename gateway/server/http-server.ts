/** HTTP/1.1 on connections that a listener hands on: node:http for the messages, our own rules for everything around them. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { HttpConnection } from './http-connection.ts';
import type { HttpHandler, HttpLimits, HttpObserver } from './http-handler.ts';
import { HttpRequest, HttpResponse } from './http-message.ts';
import { HttpTransaction } from './http-transaction.ts';
import { openListener } from './listener.ts';
import type { AcceptedConnection, Listener, ListenerDependencies, ListenerOptions } from './listener-options.ts';

export interface HttpServerDependencies {
  readonly log: Log;
  readonly clock: Clock;
  readonly observer?: HttpObserver | undefined;
}

export interface HttpServer extends AsyncDisposable {
  /** Connections that live now. */
  readonly connections: number;
  /** Speaks HTTP on a connection from now on: what `openListener` takes as `onConnection`. */
  serve(connection: AcceptedConnection): void;
  /**
   * Closes idle connections at once and the others after their answer, which says `Connection: close`; what still runs after
   * `graceMs` is aborted. Resolves when no connection is left. The listener is stopped by its owner, before.
   */
  drain(graceMs: number): Promise<void>;
}

/** @param handler see `HttpHandler`; CONNECT is never handed to it, a wish to `Upgrade` is (RFC 9110 §7.8 lets it be ignored) */
export function createHttpServer(
  handler: HttpHandler,
  limits: HttpLimits,
  dependencies: HttpServerDependencies,
): HttpServer {
  return new NodeHttpServer(handler, limits, dependencies);
}

export interface HttpListener extends AsyncDisposable {
  readonly listener: Listener;
  readonly http: HttpServer;
  /** Stops accepting, then `HttpServer.drain`. */
  drain(graceMs: number): Promise<void>;
}

/** A listener and the HTTP server on it. @throws GatewayError as `openListener` */
export async function openHttpListener(
  options: Omit<ListenerOptions, 'clientSpeaksFirst'>,
  handler: HttpHandler,
  limits: HttpLimits,
  dependencies: ListenerDependencies & { readonly httpObserver?: HttpObserver | undefined },
): Promise<HttpListener> {
  const { httpObserver, ...rest } = dependencies;
  const http = createHttpServer(handler, limits, { ...rest, observer: httpObserver });
  const listener = await openListener({ ...options, clientSpeaksFirst: true }, rest, (connection) =>
    http.serve(connection),
  ).catch(async (error: unknown) => {
    await http[Symbol.asyncDispose]();
    throw error;
  });
  return {
    listener,
    http,
    async drain(graceMs) {
      listener.stop();
      await http.drain(graceMs);
    },
    async [Symbol.asyncDispose]() {
      listener.stop();
      await http[Symbol.asyncDispose]();
      await listener[Symbol.asyncDispose]();
    },
  };
}

const shortestCheckMs = 20;
const longestCheckMs = 1_000;

class NodeHttpServer implements HttpServer {
  readonly #limits: HttpLimits;
  readonly #dependencies: HttpServerDependencies;
  readonly #handler: HttpHandler;
  readonly #server: Server<typeof HttpRequest, typeof HttpResponse>;
  readonly #connections = new Map<Duplex, HttpConnection>();
  readonly #checks: NodeJS.Timeout;
  #emptied: PromiseWithResolvers<void> | undefined;
  #draining = false;

  constructor(handler: HttpHandler, limits: HttpLimits, dependencies: HttpServerDependencies) {
    this.#handler = handler;
    this.#limits = limits;
    this.#dependencies = dependencies;
    this.#server = createServer({
      IncomingMessage: HttpRequest,
      ServerResponse: HttpResponse,
      maxHeaderSize: limits.headerOctets,
      // These two run only on a server that listens itself, and the second would end a long upload: HttpConnection keeps time.
      headersTimeout: 0,
      requestTimeout: 0,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
    });
    // Node would drop the fields that are over the count in silence, an If-Match among them. The limit in octets bounds both.
    this.#server.maxHeadersCount = 0;
    this.#server.on('request', (request, response) => this.#begin(request, response));
    this.#server.on('checkContinue', (request, response) => this.#begin(request, response));
    this.#server.on('checkExpectation', (request, response) => this.#begin(request, response, refuseExpectation));
    this.#server.on('clientError', (error, socket) => this.#refuse(error, socket));
    this.#server.on('connect', (_request, socket) => refuseConnect(socket));
    // After a pause of the event loop what has arrived meanwhile is read before anybody is called late: hence `setImmediate`.
    this.#checks = setInterval(() => setImmediate(() => this.#check()), checkInterval(limits)).unref();
  }

  get connections(): number {
    return this.#connections.size;
  }

  serve({ socket, info }: AcceptedConnection): void {
    if (this.#draining || socket.destroyed) {
      socket.destroy();
      return;
    }
    const connection = new HttpConnection(socket, info, this.#limits, this.#dependencies.clock);
    this.#connections.set(socket, connection);
    socket.once('close', () => {
      this.#connections.delete(socket);
      if (this.#connections.size === 0) this.#emptied?.resolve();
    });
    this.#server.emit('connection', socket);
  }

  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    if (this.#connections.size === 0) return;
    this.#emptied ??= Promise.withResolvers();
    const grace = setTimeout(() => {
      this.#dependencies.log.warn('http.drain', { result: 'aborted', connections: this.#connections.size });
      for (const connection of this.#connections.values()) connection.abort('the server is shutting down');
    }, graceMs);
    for (const connection of this.#connections.values()) connection.drain();
    await this.#emptied.promise;
    clearTimeout(grace);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(0);
    clearInterval(this.#checks);
  }

  #begin(request: HttpRequest, response: HttpResponse, handler = this.#handler): void {
    const connection = this.#connections.get(request.socket);
    if (connection === undefined) {
      request.socket.destroy();
      return;
    }
    const { log, clock, observer } = this.#dependencies;
    connection.begin(new HttpTransaction(request, response, connection.info, { handler, log, clock, observer }));
  }

  #refuse(error: Error, socket: Duplex): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) {
      socket.destroy();
      return;
    }
    this.#dependencies.log.debug('http.malformed', { result: 'refused', connection: connection.info.id, error });
    connection.refuse(error);
  }

  #check(): void {
    const nowMs = this.#dependencies.clock.nowMs();
    for (const connection of this.#connections.values()) connection.check(nowMs);
  }
}

/** Often enough for the shortest of the times, never so often that idle connections cost anything. */
function checkInterval(limits: HttpLimits): number {
  const { headersTimeoutMs, keepAliveTimeoutMs, bodyProgressTimeoutMs, sendTimeoutMs, lingerMs } = limits;
  const shortest = Math.min(headersTimeoutMs, keepAliveTimeoutMs, bodyProgressTimeoutMs, sendTimeoutMs, lingerMs);
  return Math.min(longestCheckMs, Math.max(shortestCheckMs, shortest / 4));
}

/** RFC 9110 §9.3.6: CONNECT is for proxies; §15.6.2: a method that is not there. */
function refuseConnect(socket: Duplex): void {
  socket.end('HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => socket.destroy());
}

/** RFC 9110 §10.1.1: an expectation other than 100-continue cannot be met. */
const refuseExpectation: HttpHandler = async (_request, response) => {
  response.writeHead(417, { 'Content-Length': 0 }).end();
};
