/** Reads a PROXY protocol header from the start of a connection, and puts back what comes after it. */
import type { Socket } from 'node:net';
import { GatewayError } from '../ports/errors.ts';
import { likenessToProxyHeader, parseProxyHeader } from '../wire/proxy-protocol/parse.ts';
import type { ProxyHeader } from '../wire/proxy-protocol/header.ts';

/**
 * Resolves with the header that a trusted proxy must send.
 * @throws GatewayError `syntax` (something else came, or the header is malformed), `unavailable` (closed before it was complete)
 */
export function readProxyHeader(socket: Socket, signal: AbortSignal): Promise<ProxyHeader> {
  return readStart(socket, signal, (octets) => {
    const result = parseProxyHeader(octets);
    if (result.state === 'more') return undefined;
    if (result.state === 'header') return { value: result.header, lengthOctets: result.lengthOctets };
    throw new GatewayError('syntax', `the proxy's header is not acceptable: ${result.reason}`);
  });
}

/**
 * Resolves as soon as the first octets cannot be those of a header. For protocols in which the client speaks first.
 * @throws GatewayError `permission-denied` (a header came from a source that is not trusted), `unavailable`
 */
export async function refuseProxyHeader(socket: Socket, signal: AbortSignal): Promise<void> {
  await readStart(socket, signal, (octets) => {
    const likeness = likenessToProxyHeader(octets);
    if (likeness === 'undecided') return undefined;
    if (likeness === 'none') return { value: undefined, lengthOctets: 0 };
    throw new GatewayError('permission-denied', 'a PROXY protocol header came from a source that is not trusted');
  });
}

interface Decision<Value> {
  readonly value: Value;
  /** Octets that are used up; what follows them is put back. */
  readonly lengthOctets: number;
}

function readStart<Value>(
  socket: Socket,
  signal: AbortSignal,
  decide: (octets: Uint8Array) => Decision<Value> | undefined,
): Promise<Value> {
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  let octets: Buffer = Buffer.alloc(0);
  const read = (): void => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    octets = octets.length === 0 ? chunk : Buffer.concat([octets, chunk]);
    try {
      const decision = decide(octets);
      if (decision === undefined) return;
      const rest = octets.subarray(decision.lengthOctets);
      stop();
      if (rest.length > 0) socket.unshift(rest);
      resolve(decision.value);
    } catch (error) {
      stop();
      reject(error);
    }
  };
  const gone = (): void => {
    stop();
    reject(new GatewayError('unavailable', 'the connection was closed before anything was decided'));
  };
  const stop = (): void => {
    socket.off('readable', read);
    socket.off('end', gone);
    signal.removeEventListener('abort', gone);
  };
  socket.on('readable', read);
  socket.once('end', gone);
  signal.addEventListener('abort', gone, { once: true });
  if (signal.aborted) gone();
  else read();
  return promise;
}
