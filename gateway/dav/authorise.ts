/** Whether a person may do what the method is about to do with a target. */
import { Privilege } from '../ports/privilege.ts';
import type { PrivilegeSet } from '../ports/privilege.ts';
import { privilegesAlong } from '../services/access.ts';
import { needPrivilege } from './errors.ts';
import type { Viewer } from './namespace.ts';
import type { Holder, NodeTarget, UnmappedTarget } from './target.ts';

const names: ReadonlyMap<PrivilegeSet, string> = new Map([
  [Privilege.read, 'read'],
  [Privilege.writeContent, 'write-content'],
  [Privilege.writeProperties, 'write-properties'],
  [Privilege.bind, 'bind'],
  [Privilege.unbind, 'unbind'],
  [Privilege.unlock, 'unlock'],
  [Privilege.readAcl, 'read-acl'],
  [Privilege.writeAcl, 'write-acl'],
]);

function need(privileges: PrivilegeSet, wanted: PrivilegeSet, href: string): void {
  if ((privileges & wanted) !== wanted) throw needPrivilege(href, names.get(wanted) ?? 'all');
}

/** @throws DavProblem 403 with DAV:need-privileges (RFC 3744 §7.1.1) */
export function needOnNode(target: NodeTarget, wanted: PrivilegeSet): void {
  need(target.privileges, wanted, target.href);
}

/** The same for something above the target: what lies behind a mount, and so out of the viewer's path, is never allowed. */
export function needOnLink(viewer: Viewer, target: NodeTarget, nodeId: number, wanted: PrivilegeSet): void {
  const { asked, resolution, href } = target;
  const index = resolution.links.findIndex((link) => link.node.id === nodeId);
  need(index === -1 ? 0 : privilegesAlong(viewer.principal, asked.owner, resolution, index + 1), wanted, href);
}

/** The same for the collection that holds the target. */
export function needOnHolder(target: NodeTarget | UnmappedTarget, holder: Holder, wanted: PrivilegeSet): void {
  need(holder.privileges, wanted, parentHref(target.href));
}

export function parentHref(href: string): string {
  const end = href.endsWith('/') ? href.length - 1 : href.length;
  return href.slice(0, href.lastIndexOf('/', end - 1) + 1);
}
