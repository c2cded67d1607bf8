/** What the dialogues with listeners share: a listener on a free port, clients, and a log that is kept. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { systemClock } from '../../gateway/ports/clock.ts';
import type { Log, LogFields } from '../../gateway/ports/log.ts';
import { createConnectionIds } from '../../gateway/server/connection-ids.ts';
import { defaultHttpLimits } from '../../gateway/server/http-handler.ts';
import type { HttpHandler, HttpLimits } from '../../gateway/server/http-handler.ts';
import { openHttpListener } from '../../gateway/server/http-server.ts';
import type { HttpListener } from '../../gateway/server/http-server.ts';
import { defaultListenerLimits } from '../../gateway/server/listener-options.ts';
import type { ListenerLimits, ListenerOptions, RefusalReason } from '../../gateway/server/listener-options.ts';
import { until } from '../support/wait.ts';

export interface LogLine extends LogFields {
  readonly event: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
}

/** A log that keeps its lines. */
export function createKeptLog(
  lines: LogLine[] = [],
  own: LogFields = {},
): Log & { readonly lines: readonly LogLine[] } {
  const keep =
    (level: LogLine['level']) =>
    (event: string, fields?: LogFields): void => {
      lines.push({ ...own, ...fields, event, level });
    };
  return {
    lines,
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
    child: (fields) => createKeptLog(lines, { ...own, ...fields }),
  };
}

export interface TestListener extends AsyncDisposable {
  readonly port: number;
  readonly https: HttpListener;
  readonly log: ReturnType<typeof createKeptLog>;
  readonly refusals: readonly RefusalReason[];
}

export interface TestListenerOptions {
  readonly handler?: HttpHandler;
  readonly tls?: ListenerOptions['tls'];
  readonly proxyProtocol?: ListenerOptions['proxyProtocol'];
  readonly address?: string;
  readonly limits?: Partial<ListenerLimits>;
  readonly http?: Partial<HttpLimits>;
}

/** Answers with what the server knows of the connection. */
export const describeConnection: HttpHandler = async (request, response, connection) => {
  request.resume();
  response.end(JSON.stringify(connection));
};

export async function openTestListener(options: TestListenerOptions = {}): Promise<TestListener> {
  const log = createKeptLog();
  const refusals: RefusalReason[] = [];
  const https = await openHttpListener(
    {
      name: 'test',
      address: options.address ?? '127.0.0.1',
      port: 0,
      tls: options.tls,
      proxyProtocol: options.proxyProtocol,
      limits: { ...defaultListenerLimits, ...options.limits },
    },
    options.handler ?? describeConnection,
    { ...defaultHttpLimits, ...options.http },
    {
      log,
      clock: systemClock,
      nextConnectionId: createConnectionIds(randomBytes),
      observer: { accepted() {}, closed() {}, refused: (_listener, reason) => refusals.push(reason) },
    },
  );
  return {
    port: https.listener.port,
    https,
    log,
    refusals,
    [Symbol.asyncDispose]: () => https[Symbol.asyncDispose](),
  };
}

/** A client's end of a connection: what it has received, and waiting for it. */
export class Client implements Disposable {
  readonly socket: Socket;
  #received = '';
  #ended = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      this.#received += chunk;
    });
    // A reset is one of the ways in which a server closes.
    socket.on('error', () => {});
    socket.on('end', () => {
      this.#ended = true;
    });
    socket.on('close', () => {
      this.#ended = true;
    });
  }

  get received(): string {
    return this.#received;
  }

  get ended(): boolean {
    return this.#ended;
  }

  write(text: string | Uint8Array): void {
    this.socket.write(text);
  }

  /** Resolves with everything received when it holds this text. */
  async receive(text: string): Promise<string> {
    await until(`to receive ${JSON.stringify(text)}`, () => this.#received.includes(text) || this.#ended);
    if (!this.#received.includes(text)) throw new Error(`closed after ${JSON.stringify(this.#received)}`);
    return this.#received;
  }

  /** Resolves with everything received when the server has closed. */
  async end(): Promise<string> {
    await until('the server to close', () => this.#ended);
    return this.#received;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

export async function openPlain(port: number, host = '127.0.0.1'): Promise<Client> {
  const socket = connectTcp({ port, host });
  await once(socket, 'connect');
  return new Client(socket);
}

/** Resolves after the handshake. @throws the handshake's error */
export async function handshake(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port, checkServerIdentity: () => undefined, ...options });
  await once(socket, 'secureConnect');
  socket.on('error', () => {});
  return socket;
}

/** The JSON body of the last of the answers. */
export function bodyOf(answer: string): unknown {
  return JSON.parse(answer.slice(answer.lastIndexOf('\r\n\r\n') + 4)) as unknown;
}

export const get = 'GET /a HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n';
