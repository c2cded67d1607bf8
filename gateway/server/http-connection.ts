/**
 * One client's HTTP connection: which requests are under way on it, and whether it may go on living. A single timer of the
 * server asks every connection from time to time; nothing is scheduled per request.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../ports/clock.ts';
import type { ConnectionInfo } from '../ports/connection.ts';
import { rawAnswer, statusOfParserError } from './http-answers.ts';
import type { HttpLimits } from './http-handler.ts';
import type { HttpTransaction } from './http-transaction.ts';
import { ProgressWatch } from './progress-watch.ts';

/** No client in use pipelines; one that sends requests faster than they are answered must not fill the memory. */
const mostPipelined = 64;

type Phase =
  /** No request is under way. `headerSinceMs`: octets of the next one have come. */
  | { readonly kind: 'waiting'; readonly sinceMs: number; readonly first: boolean; headerSinceMs: number | undefined }
  | { readonly kind: 'busy' }
  /** The answer is given, what the client still sends is read and thrown away. `closing`: no further request is taken. */
  | { readonly kind: 'lingering'; readonly sinceMs: number; readonly closing: boolean };

export class HttpConnection {
  readonly info: ConnectionInfo;
  readonly #socket: Socket;
  readonly #limits: HttpLimits;
  readonly #clock: Clock;
  readonly #transactions: HttpTransaction[] = [];
  readonly #receiving: ProgressWatch;
  readonly #sending: ProgressWatch;
  #phase: Phase;
  #draining = false;
  #requests = 0;
  #running: Promise<void> = Promise.resolve();
  /** The socket's counters when the last request ended. */
  #marks: { readonly received: number; readonly sent: number };
  #lastRequest: HttpTransaction['request'] | undefined;

  constructor(socket: Socket, info: ConnectionInfo, limits: HttpLimits, clock: Clock) {
    const nowMs = clock.nowMs();
    this.info = info;
    this.#socket = socket;
    this.#limits = limits;
    this.#clock = clock;
    // A proxy's header was read before; what was put back was not.
    this.#marks = { received: socket.bytesRead - socket.readableLength, sent: socket.bytesWritten };
    this.#phase = { kind: 'waiting', sinceMs: nowMs, first: true, headerSinceMs: undefined };
    this.#receiving = new ProgressWatch(limits.bodyProgressTimeoutMs, limits.bodyMinimumOctets, nowMs);
    this.#sending = new ProgressWatch(limits.sendTimeoutMs, 1, nowMs);
    this.#lingerInsteadOfReset();
  }

  /** Runs a request behind those that came before it on this connection (RFC 9112 §9.3.2: answers in the order of requests). */
  begin(transaction: HttpTransaction): void {
    // What comes behind an answer with `Connection: close` is not answered (RFC 9112 §9.6).
    if (this.#phase.kind === 'lingering' && this.#phase.closing) return;
    this.#transactions.push(transaction);
    this.#phase = { kind: 'busy' };
    if (this.#transactions.length > mostPipelined) this.#socket.destroy();
    this.#running = this.#running.then(async () => {
      this.#receiving.reset(this.#clock.nowMs(), this.#socket.bytesRead);
      this.#sending.reset(this.#clock.nowMs(), this.#socket.bytesWritten);
      this.#requests += 1;
      if (this.#draining || this.#requests >= this.#limits.requestsPerConnection) announceClose(transaction);
      await transaction.run(() => this.#count());
      this.#finish(transaction);
    });
  }

  /** A message that is not HTTP, or came too late. */
  refuse(error: Error): void {
    const socket = this.#socket;
    // After an answer what comes is not looked at: its end, or the time, closes the connection.
    if (this.#phase.kind === 'lingering' && this.#phase.closing && !socket.readableEnded) return;
    const answered = this.#phase.kind === 'lingering' || this.#transactions[0]?.response.headersSent === true;
    for (const transaction of this.#transactions) transaction.abort('the request did not arrive whole');
    if (!socket.writable || answered) {
      socket.destroy();
      return;
    }
    const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
    const nowMs = this.#clock.nowMs();
    this.#phase = { kind: 'lingering', sinceMs: nowMs, closing: true };
    socket.end(rawAnswer(statusOfParserError(code), this.info.id, nowMs));
  }

  /** Closes at once if no request is under way; otherwise after the answers that are owed. */
  drain(): void {
    this.#draining = true;
    if (this.#phase.kind === 'waiting') this.close();
    for (const transaction of this.#transactions) announceClose(transaction);
  }

  /** Gives up whatever is under way. */
  abort(reason: string): void {
    for (const transaction of this.#transactions) transaction.abort(reason);
    this.#socket.destroy();
  }

  /** Says good-bye in TLS and TCP, then closes. */
  close(): void {
    this.#socket.destroySoon();
  }

  /** Closes the connection when one of its times is over. */
  check(nowMs: number): void {
    const phase = this.#phase;
    if (phase.kind === 'waiting') this.#checkWaiting(phase, nowMs);
    else if (phase.kind === 'lingering') this.#checkLingering(phase, nowMs);
    else this.#checkBusy(nowMs);
  }

  #checkWaiting(phase: Extract<Phase, { kind: 'waiting' }>, nowMs: number): void {
    const { headersTimeoutMs, keepAliveTimeoutMs } = this.#limits;
    if (phase.headerSinceMs === undefined && this.#socket.bytesRead > this.#marks.received) {
      // The first request's header has its time from the connection on: a client that connects has something to say.
      phase.headerSinceMs = phase.first ? phase.sinceMs : nowMs;
    }
    if (phase.headerSinceMs !== undefined) {
      if (nowMs - phase.headerSinceMs >= headersTimeoutMs) this.#timeOut();
    } else if (nowMs - phase.sinceMs >= (phase.first ? headersTimeoutMs : keepAliveTimeoutMs)) {
      this.close();
    }
  }

  #checkLingering(phase: Extract<Phase, { kind: 'lingering' }>, nowMs: number): void {
    const late = nowMs - phase.sinceMs >= this.#limits.lingerMs;
    const arrived = this.#socket.readableEnded || this.#lastRequest?.complete === true;
    if (late || (phase.closing && arrived)) this.#socket.destroy();
    else if (arrived) this.#wait();
  }

  #checkBusy(nowMs: number): void {
    const [current] = this.#transactions;
    if (current === undefined) return;
    const { bytesRead, bytesWritten, writableLength } = this.#socket;
    if (!this.#receiving.holds(isStarving(current), bytesRead, nowMs)) {
      this.#timeOut();
    } else if (!this.#sending.holds(writableLength > 0, bytesWritten, nowMs)) {
      this.abort('the client stopped taking the answer');
    }
  }

  #timeOut(): void {
    this.refuse(Object.assign(new Error('the request did not arrive in time'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }));
  }

  #finish(transaction: HttpTransaction): void {
    this.#transactions.shift();
    this.#lastRequest = transaction.request;
    if (this.#socket.destroyed || this.#phase.kind === 'lingering') return;
    if (!transaction.request.complete) {
      transaction.request.resume();
      this.#phase = { kind: 'lingering', sinceMs: this.#clock.nowMs(), closing: false };
    } else if (this.#transactions.length === 0) {
      this.#wait();
    }
  }

  #wait(): void {
    this.#phase = { kind: 'waiting', sinceMs: this.#clock.nowMs(), first: false, headerSinceMs: undefined };
    this.#lastRequest = undefined;
    if (this.#draining) this.close();
  }

  #count(): { readonly receivedOctets: number; readonly sentOctets: number } {
    const { bytesRead, bytesWritten } = this.#socket;
    const { received, sent } = this.#marks;
    this.#marks = { received: bytesRead, sent: bytesWritten };
    return { receivedOctets: bytesRead - received, sentOctets: bytesWritten - sent };
  }

  /**
   * RFC 9112 §9.6: closing while the client still sends makes the system answer with a reset, which may overtake our answer. Node
   * closes with `destroySoon` after an answer with `Connection: close`; here the sending half is closed first.
   */
  #lingerInsteadOfReset(): void {
    const socket = this.#socket;
    const destroySoon = socket.destroySoon.bind(socket);
    socket.destroySoon = () => {
      const [current] = this.#transactions;
      if (current === undefined || current.request.complete || socket.readableEnded) {
        destroySoon();
        return;
      }
      this.#phase = { kind: 'lingering', sinceMs: this.#clock.nowMs(), closing: true };
      current.request.resume();
      socket.end();
    };
  }
}

/** Tells a client that is being answered that this connection ends; too late when the header has left. */
function announceClose({ response }: HttpTransaction): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

/**
 * Whether the client owes octets of a body. While some wait to be read it is the handler that is slow; a client that was not told
 * to continue owes nothing (RFC 9110 §10.1.1).
 */
function isStarving({ request, response }: HttpTransaction): boolean {
  if (request.complete || request.readableLength > 0) return false;
  return request.headers.expect === undefined || response.continued;
}
