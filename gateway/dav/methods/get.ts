/** GET and HEAD: RFC 9110 §9.3.1, §13 and §14. A collection gives people a listing (RFC 4918 §9.4). */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ResourceNode } from '../../ports/collection-store.ts';
import { GatewayError } from '../../ports/errors.ts';
import { Privilege } from '../../ports/privilege.ts';
import { sendOctets } from '../../server/send-stream.ts';
import { ifRangeHolds } from '../../wire/http/conditional.ts';
import { formatHttpDate } from '../../wire/http/date.ts';
import { multipartByteranges } from '../../wire/http/multipart-byteranges.ts';
import { formatContentRange, parseRange } from '../../wire/http/range.ts';
import type { ByteRange } from '../../wire/http/range.ts';
import { text } from '../../wire/xml/element.ts';
import { XmlParser } from '../../wire/xml/parser.ts';
import { needOnNode } from '../authorise.ts';
import { listCollection, listStatic } from '../browser/listing.ts';
import { contentTypeOf } from '../content-type.ts';
import { openContent, openLarge } from '../content/read.ts';
import type { Context } from '../context.ts';
import { notFound } from '../errors.ts';
import { checkPreconditions } from '../preconditions.ts';
import type { NodeTarget, Target } from '../target.ts';
import { headUpload } from '../uploads/head.ts';
import { methodNotAllowed } from './allow.ts';

/** A resource that is overwritten between look-up and read is looked up again this often. */
const readAttempts = 8;

export async function get(context: Context, target: Target): Promise<void> {
  let current = target;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await answer(context, current);
    } catch (error) {
      const overwritten = error instanceof GatewayError && error.code === 'not-found';
      if (!overwritten || attempt >= readAttempts || context.exchange.response.headersSent) throw error;
      current = await context.locateRequest();
    }
  }
}

async function answer(context: Context, target: Target): Promise<void> {
  if (target.kind === 'upload') {
    if (context.exchange.method === 'HEAD') return headUpload(context, target);
    throw methodNotAllowed(target);
  }
  if (target.kind === 'static' || target.kind === 'principal') return listStatic(context, target);
  if (target.kind !== 'node') throw notFound();
  needOnNode(target, Privilege.read);
  await checkPreconditions(context, target);
  if (target.node.type === 'collection') return listCollection(context, target);
  return sendResource(context, target, target.node);
}

async function sendResource(context: Context, target: NodeTarget, node: ResourceNode): Promise<void> {
  const { exchange } = context;
  const { response } = exchange;
  const name = target.path[target.path.length - 1];
  const contentType = contentTypeOf(node, name);
  for (const [header, value] of Object.entries(await representationHeaders(context, target, node))) {
    response.setHeader(header, value);
  }
  const state = { etag: node.etag, modifiedMs: node.modified.epochMilliseconds };
  const ifRange = exchange.header('if-range');
  const useRange = exchange.method === 'GET' && (ifRange === undefined || ifRangeHolds(ifRange, state));
  const outcome = parseRange(
    useRange ? exchange.header('range') : undefined,
    node.sizeOctets,
    context.options.maxRanges,
  );
  if (outcome.kind === 'unsatisfiable') {
    exchange.send(416, { 'Content-Range': formatContentRange(undefined, node.sizeOctets) });
    return;
  }
  if (outcome.kind === 'whole') return sendOne(context, target, node, undefined, contentType);
  const [first] = outcome.ranges;
  if (outcome.ranges.length === 1) return sendOne(context, target, node, first, contentType);
  await sendParts(context, target, node, outcome.ranges, contentType);
}

/** What describes the resource whatever part of it is sent. */
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

async function sendOne(
  context: Context,
  target: NodeTarget,
  node: ResourceNode,
  range: ByteRange | undefined,
  contentType: string,
): Promise<void> {
  const { exchange } = context;
  const { response } = exchange;
  const length = range === undefined ? node.sizeOctets : range.last - range.first + 1;
  const isHead = exchange.method === 'HEAD';
  await using large = isHead ? undefined : await openLarge(target, node, length, context.call);
  const octets =
    isHead || large !== undefined ? new Uint8Array() : await openContent(target, node, range, context.call);
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', length);
  if (range !== undefined) response.setHeader('Content-Range', formatContentRange(range, node.sizeOctets));
  exchange.closeIfUnread();
  response.writeHead(range === undefined ? 200 : 206);
  if (isHead) response.end();
  else if (large !== undefined) await sendOctets(response, large, range?.first ?? 0, length, context.call.signal);
  else if (octets instanceof Readable) await pipeline(octets, response, { signal: context.call.signal });
  else response.end(octets);
}

/** RFC 9110 §14.6: several ranges in one answer. */
async function sendParts(
  context: Context,
  target: NodeTarget,
  node: ResourceNode,
  ranges: readonly ByteRange[],
  contentType: string,
): Promise<void> {
  const { response } = context.exchange;
  const frame = multipartByteranges({
    boundary: randomBytes(18).toString('hex'),
    ranges,
    contentType,
    sizeOctets: node.sizeOctets,
  });
  // The first part is opened before anything is sent, so that a resource that is gone can still be answered for.
  const first = await openContent(target, node, frame.parts[0]?.range, context.call);
  response.setHeader('Content-Type', frame.contentType);
  response.setHeader('Content-Length', frame.contentLength);
  response.writeHead(206);
  const body = async function* (): AsyncGenerator<Uint8Array> {
    for (const [index, { header, range }] of frame.parts.entries()) {
      yield Buffer.from(header, 'latin1');
      const octets = index === 0 ? first : await openContent(target, node, range, context.call);
      if (octets instanceof Readable) yield* octets as AsyncIterable<Uint8Array>;
      else yield octets;
    }
    yield Buffer.from(frame.closing, 'latin1');
  };
  await pipeline(body, response, { signal: context.call.signal });
}
