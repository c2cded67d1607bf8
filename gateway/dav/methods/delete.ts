/** DELETE: RFC 4918 §9.6. Of a mounted collection it takes the viewer's instance away, never what it leads to. */
import { Privilege } from '../../ports/privilege.ts';
import { parseDepth } from '../../wire/dav/headers.ts';
import { needOnHolder } from '../authorise.ts';
import type { Context } from '../context.ts';
import { badRequest, DavProblem, notFound } from '../errors.ts';
import { checkPreconditions } from '../preconditions.ts';
import type { Target } from '../target.ts';
import { terminateUpload } from '../uploads/terminate.ts';
import { methodNotAllowed } from './allow.ts';

export async function remove(context: Context, target: Target): Promise<void> {
  context.exchange.refuseBody();
  if (target.kind === 'upload') return terminateUpload(context, target);
  await context.decideAndWrite(target, (current) => removeNode(context, current));
  context.exchange.send(204);
}

async function removeNode(context: Context, target: Target): Promise<void> {
  if (target.kind === 'static' || target.kind === 'principal') throw methodNotAllowed(target);
  rejectDepth(context, target);
  if (target.kind !== 'node') {
    await checkPreconditions(context, target);
    throw notFound();
  }
  const { holder } = target;
  if (holder === undefined) throw new DavProblem(403, 'a home cannot be removed');
  needOnHolder(target, holder, Privilege.unbind);
  const guard = await checkPreconditions(context, target);
  await target.store.remove({ parentId: holder.collection.id, name: holder.name, guard }, context.call);
}

/** RFC 4918 §9.6.1: a collection goes whole or not at all. */
function rejectDepth(context: Context, target: Target): void {
  const depth = parseDepth(context.exchange.header('depth'));
  const isCollection = target.kind === 'node' && target.node.type === 'collection';
  if (depth === 'invalid' || (isCollection && depth !== undefined && depth !== 'infinity')) {
    throw badRequest('a collection is removed with Depth: infinity');
  }
}
