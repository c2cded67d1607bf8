/** PROPPATCH: RFC 4918 §9.2. All instructions in document order, all or none. */
import type { DeadProperty, PropertyName } from '../../ports/collection-store.ts';
import { GatewayError } from '../../ports/errors.ts';
import { Privilege } from '../../ports/privilege.ts';
import { formatPropertyResponse, formatPropName } from '../../wire/dav/multistatus.ts';
import type { PropStat } from '../../wire/dav/multistatus.ts';
import { parsePropertyUpdate } from '../../wire/dav/proppatch.ts';
import type { PropertyInstruction } from '../../wire/dav/proppatch.ts';
import { parsePrefer } from '../../wire/http/prefer.ts';
import { needOnNode } from '../authorise.ts';
import type { Context } from '../context.ts';
import { badRequest, DavProblem, notFound } from '../errors.ts';
import { checkPreconditions } from '../preconditions.ts';
import { judgeProperty, propertyLimits } from '../properties/change.ts';
import type { PropertyChange } from '../properties/change.ts';
import { propertyKey } from '../properties/registry.ts';
import type { Target } from '../target.ts';

export async function proppatch(context: Context, target: Target): Promise<void> {
  const { exchange } = context;
  const parsed = parsePropertyUpdate(await exchange.readXml());
  if (!parsed.ok) throw badRequest(parsed.reason);
  const { maxProperties } = context.options;
  if (parsed.value.length > maxProperties) throw new DavProblem(507, `at most ${maxProperties} properties at once`);
  const changes = parsed.value.map((instruction) => judge(context, target, instruction));
  const refused = changes.some((change) => change.refusal !== undefined);
  if (refused) {
    assertWritable(target);
    await checkPreconditions(context, target);
    return answer(context, target.href, changes, true);
  }
  await context.decideAndWrite(target, (current) => write(context, current, changes));
  answer(context, target.href, changes, false);
}

/** What is not in a tree has only properties that the service makes. */
function judge(context: Context, target: Target, instruction: PropertyInstruction): PropertyChange {
  const change = judgeProperty(instruction, context.options);
  if (target.kind === 'node' || change.refusal !== undefined) return change;
  return { ...change, refusal: { status: 403, error: '<D:cannot-modify-protected-property/>' } };
}

function assertWritable(target: Target): void {
  if (target.kind === 'node') needOnNode(target, Privilege.writeProperties);
  else if (target.kind !== 'static' && target.kind !== 'principal') throw notFound();
}

async function write(context: Context, target: Target, changes: readonly PropertyChange[]): Promise<void> {
  if (target.kind !== 'node') {
    await checkPreconditions(context, target);
    throw notFound();
  }
  needOnNode(target, Privilege.writeProperties);
  const guard = await checkPreconditions(context, target);
  const { set, remove } = netEffect(changes);
  const modified = changes.findLast((change) => change.modified !== undefined)?.modified;
  const limits = propertyLimits(context.options);
  const change = {
    nodeId: target.node.id,
    set,
    remove,
    limits,
    ...(modified === undefined ? {} : { modified }),
    guard,
  };
  try {
    await target.store.setProperties(change, context.call);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'limit-exceeded') throw error;
    throw new DavProblem(507, error.message);
  }
}

/** Instructions are carried out in order (§9.2), so of several for one property the last counts. */
function netEffect(changes: readonly PropertyChange[]): {
  readonly set: readonly DeadProperty[];
  readonly remove: readonly PropertyName[];
} {
  const last = new Map(changes.map((change) => [propertyKey(change.name), change]));
  const set = [...last.values()].flatMap((change) => (change.property === undefined ? [] : [change.property]));
  const remove = [...last.values()].filter((change) => change.property === undefined).map((change) => change.name);
  return { set, remove };
}

/** RFC 4918 §9.2.1: what failed with its reason, everything else as a failed dependency. */
function answer(context: Context, href: string, changes: readonly PropertyChange[], refused: boolean): void {
  const { exchange } = context;
  const minimal = parsePrefer(exchange.header('prefer'), exchange.header('brief')).minimal;
  if (minimal && !refused) {
    exchange.send(200, { 'Preference-Applied': 'return=minimal', Vary: 'Brief, Prefer' }); // RFC 8144 §2.1
    return;
  }
  const byKey = [...new Map(changes.map((change) => [propertyKey(change.name), change])).values()];
  const groups = Map.groupBy(byKey, (change) => statusKey(change, refused));
  const propstats = [...groups.values()].map((group): PropStat => {
    const first = group[0] as PropertyChange;
    const status = first.refusal?.status ?? (refused ? 424 : 200);
    const xml = group.map((change) => formatPropName(change.name)).join('');
    return first.refusal?.error === undefined ? { status, xml } : { status, xml, error: first.refusal.error };
  });
  const stream = exchange.multistatus({ Vary: 'Brief, Prefer' });
  stream.add(formatPropertyResponse(href, propstats));
  stream.end();
}

function statusKey(change: PropertyChange, refused: boolean): string {
  return change.refusal === undefined
    ? refused
      ? '424'
      : '200'
    : `${change.refusal.status} ${change.refusal.error ?? ''}`;
}
