import test from 'ava';
import type { AccessControlEntry, CollectionNode, MountNode, PathLink, Resolution } from '../ports/collection-store.ts';
import type { Principal } from '../ports/directory.ts';
import { allPrivileges, Privilege, write } from '../ports/privilege.ts';
import { domainGrantee, granteesOf, groupMemberPrivileges, privilegesAlong } from './access.ts';

const epoch = Temporal.Instant.fromEpochMilliseconds(0);

function person(id: string, groups: readonly string[] = [], domain = 'univ.test'): Principal {
  const address = `${id}@${domain}`;
  return {
    id,
    kind: 'person',
    domain,
    address,
    addresses: [address],
    displayName: id,
    state: 'active',
    roles: [],
    groups,
    quotaOctets: undefined,
    language: undefined,
  };
}

function folder(id: number, parentId: number): CollectionNode {
  return {
    id,
    parentId,
    name: `f${id}`,
    modSeq: 1,
    createdModSeq: 1,
    created: epoch,
    modified: epoch,
    hasProperties: false,
    hasAccessControl: true,
    type: 'collection',
    collectionKind: 'folder',
    membersModSeq: 1,
  };
}

function entry(nodeId: number, grantee: string, privileges: number): AccessControlEntry {
  return { nodeId, grantee, privileges };
}

function link(node: CollectionNode, access: readonly AccessControlEntry[] = [], via?: MountNode): PathLink {
  return { node, access, via };
}

function path(owner: string, ...links: readonly PathLink[]): Resolution {
  return { tree: { space: 'files', owner }, rootId: 1, links, missing: [] };
}

test('the owner may do everything in the own tree', (t) => {
  t.is(privilegesAlong(person('ada'), 'ada', path('ada', link(folder(1, 0)))), allPrivileges);
});

test('members of a group use its tree but do not change its access control', (t) => {
  const privileges = privilegesAlong(person('ada', ['g']), 'g', path('g', link(folder(1, 0))));
  t.is(privileges, groupMemberPrivileges);
  t.is(privileges & Privilege.writeAcl, 0);
});

test('rfc3744 5.5: an entry on a collection reaches everything below it and nothing above', (t) => {
  const links = [link(folder(1, 0)), link(folder(2, 1), [entry(2, 'bob', Privilege.read)]), link(folder(3, 2))];
  const resolution = path('ada', ...links);
  t.is(privilegesAlong(person('bob'), 'ada', resolution), Privilege.read);
  t.is(privilegesAlong(person('bob'), 'ada', resolution, 1), 0);
});

test('entries for oneself, a group and the domain add up', (t) => {
  const access = [
    entry(1, 'bob', Privilege.read),
    entry(1, 'g', write),
    entry(1, domainGrantee('univ.test'), Privilege.readAcl),
    entry(1, domainGrantee('other.test'), Privilege.writeAcl),
    entry(1, 'cleo', allPrivileges),
  ];
  const resolution = path('ada', link(folder(1, 0), access));
  t.is(privilegesAlong(person('bob', ['g']), 'ada', resolution), Privilege.read | write | Privilege.readAcl);
});

test('behind a mount the privileges of the own home count no more', (t) => {
  const target = folder(9, 8);
  const mount: MountNode = { ...folder(5, 1), type: 'mount', target, targetAccess: [entry(9, 'bob', Privilege.read)] };
  const resolution = path('ada', link(folder(1, 0)), link(target, [], mount), link(folder(10, 9)));
  t.is(privilegesAlong(person('bob'), 'bob', resolution), Privilege.read);
  t.is(privilegesAlong(person('bob'), 'bob', resolution, 1), allPrivileges);
});

test('a mount whose grant is gone gives nothing', (t) => {
  const target = folder(9, 8);
  const mount: MountNode = { ...folder(5, 1), type: 'mount', target, targetAccess: [] };
  t.is(privilegesAlong(person('bob'), 'bob', path('ada', link(folder(1, 0)), link(target, [], mount))), 0);
});

test('the grantees of a person are the id, the groups and the domain', (t) => {
  t.deepEqual(granteesOf(person('ada', ['g', 'h'])), new Set(['ada', 'g', 'h', 'domain:univ.test']));
});
