/** The listener for those who run the gateway: health, readiness, metrics. Plain HTTP, bound to loopback unless configured. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { GatewayError } from '../ports/errors.ts';
import type { Log } from '../ports/log.ts';
import type { MetricsPage } from './metrics.ts';
import type { Readiness } from './readiness.ts';

export interface AdminListenerOptions {
  readonly address: string;
  /** 0: the system chooses one. */
  readonly port: number;
  readonly log: Log;
  readonly readiness: () => Promise<Readiness>;
  readonly metrics: () => Promise<MetricsPage>;
}

export interface AdminListener extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** A few probes and scrapers, each with a short question. */
const limits = { connections: 64, headerOctets: 8 * 1024, requestTimeoutMs: 10_000, requestsPerConnection: 1_000 };

/** @throws GatewayError `in-use`, `unavailable` */
export async function openAdminListener(options: AdminListenerOptions): Promise<AdminListener> {
  const server = createServer(
    {
      maxHeaderSize: limits.headerOctets,
      headersTimeout: limits.requestTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => void respond(request, response, options),
  );
  server.maxConnections = limits.connections;
  server.maxRequestsPerSocket = limits.requestsPerConnection;
  const { address, port } = await listen(server, options);
  options.log.info('listener.open', { result: 'ok', listener: 'admin', address, port });
  return {
    address,
    port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, options: AdminListenerOptions): Promise<{ address: string; port: number }> {
  try {
    // In a cluster the primary answers for all; a worker that came here by mistake must not share the port.
    server.listen({ host: options.address, port: options.port, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    const where = `admin (${options.address} port ${options.port})`;
    const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (inUse) throw new GatewayError('in-use', `another program listens on ${where}`, { cause: error });
    throw new GatewayError('unavailable', `cannot listen on ${where}`, { cause: error });
  }
  const bound = server.address();
  if (bound === null || typeof bound === 'string')
    throw new GatewayError('internal', 'the admin listener has no address');
  return bound;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: AdminListenerOptions,
): Promise<void> {
  let answer: Answer;
  try {
    answer = await answerOf(request, options);
  } catch (error) {
    options.log.error('admin.request', { result: 'failed', error });
    answer = text(500, 'an internal error occurred');
  }
  // RFC 9110 §15.5.6: Allow goes with 405.
  if (answer.status === 405) response.setHeader('Allow', 'GET, HEAD');
  response.writeHead(answer.status, {
    'Content-Type': answer.contentType,
    'Content-Length': Buffer.byteLength(answer.body),
    'Cache-Control': 'no-store',
  });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

async function answerOf(request: IncomingMessage, options: AdminListenerOptions): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'only GET and HEAD');
  switch ((request.url ?? '').split('?', 1)[0]) {
    case '/healthz':
      return text(200, 'alive');
    case '/readyz': {
      const readiness = await options.readiness();
      const body = `${JSON.stringify(readiness)}\n`;
      return { status: readiness.ready ? 200 : 503, contentType: 'application/json', body };
    }
    case '/metrics':
      return { status: 200, ...(await options.metrics()) };
    default:
      return text(404, 'there are /healthz, /readyz and /metrics');
  }
}

function text(status: number, sentence: string): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${sentence}\n` };
}
