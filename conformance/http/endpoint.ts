import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { TransportError } from './transport-error.ts';

/** Where the server under test listens. */
export interface Endpoint {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** What goes into the Host field: the authority of the URL as it was typed. */
  readonly authority: string;
  /** PEM text of the certificate authorities to trust instead of the system's; `undefined`: the system's. */
  readonly ca: string | undefined;
  /** False: any certificate is taken. */
  readonly verify: boolean;
}

/** Reads scheme, host and port from a URL. */
export function endpointOf(url: URL, tls: { readonly ca?: string | undefined; readonly verify: boolean }): Endpoint {
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  return { secure, host, port, authority: url.host, ca: tls.ca, verify: tls.verify };
}

/**
 * Opens a connection (TCP, or TLS when the endpoint is secure).
 *
 * @throws TransportError `unreachable` when no connection comes about
 */
export function connect(endpoint: Endpoint, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { host, port } = endpoint;
    const socket = endpoint.secure
      ? connectTls({
          host,
          port,
          ca: endpoint.ca,
          rejectUnauthorized: endpoint.verify,
          ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
        })
      : connectTcp({ host, port });
    socket.setNoDelay(true);
    const abort = (): void => {
      socket.destroy();
      reject(new TransportError('timed-out', 'no connection within the time limit'));
    };
    const failed = (error: Error): void => {
      signal.removeEventListener('abort', abort);
      reject(new TransportError('unreachable', `no connection to the server: ${error.message}`, { cause: error }));
    };
    socket.once('error', failed);
    socket.once(endpoint.secure ? 'secureConnect' : 'connect', () => {
      socket.removeListener('error', failed);
      signal.removeEventListener('abort', abort);
      resolve(socket);
    });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}
