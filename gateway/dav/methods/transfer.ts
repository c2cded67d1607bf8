/** COPY and MOVE: RFC 4918 §9.8 and §9.9. One file, because all but the privileges on the source is the same. */
import { Privilege } from '../../ports/privilege.ts';
import type { Guard, TransferMember } from '../../ports/collection-store.ts';
import { GatewayError } from '../../ports/errors.ts';
import { parseDepth, parseDestination, parseOverwrite } from '../../wire/dav/headers.ts';
import { decodePath } from '../../wire/dav/href.ts';
import { needOnHolder, needOnNode } from '../authorise.ts';
import { answerWithRepresentation } from '../content/representation.ts';
import type { Context } from '../context.ts';
import { badRequest, DavProblem, nameLocks, notFound } from '../errors.ts';
import { checkPreconditions, expectationsOf, isOwnHost } from '../preconditions.ts';
import { quotaFor, withQuotaRetry } from '../quota.ts';
import type { Holder, NodeTarget, Target, UnmappedTarget } from '../target.ts';
import { methodNotAllowed } from './allow.ts';

type Kind = 'copy' | 'move';

export async function copy(context: Context, target: Target): Promise<void> {
  await transfer(context, target, 'copy');
}

export async function move(context: Context, target: Target): Promise<void> {
  await transfer(context, target, 'move');
}

async function transfer(context: Context, target: Target, kind: Kind): Promise<void> {
  context.exchange.refuseBody();
  const path = destinationPath(context);
  const overwrite = parseOverwrite(context.exchange.header('overwrite'));
  if (overwrite === 'invalid') throw badRequest('Overwrite is T or F');
  const { created } = await context.decideAndWrite(target, (current) =>
    decide(context, current, path, overwrite, kind),
  );
  // RFC 4918 §9.8.5: 201 for a new destination, 204 for one that was overwritten.
  const status = created ? 201 : 204;
  if (!(await answerWithRepresentation(context, path, status))) context.exchange.send(status);
}

function destinationPath(context: Context): string {
  const destination = parseDestination(context.exchange.header('destination'));
  if (!destination.ok || !decodePath(destination.path).ok) throw badRequest('the Destination header is not an address');
  if (!isOwnHost(context, destination.host)) throw new DavProblem(502, 'the destination is on another server');
  return destination.path;
}

async function decide(
  context: Context,
  source: Target,
  path: string,
  overwrite: boolean,
  kind: Kind,
): Promise<{ readonly created: boolean }> {
  if (source.kind === 'static' || source.kind === 'principal') throw methodNotAllowed(source);
  const guard = await checkPreconditions(context, source);
  if (source.kind !== 'node') throw notFound();
  const depth = transferDepth(context, source, kind);
  const sourceHolder = source.holder;
  if (sourceHolder === undefined) throw new DavProblem(403, 'a home cannot be copied or moved as a whole');
  needOnNode(source, Privilege.read);
  if (kind === 'move') needOnHolder(source, sourceHolder, Privilege.unbind);
  const destination = await locateDestination(context, path, source);
  const destinationHolder = needOnDestination(destination, overwrite);
  const args: TransferMember = {
    sourceParentId: sourceHolder.collection.id,
    sourceName: sourceHolder.name,
    destinationParentId: destinationHolder.collection.id,
    destinationName: destinationHolder.name,
    overwrite,
    depth,
    quotaOctets: await quotaFor(context, destination),
    limitMembers: context.options.treeMembers,
    guard: bound(destination, destinationHolder, guard),
  };
  return withQuotaRetry(context, destination, () => perform(source, destination, kind, args, context));
}

function transferDepth(context: Context, source: NodeTarget, kind: Kind): '0' | 'infinity' {
  const depth = parseDepth(context.exchange.header('depth')) ?? 'infinity';
  if (source.node.type !== 'collection') return 'infinity';
  if (depth === 'infinity' || (depth === '0' && kind === 'copy')) return depth;
  throw badRequest(kind === 'copy' ? 'Depth is 0 or infinity' : 'a collection is moved with Depth: infinity');
}

async function locateDestination(
  context: Context,
  path: string,
  source: NodeTarget,
): Promise<NodeTarget | UnmappedTarget> {
  const destination = await context.locate(path);
  if (destination.kind === 'orphan') throw new DavProblem(409, 'the collection of the destination does not exist');
  if (destination.kind !== 'node' && destination.kind !== 'unmapped') {
    throw new DavProblem(403, 'nothing can be put at the destination');
  }
  if (destination.store !== source.store) throw new DavProblem(502, 'the destination is kept in another store');
  return destination;
}

function needOnDestination(destination: NodeTarget | UnmappedTarget, overwrite: boolean): Holder {
  const { holder } = destination;
  if (holder === undefined) throw new DavProblem(403, 'a home cannot be replaced');
  if (destination.kind === 'node') {
    if (!overwrite) throw new DavProblem(412, 'something is at the destination and Overwrite is F');
    // Replacing takes the old away and puts something new in its place.
    needOnHolder(destination, holder, Privilege.unbind);
  }
  needOnHolder(destination, holder, Privilege.bind);
  return holder;
}

/** Who may add but not remove gets a guard that what was not there is still not there. */
function bound(destination: NodeTarget | UnmappedTarget, holder: Holder, guard: Guard): Guard {
  if (destination.kind === 'node' || (holder.privileges & Privilege.unbind) !== 0) return guard;
  return { ...guard, expectations: [...guard.expectations, ...expectationsOf(destination)] };
}

async function perform(
  source: NodeTarget,
  destination: NodeTarget | UnmappedTarget,
  kind: Kind,
  args: TransferMember,
  context: Context,
): Promise<{ readonly created: boolean }> {
  try {
    return await (kind === 'copy' ? source.store.copy(args, context.call) : source.store.move(args, context.call));
  } catch (error) {
    throw nameLocks(explain(error), [source.href, destination.href]);
  }
}

function explain(error: unknown): unknown {
  if (!(error instanceof GatewayError)) return error;
  const { condition } = error.detail;
  if (condition === 'loop') return new DavProblem(403, 'the destination lies inside the source');
  if (condition === 'destination-exists')
    return new DavProblem(412, 'something is at the destination and Overwrite is F');
  if (error.code === 'limit-exceeded')
    return new DavProblem(507, error.message, '<D:number-of-matches-within-limits/>');
  return error;
}
