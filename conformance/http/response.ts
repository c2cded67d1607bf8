import type { ByteReader } from './byte-reader.ts';
import { TransportError } from './transport-error.ts';
import type { Exchange } from './exchange.ts';

/** One header field as it arrived. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** The head of a response, or of an interim response. */
export interface ResponseHead {
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly HeaderField[];
}

/** A complete final response. */
export class HttpResponse {
  readonly head: ResponseHead;
  readonly body: Buffer;
  /** The 1xx responses that came before it. */
  readonly interim: readonly ResponseHead[];
  /** What was sent and what came back, for the report. */
  readonly exchange: Exchange;

  constructor(head: ResponseHead, body: Buffer, interim: readonly ResponseHead[], exchange: Exchange) {
    this.head = head;
    this.body = body;
    this.interim = interim;
    this.exchange = exchange;
  }

  get status(): number {
    return this.head.status;
  }

  /** The values of a field joined by a comma as RFC 9110 §5.3 allows; `undefined`: the field is absent. */
  header(name: string): string | undefined {
    return headerOf(this.head, name);
  }

  get text(): string {
    return this.body.toString('utf8');
  }
}

export function headerOf(head: ResponseHead, name: string): string | undefined {
  const wanted = name.toLowerCase();
  const values = head.fields.filter((field) => field.name.toLowerCase() === wanted).map((field) => field.value);
  return values.length === 0 ? undefined : values.join(', ');
}

/** Reads a status line and the fields that follow it. */
export async function readHead(reader: ByteReader): Promise<ResponseHead> {
  const statusLine = await reader.line();
  const match = /^HTTP\/(1\.[01]) (\d{3})(?: (.*))?$/.exec(statusLine);
  if (match === null) throw new TransportError('malformed', `not a status line: ${statusLine.slice(0, 80)}`);
  const fields: HeaderField[] = [];
  for (;;) {
    const line = await reader.line();
    if (line === '') break;
    const colon = line.indexOf(':');
    if (colon <= 0) throw new TransportError('malformed', `not a header field: ${line.slice(0, 80)}`);
    fields.push({ name: line.slice(0, colon), value: line.slice(colon + 1).trim() });
  }
  return { version: match[1] ?? '', status: Number(match[2]), reason: match[3] ?? '', fields };
}

/** Reads the content that belongs to a head: RFC 9112 §6.3. */
export async function readBody(reader: ByteReader, method: string, head: ResponseHead): Promise<Buffer> {
  if (method === 'HEAD' || head.status === 204 || head.status === 304) return Buffer.alloc(0);
  const coding = headerOf(head, 'transfer-encoding');
  if (coding !== undefined && /(^|,)\s*chunked\s*$/i.test(coding)) return readChunks(reader);
  const length = headerOf(head, 'content-length');
  if (length === undefined) return reader.rest();
  if (!/^\d+$/.test(length)) throw new TransportError('malformed', `not a Content-Length: ${length}`);
  return reader.exactly(Number(length));
}

async function readChunks(reader: ByteReader): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (;;) {
    const size = /^([0-9a-f]+)\s*(;.*)?$/i.exec(await reader.line())?.[1];
    if (size === undefined) throw new TransportError('malformed', 'not a chunk size');
    const octets = Number.parseInt(size, 16);
    if (octets === 0) break;
    parts.push(await reader.exactly(octets));
    await reader.line();
  }
  while ((await reader.line()) !== '');
  return Buffer.concat(parts);
}

/** RFC 9112 §9.3: whether another request may follow on the same connection. */
export function keepsAlive(head: ResponseHead): boolean {
  const connection = headerOf(head, 'connection')?.toLowerCase() ?? '';
  if (/(^|,)\s*close\s*(,|$)/.test(connection)) return false;
  if (head.version === '1.0') return /keep-alive/.test(connection);
  return (
    head.status === 204 ||
    head.status === 304 ||
    headerOf(head, 'content-length') !== undefined ||
    headerOf(head, 'transfer-encoding') !== undefined
  );
}
