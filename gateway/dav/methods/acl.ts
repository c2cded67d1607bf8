/** ACL: RFC 3744 §8.1. Grants only, and only what a person can read back. */
import type { AccessControlEntry } from '../../ports/collection-store.ts';
import { allPrivileges, Privilege } from '../../ports/privilege.ts';
import type { PrivilegeSet } from '../../ports/privilege.ts';
import { domainGrantee } from '../../services/access.ts';
import { refreshMounts } from '../../services/homes.ts';
import { parseAcl } from '../../wire/dav/acl.ts';
import type { AceElement } from '../../wire/dav/acl.ts';
import { parseDestination } from '../../wire/dav/headers.ts';
import { needOnNode } from '../authorise.ts';
import type { Context } from '../context.ts';
import { badRequest, DavProblem, notFound } from '../errors.ts';
import { checkPreconditions, isOwnHost } from '../preconditions.ts';
import { privilegeBits } from '../privileges.ts';
import type { NodeTarget, Target } from '../target.ts';
import { methodNotAllowed } from './allow.ts';

type Entry = Omit<AccessControlEntry, 'nodeId'>;

/** Entries that one ACL may have. */
const maxEntries = 500;
/** People whose homes are brought in step at once; the others see the share at their next visit. */
const promptPeople = 200;

export async function acl(context: Context, target: Target): Promise<void> {
  const parsed = parseAcl(await context.exchange.readXml());
  if (!parsed.ok) throw badRequest(parsed.reason);
  if (target.kind === 'static' || target.kind === 'principal') throw methodNotAllowed(target);
  if (target.kind !== 'node') throw notFound();
  // Before anybody is looked up: who may not share is not told who there is.
  needOnNode(target, Privilege.writeAcl);
  const entries = await readEntries(context, target, parsed.value);
  const before = await target.store.accessControl([target.node.id], context.call);
  await context.decideAndWrite(target, (current) => write(context, current, entries));
  await shareWith(context, target, [...before, ...entries]);
  context.exchange.send(200);
}

async function write(context: Context, target: Target, entries: readonly Entry[]): Promise<void> {
  if (target.kind !== 'node') throw notFound();
  needOnNode(target, Privilege.writeAcl);
  const guard = await checkPreconditions(context, target);
  await target.store.setAccessControl(target.node.id, entries, guard, context.call);
}

function condition(name: string, message: string): DavProblem {
  return new DavProblem(403, message, `<D:${name}/>`);
}

/** Entries by grantee; several for one are united. @throws DavProblem with the precondition of §8.1.1 that fails */
async function readEntries(
  context: Context,
  target: NodeTarget,
  aces: readonly AceElement[],
): Promise<readonly Entry[]> {
  // A client sends back what it read: what is protected or inherited is not this ACL's to set.
  const own = aces.filter((ace) => !ace.isProtected && ace.inherited === undefined);
  if (own.length > maxEntries) throw condition('limited-number-of-aces', `an ACL has at most ${maxEntries} entries`);
  const byGrantee = new Map<string, PrivilegeSet>();
  for (const ace of own) {
    if (!ace.grant) throw condition('grant-only', 'access is granted here, never denied');
    if (ace.invert) throw condition('no-invert', 'an entry names who may, not who may not');
    const privileges = privilegesOf(ace);
    const grantee = await granteeOf(context, target, ace);
    if (grantee !== undefined) byGrantee.set(grantee, (byGrantee.get(grantee) ?? 0) | privileges);
  }
  return [...byGrantee].map(([grantee, privileges]) => ({ grantee, privileges }));
}

function privilegesOf(ace: AceElement): PrivilegeSet {
  let privileges = 0;
  for (const { namespace, name } of ace.privileges) {
    const bits = namespace === 'DAV:' ? privilegeBits(name) : undefined;
    if (bits === undefined) throw condition('not-supported-privilege', `there is no privilege ${name}`);
    privileges |= bits;
  }
  return privileges & allPrivileges;
}

/** undefined: the owner, who has everything already. */
async function granteeOf(context: Context, target: NodeTarget, ace: AceElement): Promise<string | undefined> {
  const { principal } = ace;
  if (principal.kind === 'property') {
    const { namespace, name } = principal.property;
    if (namespace === 'DAV:' && name === 'owner') return undefined;
    throw condition('allowed-principal', 'of properties only DAV:owner names a principal here');
  }
  // Everyone signed in, of the institution whose folder it is: a share never opens to other institutions unnamed.
  if (principal.kind === 'authenticated') return domainGrantee(target.domain.name);
  if (principal.kind !== 'href')
    throw condition('allowed-principal', 'an entry names a person, a group, or everyone signed in');
  const href = parseDestination(principal.href);
  const found = href.ok && isOwnHost(context, href.host) ? await context.locate(href.path) : undefined;
  if (found?.kind !== 'principal') throw condition('recognized-principal', 'there is no such person or group');
  return found.principal.id === target.resolution.tree.owner ? undefined : found.principal.id;
}

/** What was shared appears in people's homes, and what is shared no more disappears from them. */
async function shareWith(context: Context, target: NodeTarget, entries: readonly Entry[]): Promise<void> {
  const { directory } = target.domain;
  let left = promptPeople;
  for (const id of new Set(entries.map((entry) => entry.grantee))) {
    const principal = id.includes(':') ? undefined : await directory.principal(id, context.call);
    if (principal === undefined || principal.domain !== target.domain.name) continue;
    const people = principal.kind === 'group' ? await directory.members(id, context.call) : [principal];
    for (const person of people.slice(0, left)) await refreshMounts(target.domain, person, context.call);
    left -= people.length;
    if (left <= 0) return;
  }
}
