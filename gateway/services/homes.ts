/** The trees that people and groups have, made when they are first needed. */
import type { Call } from '../ports/call.ts';
import type { CollectionStore, TreeKey } from '../ports/collection-store.ts';
import type { Principal } from '../ports/directory.ts';
import { granteesOf, groupMemberPrivileges } from './access.ts';
import { escapeText } from '../wire/xml/format.ts';
import type { Domain } from './domains.ts';

export function filesOf(principal: Principal): TreeKey {
  return { space: 'files', owner: principal.id };
}

/** The person's own files; there from the first request on. */
export async function ensureHome(store: CollectionStore, principal: Principal, call: Call): Promise<void> {
  await store.ensureTree(filesOf(principal), call);
}

/**
 * Gives a group a folder: a tree of its own that every member finds in the own home under the group's name. Making it again
 * changes nothing but the name.
 */
export async function ensureGroupFolder(domain: Domain, group: Principal, call: Call): Promise<void> {
  const root = await domain.collections.ensureTree(filesOf(group), call);
  const guard = { principalId: group.id, lockTokens: [], expectations: [] };
  await domain.collections.setProperties(
    {
      nodeId: root.id,
      set: [
        {
          namespace: 'DAV:',
          name: 'displayname',
          xml: `<D:displayname xmlns:D="DAV:">${escapeText(group.displayName)}</D:displayname>`,
        },
      ],
      remove: [],
      guard,
    },
    call,
  );
  const entries = [{ grantee: group.id, privileges: groupMemberPrivileges }];
  await domain.collections.setAccessControl(root.id, entries, guard, call);
  for (const member of await domain.directory.members(group.id, call)) await refreshMounts(domain, member, call);
}

/**
 * Brings what others share with a person into the person's home, and takes out what they share no more.
 * @returns whether anything changed
 */
export async function refreshMounts(domain: Domain, principal: Principal, call: Call): Promise<boolean> {
  if (principal.kind === 'group') return false;
  const grantees = [...granteesOf(principal)].filter((grantee) => !grantee.includes(':'));
  await ensureHome(domain.collections, principal, call);
  return domain.collections.reconcileMounts(filesOf(principal), grantees, call);
}
