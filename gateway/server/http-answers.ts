/** Answers to what never became a request, written to the socket as they are. */
import { STATUS_CODES } from 'node:http';

/** What is wrong with a message that Node's parser gave up on, by the code of its error. */
export function statusOfParserError(code: string | undefined): 400 | 408 | 413 | 431 {
  switch (code) {
    // RFC 6585 §5
    case 'HPE_HEADER_OVERFLOW':
      return 431;
    // RFC 9112 §7.1.1: chunk extensions may be limited.
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 413;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 408;
    default:
      return 400;
  }
}

const explanations = {
  400: 'The request is not well-formed HTTP/1.1.',
  408: 'The request did not arrive in time.',
  413: 'The request is too large.',
  431: 'The header of the request is too large.',
  500: 'An internal error occurred.',
} as const;

/** A sentence for the person at the other end, with the id under which the operator finds the event. */
export function explanation(status: keyof typeof explanations, connectionId: string): string {
  return `${explanations[status]} (connection ${connectionId})\n`;
}

/** A whole answer that ends the connection. */
export function rawAnswer(status: 400 | 408 | 413 | 431, connectionId: string, nowMs: number): string {
  const body = explanation(status, connectionId);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Date: ${new Date(nowMs).toUTCString()}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}
