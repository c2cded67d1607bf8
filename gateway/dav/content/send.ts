/** A resource as the body of an answer. */
import { Readable } from 'node:stream';
import type { ResourceNode } from '../../ports/collection-store.ts';
import { sendOctets, sendStream } from '../../server/send-stream.ts';
import { formatHttpDate } from '../../wire/http/date.ts';
import { formatContentRange } from '../../wire/http/range.ts';
import type { ByteRange } from '../../wire/http/range.ts';
import { text } from '../../wire/xml/element.ts';
import { XmlParser } from '../../wire/xml/parser.ts';
import { contentTypeOf } from '../content-type.ts';
import type { Context } from '../context.ts';
import type { NodeTarget } from '../target.ts';
import { openContent, openLarge } from './read.ts';

/** Sets what describes the resource whatever part of it is sent. */
export async function describe(context: Context, target: NodeTarget, node: ResourceNode): Promise<void> {
  const headers = await representationHeaders(context, target, node);
  for (const [name, value] of Object.entries(headers)) context.exchange.response.setHeader(name, value);
}

async function representationHeaders(
  context: Context,
  target: NodeTarget,
  node: ResourceNode,
): Promise<Record<string, string>> {
  const headers: Record<string, string> = {
    ETag: `"${node.etag}"`,
    'Last-Modified': formatHttpDate(node.modified.epochMilliseconds),
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    // What people keep here is theirs, not ours: no browser may run it in our name.
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "sandbox; default-src 'none'",
  };
  const language = await contentLanguage(context, target, node);
  if (language !== undefined) headers['Content-Language'] = language;
  return headers;
}

/** RFC 4918 §15.3: a DAV:getcontentlanguage that was set is sent with the content. */
async function contentLanguage(context: Context, target: NodeTarget, node: ResourceNode): Promise<string | undefined> {
  if (!node.hasProperties) return undefined;
  const properties = (await target.store.properties([node.id], context.call)).get(node.id) ?? [];
  const found = properties.find((one) => one.namespace === 'DAV:' && one.name === 'getcontentlanguage');
  if (found === undefined) return undefined;
  const parser = new XmlParser();
  parser.write(Buffer.from(found.xml, 'utf8'));
  const result = parser.end();
  const value = result.ok && result.root !== undefined ? text(result.root).trim() : '';
  return /^[A-Za-z0-9 ,-]{1,100}$/.test(value) ? value : undefined;
}

/**
 * Sends the octets of a resource, or of a range of it, whose headers are set.
 * @param status 200 or 206, or what an answer with a representation has
 */
export async function sendOctetsOf(
  context: Context,
  target: NodeTarget,
  node: ResourceNode,
  range: ByteRange | undefined,
  status: number,
): Promise<void> {
  const { exchange } = context;
  const { response } = exchange;
  const length = range === undefined ? node.sizeOctets : range.last - range.first + 1;
  const isHead = exchange.method === 'HEAD';
  await using large = isHead ? undefined : await openLarge(target, node, length, context.call);
  const octets =
    isHead || large !== undefined ? new Uint8Array() : await openContent(target, node, range, context.call);
  response.setHeader('Content-Type', contentTypeOf(node, target.path[target.path.length - 1]));
  response.setHeader('Content-Length', length);
  if (range !== undefined) response.setHeader('Content-Range', formatContentRange(range, node.sizeOctets));
  exchange.closeIfUnread();
  response.writeHead(status);
  if (isHead) response.end();
  else if (large !== undefined) await sendOctets(response, large, range?.first ?? 0, length, context.call.signal);
  else if (octets instanceof Readable) await sendStream(response, octets, context.call.signal);
  else response.end(octets);
}
