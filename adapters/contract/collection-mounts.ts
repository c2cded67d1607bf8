/** What others share, as it is found in a viewer's own tree. */
import type { CollectionNode, MountNode } from '../../gateway/ports/collection-store.ts';
import type { CollectionFixture, CollectionRule } from './collection-fixture.ts';
import { anyone, filesOf, lastLink, readWrite } from './collection-fixture.ts';
import { callOf, same, throwsCode } from './support.ts';

export function mountRules(rule: CollectionRule): void {
  reconcileRules(rule);
  resolveRules(rule);
  viewerRules(rule);
  endRules(rule);
}

interface Shared {
  readonly alice: CollectionNode;
  readonly bob: CollectionNode;
  /** Alice's `/projects/shared`, shared with bob; it has `x` and `sub/y`. */
  readonly shared: CollectionNode;
}

async function sharedWithBob(at: CollectionFixture): Promise<Shared> {
  const alice = await at.tree('alice');
  const bob = await at.tree('bob');
  const projects = await at.mkcol(alice.id, 'projects');
  const shared = await at.mkcol(projects.id, 'shared');
  const sub = await at.mkcol(shared.id, 'sub');
  await at.put(shared.id, 'x', 'at x');
  await at.put(sub.id, 'y', 'at y');
  await at.share(shared.id, { bob: readWrite });
  await reconcile(at, 'bob');
  return { alice, bob, shared };
}

function reconcile(at: CollectionFixture, viewer: string, ...groups: readonly string[]): Promise<boolean> {
  return at.store.reconcileMounts(filesOf(viewer), [viewer, ...groups], callOf());
}

async function mountOf(at: CollectionFixture, rootId: number, name: string): Promise<MountNode> {
  const node = (await at.members(rootId)).find((member) => member.name === name);
  if (node?.type !== 'mount') throw new Error(`${name} is no mount`);
  return node;
}

function reconcileRules(rule: CollectionRule): void {
  rule('port: what is shared with a viewer is mounted in the root, once', async (t, at) => {
    const alice = await at.tree('alice');
    const bob = await at.tree('bob');
    const shared = await at.mkcol(alice.id, 'shared');
    t.false(await reconcile(at, 'bob'));
    t.deepEqual(await at.names(bob.id), []);
    await at.share(shared.id, { bob: 1 });
    const before = (await at.collectionAt('bob')).membersModSeq;
    t.true(await reconcile(at, 'bob'));
    const mount = await mountOf(at, bob.id, 'shared');
    t.is(mount.target.id, shared.id);
    t.is(mount.parentId, bob.id);
    same(t, (await at.changes(bob.id, before)).changed, [mount]);
    const after = (await at.collectionAt('bob')).membersModSeq;
    t.false(await reconcile(at, 'bob'));
    t.is((await at.collectionAt('bob')).membersModSeq, after);
    t.deepEqual(await at.names(alice.id), ['shared']);
  });

  rule('port: a viewer whose tree does not exist yet finds the mounts when it does', async (t, at) => {
    const alice = await at.tree('alice');
    const shared = await at.mkcol(alice.id, 'shared');
    await at.share(shared.id, { carol: 1 });
    await reconcile(at, 'carol');
    const carol = await at.tree('carol');
    await reconcile(at, 'carol');
    t.deepEqual(await at.names(carol.id), ['shared']);
  });

  rule(
    'port: grants to the groups that were told count, grants to others and to whole domains do not',
    async (t, at) => {
      const alice = await at.tree('alice');
      const bob = await at.tree('bob');
      for (const [name, grantee] of Object.entries({
        a: 'group',
        b: 'domain:univ.example',
        c: 'carol',
        d: 'others',
        e: 'other group',
      })) {
        await at.share((await at.mkcol(alice.id, name)).id, { [grantee]: 1 });
      }
      await reconcile(at, 'bob', 'group', 'other group');
      t.deepEqual(await at.names(bob.id), ['a', 'e']);
      // One collection that is shared twice with the same person is mounted once.
      await at.share((await at.collectionAt('alice', 'a')).id, { group: 1, bob: 1 });
      await reconcile(at, 'bob', 'group', 'other group');
      t.deepEqual(await at.names(bob.id), ['a', 'e']);
    },
  );

  rule('port: one is not given a mount of what is in the own tree', async (t, at) => {
    const alice = await at.tree('alice');
    await at.share((await at.mkcol(alice.id, 'shared')).id, { group: 1, alice: 1 });
    t.false(await reconcile(at, 'alice', 'group'));
    t.deepEqual(await at.names(alice.id), ['shared']);
  });

  rule('port: a name that is taken is left alone, the mount gets a free one', async (t, at) => {
    const bob = await at.tree('bob');
    await at.put(bob.id, 'shared', 'mine');
    for (const owner of ['alice', 'carol', 'dave']) {
      const root = await at.tree(owner);
      await at.share((await at.mkcol(root.id, 'shared')).id, { bob: 1 });
    }
    t.true(await reconcile(at, 'bob'));
    const members = await at.members(bob.id);
    t.is(members.length, 4);
    t.is(members.filter(({ type }) => type === 'mount').length, 3);
    t.is(await at.text(await at.resourceAt('bob', 'shared')), 'mine');
    t.false(await reconcile(at, 'bob'));
  });

  rule('port: what is shared in one space is not mounted in another', async (t, at) => {
    const files = await at.tree('alice', 'files');
    await at.tree('bob', 'calendars');
    const bob = await at.tree('bob', 'files');
    const calendars = await at.tree('alice', 'calendars');
    await at.share((await at.mkcol(files.id, 'folder')).id, { bob: 1 });
    const calendar = await at.store.makeCollection(
      { parentId: calendars.id, name: 'calendar', collectionKind: 'calendar', properties: [], guard: anyone },
      callOf(),
    );
    await at.share(calendar.id, { bob: 1 });
    await reconcile(at, 'bob');
    t.deepEqual(await at.names(bob.id), ['folder']);
    const inCalendars = { space: 'calendars' as const, owner: 'bob' };
    await at.store.reconcileMounts(inCalendars, ['bob'], callOf());
    t.deepEqual(await at.names((await at.tree('bob', 'calendars')).id), ['calendar']);
  });

  rule('port: many reconciliations at once make each mount once', async (t, at) => {
    const alice = await at.tree('alice');
    const bob = await at.tree('bob');
    for (let index = 0; index < 5; index += 1) {
      await at.share((await at.mkcol(alice.id, `s${index}`)).id, { bob: 1 });
    }
    await Promise.all(Array.from({ length: 16 }, () => reconcile(at, 'bob')));
    t.deepEqual(await at.names(bob.id), ['s0', 's1', 's2', 's3', 's4']);
  });
}

function resolveRules(rule: CollectionRule): void {
  rule('port: walking through a mount goes on at the collection itself', async (t, at) => {
    const { alice, bob, shared } = await sharedWithBob(at);
    const mount = await mountOf(at, bob.id, 'shared');
    const { links, missing, tree, rootId } = await at.resolve('bob', 'shared', 'sub', 'y');
    t.deepEqual(missing, []);
    t.deepEqual(tree, filesOf('alice'));
    t.is(rootId, alice.id);
    const sub = await at.collectionAt('alice', 'projects', 'shared', 'sub');
    const y = await at.resourceAt('alice', 'projects', 'shared', 'sub', 'y');
    t.deepEqual(
      links.map(({ node }) => node.id),
      [bob.id, shared.id, sub.id, y.id],
    );
    t.deepEqual(
      links.map(({ via }) => via?.id),
      [undefined, mount.id, undefined, undefined],
    );
    t.is(links[1]?.via?.name, 'shared');
    t.is(links[1]?.via?.target.id, shared.id);
  });

  rule('port: what is missing behind a mount is missing in the tree that it leads to', async (t, at) => {
    const { alice } = await sharedWithBob(at);
    for (const [path, links] of [
      [['shared', 'none'], 2],
      [['shared', 'sub', 'none', 'more'], 3],
    ] as const) {
      const resolution = await at.resolve('bob', ...path);
      t.is(resolution.links.length, links);
      t.deepEqual(resolution.missing, path.slice(links - 1));
      t.is(resolution.rootId, alice.id);
      t.deepEqual(resolution.tree, filesOf('alice'));
    }
  });

  rule('port: a mount tells the access control of its target and of what that lies in, nearest last', async (t, at) => {
    const { alice, bob, shared } = await sharedWithBob(at);
    const projects = await at.collectionAt('alice', 'projects');
    await at.share(alice.id, { eve: 1 });
    await at.share(projects.id, { dave: 1 });
    const order = [alice.id, projects.id, shared.id];
    const via = (await at.resolve('bob', 'shared', 'x')).links[1]?.via;
    t.deepEqual(
      via?.targetAccess.map(({ nodeId }) => nodeId),
      order,
    );
    t.deepEqual(
      via?.targetAccess.map(({ grantee }) => grantee),
      ['eve', 'dave', 'bob'],
    );
    const listed = await mountOf(at, bob.id, 'shared');
    t.deepEqual(
      listed.targetAccess.map(({ nodeId }) => nodeId),
      order,
    );
    t.is(listed.targetAccess.at(-1)?.privileges, readWrite);
  });

  rule('port: a write through a mount is a write to the collection itself', async (t, at) => {
    const { bob, shared } = await sharedWithBob(at);
    const bobBefore = (await at.collectionAt('bob')).membersModSeq;
    const { node } = lastLink(await at.resolve('bob', 'shared'));
    await at.put(node.id, 'from bob', 'text');
    t.is(await at.text(await at.resourceAt('alice', 'projects', 'shared', 'from bob')), 'text');
    t.is(await at.used('bob'), 0);
    t.is(await at.used('alice'), 12);
    t.is((await at.collectionAt('bob')).membersModSeq, bobBefore);
    t.is((await mountOf(at, bob.id, 'shared')).target.membersModSeq, (await at.changes(shared.id, 0)).modSeq);
  });

  rule('port: nothing can be put or made on a mount', async (t, at) => {
    const { bob } = await sharedWithBob(at);
    await throwsCode(t, at.put(bob.id, 'shared', 'text'), 'already-exists');
    await throwsCode(t, at.mkcol(bob.id, 'shared'), 'already-exists');
    t.is((await at.resolve('bob', 'shared', 'x')).missing.length, 0);
  });

  rule('port: a copy of a mount is a copy of what it shows', async (t, at) => {
    const { bob, shared } = await sharedWithBob(at);
    await at.copy({ from: [bob.id, 'shared'], to: [bob.id, 'mine'] });
    const mine = await at.collectionAt('bob', 'mine');
    t.not(mine.id, shared.id);
    t.deepEqual(await at.below(mine.id), ['sub/', 'sub/y: at y', 'x: at x']);
    t.is((await at.resolve('bob', 'mine')).rootId, bob.id);
    t.is(await at.used('bob'), 8);
  });
}

function viewerRules(rule: CollectionRule): void {
  rule('port: two viewers have instances of their own, under names of their own', async (t, at) => {
    const { shared } = await sharedWithBob(at);
    const carol = await at.tree('carol');
    await at.share(shared.id, { bob: readWrite, carol: 1 });
    await reconcile(at, 'carol');
    const bob = await at.tree('bob');
    await at.move({ from: [bob.id, 'shared'], to: [bob.id, "alice's things"] });
    t.deepEqual(await at.names(bob.id), ["alice's things"]);
    t.deepEqual(await at.names(carol.id), ['shared']);
    t.is((await at.at('bob', "alice's things", 'x'))?.id, (await at.at('carol', 'shared', 'x'))?.id);
    t.is((await at.at('alice', 'projects', 'shared'))?.id, shared.id);
  });

  rule('port: a mount that was renamed stays under that name', async (t, at) => {
    const { bob, shared } = await sharedWithBob(at);
    const { id } = await mountOf(at, bob.id, 'shared');
    const since = (await at.collectionAt('bob')).membersModSeq;
    await at.move({ from: [bob.id, 'shared'], to: [bob.id, 'renamed'] });
    t.false(await reconcile(at, 'bob'));
    const mount = await mountOf(at, bob.id, 'renamed');
    t.is(mount.id, id);
    t.is(mount.target.id, shared.id);
    const { changed, removed } = await at.changes(bob.id, since);
    t.deepEqual([changed.map(({ name }) => name), removed.map(({ name }) => name)], [['renamed'], ['shared']]);
    t.true(removed.every(({ wasCollection }) => wasCollection));
  });

  rule('port: the owner may rename and move the collection, the mount goes on', async (t, at) => {
    const { alice, bob } = await sharedWithBob(at);
    const projects = await at.collectionAt('alice', 'projects');
    await at.move({ from: [projects.id, 'shared'], to: [alice.id, 'elsewhere'] });
    t.false(await reconcile(at, 'bob'));
    t.deepEqual(await at.names(bob.id), ['shared']);
    t.deepEqual((await at.resolve('bob', 'shared', 'sub', 'y')).missing, []);
  });

  rule('port: a viewer who removes a mount declines it: the collection stays, the mount stays away', async (t, at) => {
    const { bob, shared } = await sharedWithBob(at);
    const since = (await at.collectionAt('bob')).membersModSeq;
    await at.remove(bob.id, 'shared');
    t.deepEqual(await at.names(bob.id), []);
    t.deepEqual(
      (await at.changes(bob.id, since)).removed.map(({ name }) => name),
      ['shared'],
    );
    t.false(await reconcile(at, 'bob'));
    await at.upkeep();
    t.deepEqual(await at.names(bob.id), []);
    t.deepEqual(await at.below(shared.id), ['sub/', 'sub/y: at y', 'x: at x']);
    t.deepEqual(await at.grantees(shared.id), ['bob']);
    t.is(await at.used('alice'), 8);
  });

  rule('port: what was declined comes again with a new grant', async (t, at) => {
    const { bob, shared } = await sharedWithBob(at);
    await at.remove(bob.id, 'shared');
    await at.share(shared.id, {});
    await reconcile(at, 'bob');
    t.deepEqual(await at.names(bob.id), []);
    await at.share(shared.id, { bob: 1 });
    t.true(await reconcile(at, 'bob'));
    t.deepEqual(await at.names(bob.id), ['shared']);
  });
}

function endRules(rule: CollectionRule): void {
  rule('port: a mount whose grant is gone is removed, and comes back with the grant', async (t, at) => {
    const { bob, shared } = await sharedWithBob(at);
    const since = (await at.collectionAt('bob')).membersModSeq;
    await at.share(shared.id, { carol: 1 });
    t.true(await reconcile(at, 'bob'));
    t.deepEqual(await at.names(bob.id), []);
    t.deepEqual(
      (await at.changes(bob.id, since)).removed.map(({ name }) => name),
      ['shared'],
    );
    t.false(await reconcile(at, 'bob'));
    await at.share(shared.id, { bob: 1 });
    t.true(await reconcile(at, 'bob'));
    t.deepEqual(await at.names(bob.id), ['shared']);
    t.deepEqual(await at.below(shared.id), ['sub/', 'sub/y: at y', 'x: at x']);
  });

  rule('port: a viewer who left the group loses the mount', async (t, at) => {
    const alice = await at.tree('alice');
    const bob = await at.tree('bob');
    await at.share((await at.mkcol(alice.id, 'shared')).id, { group: 1 });
    await reconcile(at, 'bob', 'group');
    t.deepEqual(await at.names(bob.id), ['shared']);
    t.true(await reconcile(at, 'bob'));
    t.deepEqual(await at.names(bob.id), []);
  });

  rule('port: when the collection is removed nothing is found behind its mounts', async (t, at) => {
    const { bob } = await sharedWithBob(at);
    const projects = await at.collectionAt('alice', 'projects');
    await at.remove(projects.id, 'shared');
    t.is(await at.at('bob', 'shared', 'x'), undefined);
    await reconcile(at, 'bob');
    await at.upkeep();
    await reconcile(at, 'bob');
    t.deepEqual(await at.names(bob.id), []);
    t.deepEqual((await at.resolve('bob', 'shared', 'x')).missing, ['shared', 'x']);
  });

  rule('port: so it is when what holds the collection is removed', async (t, at) => {
    const { alice, bob } = await sharedWithBob(at);
    await at.remove(alice.id, 'projects');
    await at.upkeep();
    await reconcile(at, 'bob');
    t.is(await at.at('bob', 'shared', 'x'), undefined);
    t.deepEqual(await at.names(bob.id), []);
    t.is(await at.used('alice'), 0);
  });
}
