/** REPORT: RFC 3253 §3.6. Reads the body once, checks that the report is offered on what is there, and hands over. */
import { Privilege } from '../../ports/privilege.ts';
import { parseDepth } from '../../wire/dav/headers.ts';
import { parseReport } from '../../wire/dav/reports.ts';
import type { ReportRequest } from '../../wire/dav/reports.ts';
import { needOnNode } from '../authorise.ts';
import type { Context } from '../context.ts';
import { badRequest, DavProblem, notFound } from '../errors.ts';
import { itemOf } from './propfind.ts';
import { offersReport } from '../properties/reports.ts';
import type { Item } from '../properties/item.ts';
import { aclPrincipalPropSet } from '../reports/acl-principal-prop-set.ts';
import { expandProperty } from '../reports/expand-property.ts';
import { principalMatch } from '../reports/principal-match.ts';
import { principalPropertySearch } from '../reports/principal-property-search.ts';
import { principalSearchPropertySet } from '../reports/principal-search-property-set.ts';
import { syncCollection } from '../reports/sync-collection.ts';
import type { NodeTarget, PrincipalTarget, StaticTarget, Target } from '../target.ts';

export type ReportTarget = NodeTarget | PrincipalTarget | StaticTarget;

export async function report(context: Context, target: Target): Promise<void> {
  const parsed = parseReport(await context.exchange.readXml());
  if (!parsed.ok) throw badRequest(parsed.reason);
  if (target.kind !== 'node' && target.kind !== 'principal' && target.kind !== 'static') throw notFound();
  if (target.kind === 'node') needOnNode(target, Privilege.read);
  const item: Item = target.kind === 'node' ? itemOf(target) : target;
  const { kind } = parsed.value;
  if (kind === 'unknown' || !offersReport(kind, item)) {
    throw new DavProblem(403, 'this report is not offered here', '<D:supported-report/>');
  }
  assertDepth(context, target);
  await run(context, target, parsed.value);
}

/**
 * Every report here is of one thing (RFC 3744 §9.2 to §9.5, RFC 6578 §3.2). On what has no members any depth is 0.
 * @throws DavProblem 400
 */
function assertDepth(context: Context, target: ReportTarget): void {
  const depth = parseDepth(context.exchange.header('depth')) ?? '0';
  const hasMembers = target.kind === 'static' || (target.kind === 'node' && target.node.type === 'collection');
  if (depth === 'invalid' || (hasMembers && depth !== '0')) throw badRequest('a report is asked for with Depth: 0');
}

function run(context: Context, target: ReportTarget, request: ReportRequest): Promise<void> | void {
  switch (request.kind) {
    case 'sync-collection':
      return syncCollection(context, target, request);
    case 'expand-property':
      return expandProperty(context, target, request);
    case 'acl-principal-prop-set':
      return aclPrincipalPropSet(context, target, request);
    case 'principal-match':
      return principalMatch(context, request);
    case 'principal-property-search':
      return principalPropertySearch(context, request);
    case 'principal-search-property-set':
      return principalSearchPropertySet(context);
    case 'unknown':
      throw new DavProblem(403, 'this report is not offered here', '<D:supported-report/>');
  }
}
