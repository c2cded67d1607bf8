/** MKCOL: RFC 4918 §9.3, and with a body RFC 5689. */
import { Privilege } from '../../ports/privilege.ts';
import { parseMkcol } from '../../wire/dav/mkcol.ts';
import { formatPropName, statusLine } from '../../wire/dav/multistatus.ts';
import { needOnHolder } from '../authorise.ts';
import type { Context } from '../context.ts';
import { badRequest, DavProblem } from '../errors.ts';
import { checkPreconditions } from '../preconditions.ts';
import { judgeProperty, propertyLimits } from '../properties/change.ts';
import type { PropertyChange } from '../properties/change.ts';
import type { Target } from '../target.ts';
import { methodNotAllowed } from './allow.ts';

export async function mkcol(context: Context, target: Target): Promise<void> {
  const changes = await readProperties(context);
  const refused = changes.filter((change) => change.refusal !== undefined);
  if (refused.length > 0) return refuse(context, changes);
  await context.decideAndWrite(target, (current) => make(context, current, changes));
  context.exchange.send(201);
}

async function make(context: Context, target: Target, changes: readonly PropertyChange[]): Promise<void> {
  if (target.kind === 'orphan') throw new DavProblem(409, 'the collection above does not exist'); // RFC 4918 §9.3.1
  if (target.kind === 'nothing') throw new DavProblem(403, 'nothing can be made here');
  if (target.kind !== 'unmapped') {
    await checkPreconditions(context, target);
    throw methodNotAllowed(target);
  }
  const { holder } = target;
  needOnHolder(target, holder, Privilege.bind);
  const guard = await checkPreconditions(context, target);
  await target.store.makeCollection(
    {
      parentId: holder.collection.id,
      name: holder.name,
      collectionKind: 'folder',
      properties: changes.flatMap((change) => (change.property === undefined ? [] : [change.property])),
      guard,
    },
    context.call,
  );
}

async function readProperties(context: Context): Promise<readonly PropertyChange[]> {
  const { exchange } = context;
  if (!exchange.hasBody) return [];
  const type = exchange.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/xml' && type !== 'text/xml') {
    throw new DavProblem(415, 'MKCOL takes an XML body or none'); // RFC 4918 §9.3.1, RFC 5689 §3
  }
  const parsed = parseMkcol(await exchange.readXml());
  if (!parsed.ok) throw badRequest(parsed.reason);
  const { resourceTypes, properties } = parsed.value;
  const supported = resourceTypes.every((type) => type.namespace === 'DAV:' && type.name === 'collection');
  if (!supported) throw new DavProblem(403, 'only plain collections can be made here', '<D:valid-resourcetype/>');
  const limits = propertyLimits(context.options);
  if (properties.length > limits.properties) throw tooManyProperties(limits);
  const changes = properties.map((property) => judgeProperty({ action: 'set', property }, context.options));
  const octets = changes.reduce((sum, { property }) => sum + Buffer.byteLength(property?.xml ?? '', 'utf8'), 0);
  if (octets > limits.octets) throw tooManyProperties(limits);
  return changes;
}

function tooManyProperties({ properties, octets }: ReturnType<typeof propertyLimits>): DavProblem {
  return new DavProblem(
    507,
    `a collection may have ${properties} properties of its own with ${octets} octets together`,
  );
}

/** RFC 5689 §3.4: one property that cannot be set and nothing is made. */
function refuse(context: Context, changes: readonly PropertyChange[]): void {
  const propstat = (change: PropertyChange): string => {
    const status = change.refusal?.status ?? 424;
    const error = change.refusal?.error === undefined ? '' : `<D:error>${change.refusal.error}</D:error>`;
    return `<D:propstat><D:prop>${formatPropName(change.name)}</D:prop><D:status>${statusLine(status)}</D:status>${error}</D:propstat>`;
  };
  const xml = `<?xml version="1.0" encoding="utf-8"?>\n<D:mkcol-response xmlns:D="DAV:">${changes.map(propstat).join('')}</D:mkcol-response>`;
  context.exchange.sendXml(403, xml);
}
