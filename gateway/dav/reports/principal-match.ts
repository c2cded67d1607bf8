/** DAV:principal-match: RFC 3744 §9.3. With DAV:self the person and the groups that hold the person. */
import type { ReportRequest } from '../../wire/dav/reports.ts';
import type { Principal } from '../../ports/directory.ts';
import type { Context } from '../context.ts';
import { answerPrincipals } from './principals.ts';

type Request = Extract<ReportRequest, { kind: 'principal-match' }>;

export async function principalMatch(context: Context, request: Request): Promise<void> {
  // DAV:principal-property names a property of members that points at the person; none of principals here but
  // DAV:principal-URL does, which each has of itself.
  const matches =
    'self' in request.target ||
    (request.target.property.namespace === 'DAV:' && request.target.property.name === 'principal-URL');
  await answerPrincipals(context, matches ? await selfAndGroups(context) : [], request.properties);
}

async function selfAndGroups(context: Context): Promise<readonly Principal[]> {
  const { principal, domain } = context.viewer;
  const found = [principal];
  for (const id of principal.groups) {
    const group = await domain.directory.principal(id, context.call);
    if (group !== undefined) found.push(group);
  }
  return found;
}
