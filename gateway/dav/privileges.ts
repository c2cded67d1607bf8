/** RFC 3744 §3 and §5.3: the tree of privileges, and privileges as XML. */
import { allPrivileges, Privilege, write } from '../ports/privilege.ts';
import type { PrivilegeSet } from '../ports/privilege.ts';

interface PrivilegeNode {
  readonly name: string;
  readonly bits: PrivilegeSet;
  readonly description: string;
  readonly contains: readonly PrivilegeNode[];
}

function leaf(name: string, bits: PrivilegeSet, description: string): PrivilegeNode {
  return { name, bits, description, contains: [] };
}

const tree: PrivilegeNode = {
  name: 'all',
  bits: allPrivileges,
  description: 'Everything',
  contains: [
    leaf('read', Privilege.read, 'Read content and properties'),
    {
      name: 'write',
      bits: write,
      description: 'Change content, properties and members',
      contains: [
        leaf('write-properties', Privilege.writeProperties, 'Change properties'),
        leaf('write-content', Privilege.writeContent, 'Change content'),
        leaf('bind', Privilege.bind, 'Add members'),
        leaf('unbind', Privilege.unbind, 'Remove members'),
      ],
    },
    leaf('unlock', Privilege.unlock, "Remove someone else's lock"),
    leaf('read-acl', Privilege.readAcl, 'Read access control'),
    leaf('read-current-user-privilege-set', Privilege.readCurrentUserPrivilegeSet, 'Read own privileges'),
    leaf('write-acl', Privilege.writeAcl, 'Change access control'),
  ],
};

function flatten(node: PrivilegeNode): readonly PrivilegeNode[] {
  return [node, ...node.contains.flatMap(flatten)];
}

const all = flatten(tree);

/** The bits of a DAV: privilege by its name; undefined when there is none of that name. */
export function privilegeBits(name: string): PrivilegeSet | undefined {
  return all.find((node) => node.name === name)?.bits;
}

function formatSupported(node: PrivilegeNode): string {
  return (
    `<D:supported-privilege><D:privilege><D:${node.name}/></D:privilege>` +
    `<D:description xml:lang="en">${node.description}</D:description>` +
    `${node.contains.map(formatSupported).join('')}</D:supported-privilege>`
  );
}

export const supportedPrivilegeSet = `<D:supported-privilege-set>${formatSupported(tree)}</D:supported-privilege-set>`;

/** Every privilege, aggregates too, that a set holds whole; clients look for one name or another (RFC 3744 §5.4). */
export function formatPrivileges(privileges: PrivilegeSet): string {
  let xml = '';
  for (const node of all) {
    if ((privileges & node.bits) === node.bits) xml += `<D:privilege><D:${node.name}/></D:privilege>`;
  }
  return xml;
}

/** The smallest list of names that says the same: an aggregate instead of what it contains (for DAV:acl). */
export function formatGrant(privileges: PrivilegeSet): string {
  const walk = (node: PrivilegeNode): string =>
    (privileges & node.bits) === node.bits
      ? `<D:privilege><D:${node.name}/></D:privilege>`
      : node.contains.map(walk).join('');
  return walk(tree);
}
