/** UNLOCK: RFC 4918 §9.11. Who made the lock may remove it, and who has DAV:unlock (RFC 3744 §3.5). */
import { Privilege } from '../../ports/privilege.ts';
import { parseLockToken } from '../../wire/dav/headers.ts';
import { needOnLink } from '../authorise.ts';
import type { Context } from '../context.ts';
import { badRequest, DavProblem, notFound } from '../errors.ts';
import { checkPreconditions, coveringLocks } from '../preconditions.ts';
import type { Target } from '../target.ts';
import { methodNotAllowed } from './allow.ts';

export async function unlock(context: Context, target: Target): Promise<void> {
  context.exchange.refuseBody();
  const token = parseLockToken(context.exchange.header('lock-token'));
  if (token === undefined) throw badRequest('UNLOCK needs a Lock-Token header');
  if (target.kind === 'static' || target.kind === 'principal') throw methodNotAllowed(target);
  if (target.kind !== 'node') throw notFound();
  await checkPreconditions(context, target);
  const locks = await coveringLocks(context, target);
  const lock = locks.find((one) => one.token === token);
  if (lock === undefined) {
    throw new DavProblem(409, 'this lock does not cover this address', '<D:lock-token-matches-request-uri/>');
  }
  if (lock.principalId !== context.viewer.principal.id)
    needOnLink(context.viewer, target, lock.nodeId, Privilege.unlock);
  await target.store.unlock(token, target.node.id, context.call);
  context.exchange.send(204);
}
