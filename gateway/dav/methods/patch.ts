/**
 * PATCH: on a file a partial update as SabreDAV's clients (davfs2 and others) send it; on an upload the next octets of it.
 * The changed file is written whole beside the old one and replaces it at once.
 */
import type { Readable } from 'node:stream';
import type { NewContent, PutResult, ResourceNode } from '../../ports/collection-store.ts';
import { Privilege } from '../../ports/privilege.ts';
import { parseUpdateRange, partialUpdateContentType } from '../../wire/http/update-range.ts';
import type { UpdateRange } from '../../wire/http/update-range.ts';
import { needOnNode } from '../authorise.ts';
import { assertPlain, storeOctets, withContentType } from '../content/receive.ts';
import { answerWithRepresentation } from '../content/representation.ts';
import { asReadable, openContent } from '../content/read.ts';
import type { Context } from '../context.ts';
import { refuseEarly } from '../early-refusals.ts';
import { badRequest, DavProblem, notFound } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { checkPreconditions, expectationsOf } from '../preconditions.ts';
import { quotaFor, withQuotaRetry } from '../quota.ts';
import type { NodeTarget, Target } from '../target.ts';
import { appendUpload } from '../uploads/append.ts';
import { methodNotAllowed } from './allow.ts';

export async function patch(context: Context, target: Target): Promise<void> {
  if (target.kind === 'upload') return appendUpload(context, target);
  if (target.kind === 'unmapped' || target.kind === 'orphan' || target.kind === 'nothing') throw notFound();
  if (target.kind !== 'node' || target.node.type !== 'resource') throw methodNotAllowed(target);
  await patchResource(context, target, target.node);
}

async function patchResource(context: Context, target: NodeTarget, node: ResourceNode): Promise<void> {
  const { exchange, options, call } = context;
  const { range, length } = readUpdate(exchange);
  needOnNode(target, Privilege.writeContent);
  const guard = await checkPreconditions(context, target);
  const start = startOf(range, node, length);
  const size = Math.max(node.sizeOctets, start + length);
  if (size > options.maxResourceOctets)
    throw new DavProblem(413, `a file may have ${options.maxResourceOctets} octets`);
  await refuseEarly(context, { place: target, guard }, size);
  const octets = spliced(context, target, node, start, length);
  const content = withContentType(
    await storeOctets(octets, size, target.domain.blobs, options, call),
    node.contentType,
  );
  // What was spliced took its time, and is of this very version of the file.
  const now = await context.locateRequest();
  const written = await context.decideAndWrite(now, (current) => commit(context, current, node, content));
  if (await answerWithRepresentation(context, target.href, 204)) return;
  exchange.send(204, { ETag: `"${written.node.etag}"` });
}

async function commit(context: Context, target: Target, before: ResourceNode, content: NewContent): Promise<PutResult> {
  const isSame =
    target.kind === 'node' &&
    target.node.type === 'resource' &&
    target.node.id === before.id &&
    target.node.etag === before.etag;
  if (!isSame) throw new DavProblem(409, 'the file was changed while the update arrived'); // RFC 5789 §2.2
  needOnNode(target, Privilege.writeContent);
  const guard = await checkPreconditions(context, target);
  const args = {
    parentId: target.node.parentId,
    name: target.node.name,
    content,
    modified: undefined,
    quotaOctets: await quotaFor(context, target),
    guard: { ...guard, expectations: [...guard.expectations, ...expectationsOf(target)] },
  };
  return withQuotaRetry(context, target, () => target.store.put(args, context.call));
}

function readUpdate(exchange: Exchange): { readonly range: UpdateRange; readonly length: number } {
  assertPlain(exchange);
  if (exchange.header('content-type')?.toLowerCase() !== partialUpdateContentType) {
    throw new DavProblem(415, `the body is ${partialUpdateContentType}`, undefined, {
      'Accept-Patch': partialUpdateContentType,
    });
  }
  const range = parseUpdateRange(exchange.header('x-update-range'));
  if (!range.ok) throw badRequest(range.reason);
  const length = exchange.announcedOctets;
  if (length === undefined) throw new DavProblem(411, 'a partial update says its length');
  return { range: range.value, length };
}

/** Where the body begins. @throws DavProblem 416 (behind the end), 400 (not as long as the range) */
function startOf(range: UpdateRange, node: ResourceNode, length: number): number {
  const size = node.sizeOctets;
  switch (range.kind) {
    case 'append':
      return size;
    case 'suffix':
      return Math.max(0, size - range.length);
    case 'from':
    case 'range': {
      if (range.first > size) throw new DavProblem(416, `the file has ${size} octets`);
      if (range.kind === 'range' && range.last - range.first + 1 !== length) {
        throw badRequest('the body is not as long as X-Update-Range says');
      }
      return range.first;
    }
  }
}

/** The old octets before and behind, the body between. @throws DavProblem 400 when the body is not as long as announced */
async function* spliced(
  context: Context,
  target: NodeTarget,
  node: ResourceNode,
  start: number,
  length: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const old = async (first: number, last: number): Promise<Readable> =>
    asReadable(await openContent(target, node, { first, last }, context.call));
  if (start > 0) yield* (await old(0, start - 1)) as AsyncIterable<Uint8Array>;
  let arrived = 0;
  for await (const chunk of context.exchange.body()) {
    arrived += chunk.byteLength;
    yield chunk;
  }
  if (arrived !== length) throw badRequest(`${length} octets were announced and ${arrived} came`);
  const end = start + length;
  if (end < node.sizeOctets) yield* (await old(end, node.sizeOctets - 1)) as AsyncIterable<Uint8Array>;
}
