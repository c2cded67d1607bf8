/** DAV:sync-collection: RFC 6578 §3. Nothing changed costs one look-up; otherwise a range scan over what did. */
import type { SyncChanges } from '../../ports/collection-store.ts';
import { GatewayError } from '../../ports/errors.ts';
import { formatStatusResponse, formatSyncToken } from '../../wire/dav/multistatus.ts';
import type { ReportRequest } from '../../wire/dav/reports.ts';
import { parsePrefer } from '../../wire/http/prefer.ts';
import type { Context } from '../context.ts';
import { badRequest, DavProblem } from '../errors.ts';
import { itemOf, memberItems } from '../methods/propfind.ts';
import type { ReportTarget } from '../methods/report.ts';
import { memberHref } from '../paths.ts';
import { compileSelection } from '../properties/select.ts';
import { writeItems } from '../properties/write.ts';
import { formatSyncTokenUri, parseSyncTokenUri } from '../sync-token.ts';
import type { NodeTarget } from '../target.ts';

type Request = Extract<ReportRequest, { kind: 'sync-collection' }>;

/** Changes that are read at a time. */
const pageLength = 1000;

export async function syncCollection(context: Context, target: ReportTarget, request: Request): Promise<void> {
  const { exchange } = context;
  if (target.kind !== 'node' || target.node.type !== 'collection') throw badRequest('this is not a collection');
  // RFC 6578 §3.3: a collection that cannot be followed to any depth says so.
  if (request.level === 'infinite') {
    throw new DavProblem(403, 'ask each collection by itself', '<D:sync-traversal-supported/>');
  }
  const since = sinceOf(request, target);
  const prefer = parsePrefer(exchange.header('prefer'), exchange.header('brief'));
  const selection = compileSelection(request.properties, prefer.minimal);
  const parent = itemOf(target);
  const answer = exchange.multistatus();
  let reached = since;
  let left = request.limit ?? Number.POSITIVE_INFINITY;
  let truncated = target.node.membersModSeq !== since;
  while (truncated && left > 0) {
    const changes = await target.store.changes(target.node.id, reached, Math.min(left, pageLength), context.call);
    const items = memberItems(context, parent, changes.changed);
    await writeItems(context, answer, target, items, selection);
    answer.add(formatRemoved(target, changes));
    await answer.flush();
    left -= changes.changed.length + changes.removed.length;
    reached = changes.modSeq;
    truncated = changes.truncated;
  }
  // RFC 6578 §3.6: the collection itself with 507 tells that there is more behind the new token.
  if (truncated) answer.add(formatStatusResponse(target.href, 507, '<D:number-of-matches-within-limits/>'));
  answer.add(formatSyncToken(formatSyncTokenUri(target.store.epoch, target.node.id, reached)));
  answer.end();
}

function sinceOf(request: Request, target: NodeTarget): number {
  if (request.syncToken === '') return 0;
  const since = parseSyncTokenUri(request.syncToken, target.store.epoch, target.node.id);
  if (since === undefined) {
    throw new GatewayError('stale-token', 'this sync token is not known; synchronise from the start');
  }
  return since;
}

function formatRemoved(target: NodeTarget, changes: SyncChanges): string {
  return changes.removed
    .map(({ name, wasCollection }) => formatStatusResponse(memberHref(target.href, name, wasCollection), 404))
    .join('');
}
