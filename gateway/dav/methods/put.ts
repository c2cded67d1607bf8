/** PUT: RFC 9110 §9.3.4 and RFC 4918 §9.7. What was there stays until the new octets are complete and durable. */
import { Privilege } from '../../ports/privilege.ts';
import type { Guard, NewContent, PutResult } from '../../ports/collection-store.ts';
import { parseOcMtime } from '../../wire/dav/headers.ts';
import { formatHttpDate } from '../../wire/http/date.ts';
import { needOnHolder, needOnNode } from '../authorise.ts';
import { assertPlain, receiveBody, withContentType } from '../content/receive.ts';
import { answerWithRepresentation } from '../content/representation.ts';
import type { Context } from '../context.ts';
import { refuseEarly } from '../early-refusals.ts';
import type { LongWrite } from '../early-refusals.ts';
import { badRequest, DavProblem } from '../errors.ts';
import { checkPreconditions, expectationsOf } from '../preconditions.ts';
import { quotaFor, withQuotaRetry } from '../quota.ts';
import type { Holder, NodeTarget, Target } from '../target.ts';
import { methodNotAllowed } from './allow.ts';

export async function put(context: Context, target: Target): Promise<void> {
  const { exchange } = context;
  if (exchange.header('content-range') !== undefined) {
    throw badRequest('a part of a file is written by PATCH'); // RFC 9110 §14.5
  }
  const mtimeMs = parseOcMtime(exchange.header('x-oc-mtime'));
  if (mtimeMs === 'invalid') throw badRequest('X-OC-Mtime is a number of seconds');
  assertPlain(exchange);
  // Everything that can refuse does so before the body is asked for.
  const writable = await assertWritable(context, target);
  const announced = exchange.announcedOctets;
  const isLong = announced === undefined || announced > context.options.inlineOctets;
  const room = isLong ? await refuseEarly(context, writable, announced ?? 0) : context.options.maxResourceOctets;
  const wasHere = exchange.bodyIsHere;
  const received = await receiveBody(exchange, writable.place.domain.blobs, room);
  const content = withContentType(received, exchange.header('content-type'));
  const modified = mtimeMs === undefined ? undefined : Temporal.Instant.fromEpochMilliseconds(mtimeMs);
  // A body that was waited for may outlive what its writer could do when it began.
  const now = wasHere && 'octets' in received ? target : await context.locateRequest();
  const result = await commitContent(context, now, content, modified);
  const status = result.created ? 201 : 204;
  if (await answerWithRepresentation(context, target.href, status)) return;
  // RFC 4918 §9.7.1 needs no ETag, RFC 4791 §5.3.4 allows it because the octets are kept as they came.
  exchange.send(status, {
    ETag: `"${result.node.etag}"`,
    'Last-Modified': formatHttpDate(result.node.modified.epochMilliseconds),
    ...(mtimeMs === undefined ? {} : { 'X-OC-MTime': 'accepted' }),
  });
}

interface Writable extends LongWrite {
  readonly holder: Holder;
}

/** Decides about a file that is to be written whole. Shared with resumable uploads. */
export async function assertWritable(context: Context, target: Target): Promise<Writable> {
  if (target.kind === 'orphan') throw new DavProblem(409, 'the collection above does not exist');
  if (target.kind === 'nothing') throw new DavProblem(403, 'nothing can be put here');
  if (target.kind !== 'node' && target.kind !== 'unmapped') throw methodNotAllowed(target);
  if (target.kind === 'node') return existing(context, target);
  if (target.asCollection) throw new DavProblem(409, 'a file has no slash at its end; MKCOL makes a collection');
  needOnHolder(target, target.holder, Privilege.bind);
  const guard = await checkPreconditions(context, target);
  return { place: target, holder: target.holder, guard: bound(target, target.holder, guard, Privilege.writeContent) };
}

async function existing(context: Context, target: NodeTarget): Promise<Writable> {
  const { holder } = target;
  if (target.node.type === 'collection' || holder === undefined) throw methodNotAllowed(target);
  needOnNode(target, Privilege.writeContent);
  const guard = await checkPreconditions(context, target);
  return { place: target, holder, guard: bound(target, holder, guard, Privilege.bind) };
}

/** A person who may make files but not change them, or the other way round, gets a guard that holds the difference. */
function bound(target: Target, holder: Holder, guard: Guard, other: number): Guard {
  if (guard.expectations.length > 0 || (holder.privileges & other) === other) return guard;
  return { ...guard, expectations: expectationsOf(target) };
}

/** Commits octets that are ready, deciding again on what is there now. Shared with resumable uploads. */
export async function commitContent(
  context: Context,
  target: Target,
  content: NewContent,
  modified: Temporal.Instant | undefined,
): Promise<PutResult> {
  return context.decideAndWrite(target, async (current) => {
    const { place, holder, guard } = await assertWritable(context, current);
    const quotaOctets = await quotaFor(context, place);
    const args = { parentId: holder.collection.id, name: holder.name, content, modified, quotaOctets, guard };
    return withQuotaRetry(context, place, () => place.store.put(args, context.call));
  });
}
