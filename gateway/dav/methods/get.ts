/** GET and HEAD: RFC 9110 §9.3.1, §13 and §14. A collection gives people a listing (RFC 4918 §9.4). */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ResourceNode } from '../../ports/collection-store.ts';
import { GatewayError } from '../../ports/errors.ts';
import { Privilege } from '../../ports/privilege.ts';
import { ifRangeHolds } from '../../wire/http/conditional.ts';
import { multipartByteranges } from '../../wire/http/multipart-byteranges.ts';
import { formatContentRange, parseRange } from '../../wire/http/range.ts';
import type { ByteRange } from '../../wire/http/range.ts';
import { needOnNode } from '../authorise.ts';
import { listCollection, listStatic } from '../browser/listing.ts';
import { contentTypeOf } from '../content-type.ts';
import { openContent } from '../content/read.ts';
import { describe, sendOctetsOf } from '../content/send.ts';
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
  const name = target.path[target.path.length - 1];
  const contentType = contentTypeOf(node, name);
  await describe(context, target, node);
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
  if (outcome.kind === 'whole') return sendOctetsOf(context, target, node, undefined, 200);
  const [first] = outcome.ranges;
  if (outcome.ranges.length === 1) return sendOctetsOf(context, target, node, first, 206);
  await sendParts(context, target, node, outcome.ranges, contentType);
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
