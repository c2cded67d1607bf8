/**
 * Who may do what with a node: RFC 3744 with grants only, inherited from every collection above.
 *
 * The owner of a tree may do everything in it. The members of a group may use the group's tree but not change its access
 * control. Everyone else has what access control entries along the path give to them, to a group that holds them, or to
 * their domain.
 */
import type { AccessControlEntry, Resolution } from '../ports/collection-store.ts';
import type { Principal } from '../ports/directory.ts';
import { allPrivileges, Privilege } from '../ports/privilege.ts';
import type { PrivilegeSet } from '../ports/privilege.ts';

/** What members of a group have in the group's own tree. */
export const groupMemberPrivileges: PrivilegeSet = allPrivileges & ~Privilege.writeAcl;

/** The grantee that stands for everyone who signed in to a domain. */
export function domainGrantee(domain: string): string {
  return `domain:${domain}`;
}

/** Every name under which an entry may mean this principal. */
export function granteesOf(principal: Principal): ReadonlySet<string> {
  return new Set([principal.id, ...principal.groups, domainGrantee(principal.domain)]);
}

/** What the principal has by the tree itself, before any entry. */
export function treePrivileges(principal: Principal, owner: string): PrivilegeSet {
  if (principal.id === owner) return allPrivileges;
  return principal.groups.includes(owner) ? groupMemberPrivileges : 0;
}

export function grantedBy(entries: readonly AccessControlEntry[], grantees: ReadonlySet<string>): PrivilegeSet {
  let privileges = 0;
  for (const entry of entries) if (grantees.has(entry.grantee)) privileges |= entry.privileges;
  return privileges;
}

/**
 * Effective privileges on the `count` first links of a path.
 * @param askedOwner owner of the tree that was asked for: links before the first mount lie in it
 */
export function privilegesAlong(
  principal: Principal,
  askedOwner: string,
  resolution: Resolution,
  count: number = resolution.links.length,
): PrivilegeSet {
  const grantees = granteesOf(principal);
  // The tree that a resolution names is the one behind the last mount. Whose trees lie between is not told, and what the
  // entries grant is enough there.
  const lastMount = resolution.links.findLastIndex((link) => link.via !== undefined);
  let privileges = treePrivileges(principal, askedOwner);
  for (const [index, link] of resolution.links.slice(0, count).entries()) {
    // Behind a mount another owner's tree begins: nothing is carried over from the tree before.
    if (link.via !== undefined) {
      const byTree = index === lastMount ? treePrivileges(principal, resolution.tree.owner) : 0;
      privileges = byTree | grantedBy(link.via.targetAccess, grantees);
    }
    privileges |= grantedBy(link.access, grantees);
  }
  return privileges;
}
