/** DAV:acl-principal-prop-set: RFC 3744 §9.2. Properties of everyone whom the access control of a node names. */
import { Privilege } from '../../ports/privilege.ts';
import type { Principal } from '../../ports/directory.ts';
import type { ReportRequest } from '../../wire/dav/reports.ts';
import { needOnNode } from '../authorise.ts';
import type { Context } from '../context.ts';
import { badRequest } from '../errors.ts';
import type { ReportTarget } from '../methods/report.ts';
import { answerPrincipals } from './principals.ts';

type Request = Extract<ReportRequest, { kind: 'acl-principal-prop-set' }>;

export async function aclPrincipalPropSet(context: Context, target: ReportTarget, request: Request): Promise<void> {
  if (target.kind !== 'node') throw badRequest('this has no access control');
  needOnNode(target, Privilege.readAcl);
  const { links, tree } = target.resolution;
  const own = await target.store.accessControl([target.node.id], context.call);
  const entries = [...links.flatMap((link) => [...(link.via?.targetAccess ?? []), ...link.access]), ...own];
  const ids = new Set([tree.owner, ...entries.map((entry) => entry.grantee)]);
  const found: Principal[] = [];
  for (const id of ids) {
    const principal = id.includes(':') ? undefined : await target.domain.directory.principal(id, context.call);
    if (principal !== undefined) found.push(principal);
  }
  await answerPrincipals(context, found, request.properties);
}
