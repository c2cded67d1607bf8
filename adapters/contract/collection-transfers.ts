/** Copying and moving members. */
import type { CollectionFixture, CollectionRule } from './collection-fixture.ts';
import { propertyOf } from './collection-fixture.ts';
import { callOf, throwsCode } from './support.ts';

export function transferRules(rule: CollectionRule): void {
  copyRules(rule);
  moveRules(rule);
  overwriteRules(rule);
  refusalRules(rule);
}

/** `/a` with `/a/x`, `/a/b/y` and the empty `/a/c`; properties and access control on each. */
async function decorated(
  at: CollectionFixture,
): Promise<{ readonly root: number; readonly a: number; readonly b: number }> {
  const root = await at.tree();
  const a = await at.mkcol(root.id, 'a');
  const b = await at.mkcol(a.id, 'b');
  await at.mkcol(a.id, 'c');
  const { node: x } = await at.put(a.id, 'x', 'at x');
  const { node: y } = await at.put(b.id, 'y', 'at y');
  for (const [name, { id }] of Object.entries({ a, b, x, y })) {
    await at.setProperties(id, [propertyOf('p', name)]);
    await at.share(id, { bob: 1 });
  }
  return { root: root.id, a: a.id, b: b.id };
}

const tree = ['b/', 'b/y: at y', 'c/', 'x: at x'];

function copyRules(rule: CollectionRule): void {
  rule('rfc4918 9.8.2: a copied resource has the octets and the dead properties, and is another one', async (t, at) => {
    const { root, a } = await decorated(at);
    at.clock.advance(60_000);
    const source = await at.resourceAt('alice', 'a', 'x');
    t.deepEqual(await at.copy({ from: [a, 'x'], to: [root, 'copied'] }), { created: true });
    const copied = await at.resourceAt('alice', 'copied');
    t.not(copied.id, source.id);
    t.is(copied.etag, source.etag);
    t.is(copied.contentType, source.contentType);
    t.is(copied.sizeOctets, source.sizeOctets);
    t.is(copied.created.epochMilliseconds, at.clock.nowMs());
    t.is(await at.text(copied), 'at x');
    t.deepEqual(await at.properties(copied.id), [propertyOf('p', 'x').xml]);
    t.true(copied.hasProperties);
    await at.put(root, 'copied', 'changed');
    t.is(await at.text(await at.resourceAt('alice', 'a', 'x')), 'at x');
    await at.remove(a, 'x');
    t.is(await at.text(await at.resourceAt('alice', 'copied')), 'changed');
  });

  rule('rfc4918 9.8.3: a collection is copied with all below it and all their properties', async (t, at) => {
    const { root, a } = await decorated(at);
    t.deepEqual(await at.copy({ from: [root, 'a'], to: [root, 'copied'] }), { created: true });
    const copied = await at.collectionAt('alice', 'copied');
    t.deepEqual(await at.below(copied.id), tree);
    t.deepEqual(await at.below(a), tree);
    for (const [path, name] of [
      [['copied'], 'a'],
      [['copied', 'b'], 'b'],
      [['copied', 'x'], 'x'],
      [['copied', 'b', 'y'], 'y'],
    ] as const) {
      const node = await at.at('alice', ...path);
      t.deepEqual(await at.properties(node?.id ?? 0), [propertyOf('p', name).xml], path.join('/'));
    }
    t.deepEqual((await at.changes(copied.id, 0)).changed.map(({ name }) => name).sort(), ['b', 'c', 'x']);
    await at.put(copied.id, 'x', 'changed');
    t.deepEqual(await at.below(a), tree);
  });

  rule('port: access control is not copied', async (t, at) => {
    const { root, a } = await decorated(at);
    await at.copy({ from: [root, 'a'], to: [root, 'copied'] });
    await at.copy({ from: [a, 'x'], to: [root, 'x'] });
    for (const path of [['copied'], ['copied', 'b'], ['copied', 'x'], ['copied', 'b', 'y'], ['x']]) {
      const node = await at.at('alice', ...path);
      t.false(node?.hasAccessControl, path.join('/'));
      t.deepEqual(await at.grantees(node?.id ?? 0), []);
    }
    t.deepEqual(await at.grantees(a), ['bob']);
  });

  rule('rfc4918 9.8.3: a copy of depth 0 is the collection without its members', async (t, at) => {
    const { root } = await decorated(at);
    await at.copy({ from: [root, 'a'], to: [root, 'copied'], depth: '0' });
    const copied = await at.collectionAt('alice', 'copied');
    t.deepEqual(await at.below(copied.id), []);
    t.deepEqual(await at.properties(copied.id), [propertyOf('p', 'a').xml]);
  });

  rule('port: a copy of a calendar is a calendar', async (t, at) => {
    const root = await at.tree('alice', 'calendars');
    const guard = { principalId: 'alice', lockTokens: [], expectations: [] };
    await at.store.makeCollection(
      { parentId: root.id, name: 'work', collectionKind: 'calendar', properties: [], guard },
      callOf(),
    );
    await at.copy({ from: [root.id, 'work'], to: [root.id, 'copied'] });
    const kinds = (await at.members(root.id)).map((node) => (node.type === 'collection' ? node.collectionKind : ''));
    t.deepEqual(kinds, ['calendar', 'calendar']);
  });

  rule('port: a collection may be copied into a member of another, and its parent into a sibling', async (t, at) => {
    const { root, a, b } = await decorated(at);
    await at.copy({ from: [a, 'b'], to: [root, 'b'] });
    const other = await at.collectionAt('alice', 'b');
    await at.copy({ from: [root, 'a'], to: [other.id, 'a'] });
    t.deepEqual(await at.below(other.id), ['a/', ...tree.map((line) => `a/${line}`), 'y: at y']);
    await at.copy({ from: [a, 'x'], to: [b, 'x'] });
    t.deepEqual(await at.below(b), ['x: at x', 'y: at y']);
  });
}

function moveRules(rule: CollectionRule): void {
  rule('port: a moved tree keeps its ids, dead properties and access control', async (t, at) => {
    const { root, a, b } = await decorated(at);
    const there = await at.mkcol(root, 'there');
    const { id: x } = await at.resourceAt('alice', 'a', 'x');
    t.deepEqual(await at.move({ from: [root, 'a'], to: [there.id, 'moved'] }), { created: true });
    t.is(await at.at('alice', 'a'), undefined);
    const moved = await at.collectionAt('alice', 'there', 'moved');
    t.is(moved.id, a);
    t.is(moved.parentId, there.id);
    t.is(moved.name, 'moved');
    t.is((await at.at('alice', 'there', 'moved', 'x'))?.id, x);
    t.deepEqual(await at.below(a), tree);
    for (const [id, name] of [
      [a, 'a'],
      [b, 'b'],
      [x, 'x'],
    ] as const) {
      t.deepEqual(await at.properties(id), [propertyOf('p', name).xml]);
      t.deepEqual(await at.grantees(id), ['bob']);
    }
    t.deepEqual(await at.store.ancestors(x, callOf()), [root, there.id, a, x]);
  });

  rule('port: what is moved into the tree of somebody else leaves all its access control behind', async (t, at) => {
    const { root, a, b } = await decorated(at);
    const bob = await at.tree('bob');
    const { id: x } = await at.resourceAt('alice', 'a', 'x');
    await at.move({ from: [root, 'a'], to: [bob.id, 'moved'] });
    t.deepEqual(await at.below((await at.collectionAt('bob', 'moved')).id), tree);
    for (const id of [a, b, x]) t.deepEqual(await at.grantees(id), []);
    t.false((await at.at('bob', 'moved', 'b'))?.hasAccessControl);
  });

  rule('port: a moved resource keeps octets, type and times', async (t, at) => {
    const { root, a } = await decorated(at);
    const before = await at.resourceAt('alice', 'a', 'x');
    at.clock.advance(60_000);
    await at.move({ from: [a, 'x'], to: [root, 'y'] });
    const after = await at.resourceAt('alice', 'y');
    t.is(after.id, before.id);
    t.is(after.etag, before.etag);
    t.is(after.contentType, before.contentType);
    t.true(after.created.equals(before.created));
    t.true(after.modified.equals(before.modified));
    t.is(await at.text(after), 'at x');
  });

  rule('port: a tree moves between owners with all it carries', async (t, at) => {
    const { root, a, b } = await decorated(at);
    const bob = await at.tree('bob');
    await at.move({ from: [root, 'a'], to: [bob.id, 'a'] });
    t.deepEqual(await at.below(bob.id), ['a/', ...tree.map((line) => `a/${line}`)]);
    t.deepEqual(await at.names(root), []);
    t.deepEqual(await at.store.ancestors(b, callOf()), [bob.id, a, b]);
    t.is((await at.resolve('bob', 'a', 'b')).rootId, bob.id);
  });
}

function overwriteRules(rule: CollectionRule): void {
  for (const kind of ['copy', 'move'] as const) {
    rule(`port: a ${kind} onto something is refused without overwrite`, async (t, at) => {
      const { root, a } = await decorated(at);
      await at.put(root, 'file', 'in the way');
      await at.mkcol(root, 'folder');
      const before = await at.below(root);
      for (const name of ['file', 'folder']) {
        for (const from of [
          [a, 'x'],
          [root, 'a'],
        ] as const) {
          await throwsCode(t, at[kind]({ from, to: [root, name] }), 'precondition-failed', 'destination-exists');
        }
      }
      t.deepEqual(await at.below(root), before);
    });

    rule(`rfc4918 9.8.4: a ${kind} with overwrite replaces what was there as a whole`, async (t, at) => {
      const { root } = await decorated(at);
      const old = await at.mkcol(root, 'old');
      await at.put(old.id, 'only here', 'text');
      await at.put(old.id, 'x', 'old x');
      await at.setProperties(old.id, [propertyOf('old', 'v')]);
      await at.share(old.id, { carol: 1 });
      t.deepEqual(await at[kind]({ from: [root, 'a'], to: [root, 'old'], overwrite: true }), { created: false });
      const now = await at.collectionAt('alice', 'old');
      t.not(now.id, old.id);
      t.deepEqual(await at.below(now.id), tree);
      t.deepEqual(await at.properties(now.id), [propertyOf('p', 'a').xml]);
      t.false((await at.grantees(now.id)).includes('carol'));
    });

    rule(`rfc4918 9.8.4: a ${kind} of one sort over the other is a replacement too`, async (t, at) => {
      const { root, a } = await decorated(at);
      await at.put(root, 'file', 'file');
      const folder = await at.mkcol(root, 'folder');
      await at.put(folder.id, 'inner', 'text');
      await at[kind]({ from: [a, 'x'], to: [root, 'folder'], overwrite: true });
      t.is(await at.text(await at.resourceAt('alice', 'folder')), 'at x');
      await at[kind]({ from: [root, 'a'], to: [root, 'file'], overwrite: true });
      t.is((await at.collectionAt('alice', 'file')).type, 'collection');
      await at.upkeep();
      t.true((await at.below(root)).includes('file/b/y: at y'));
    });
  }

  rule('port: overwrite onto nothing makes something new', async (t, at) => {
    const { root, a } = await decorated(at);
    t.deepEqual(await at.copy({ from: [a, 'x'], to: [root, 'n1'], overwrite: true }), { created: true });
    t.deepEqual(await at.move({ from: [a, 'x'], to: [root, 'n2'], overwrite: true }), { created: true });
  });
}

function refusalRules(rule: CollectionRule): void {
  for (const kind of ['copy', 'move'] as const) {
    rule(`port: a ${kind} of a collection into itself is a loop, at any depth`, async (t, at) => {
      const { root, a, b } = await decorated(at);
      const before = await at.below(root);
      for (const to of [
        [a, 'new'],
        [b, 'new'],
        [a, 'b'],
        [b, 'y'],
      ] as const) {
        const work = at[kind]({ from: [root, 'a'], to, overwrite: true });
        await throwsCode(t, work, 'precondition-failed', 'loop');
      }
      t.deepEqual(await at.below(root), before);
    });

    rule(`port: a ${kind} onto what holds the source loses nothing`, async (t, at) => {
      const { root, a } = await decorated(at);
      const before = await at.below(root);
      for (const [from, to] of [
        [
          [a, 'x'],
          [root, 'a'],
        ],
        [
          [a, 'b'],
          [root, 'a'],
        ],
      ] as const) {
        const outcome = await at[kind]({ from, to, overwrite: true }).then(
          () => 'done',
          (error: unknown) => error,
        );
        // Either the source takes the place of what held it, or the whole is refused.
        const now = await at.below(root);
        if (outcome === 'done') t.true(now.includes('a: at x') || now.includes('a/y: at y'));
        else t.deepEqual(now, before);
      }
    });

    rule(`port: a ${kind} of what is not there is not-found`, async (t, at) => {
      const { root, a } = await decorated(at);
      await throwsCode(t, at[kind]({ from: [a, 'none'], to: [root, 'x'] }), 'not-found');
      await throwsCode(t, at[kind]({ from: [987_654, 'x'], to: [root, 'x'] }), 'not-found');
      await throwsCode(t, at[kind]({ from: [a, 'x'], to: [987_654, 'x'] }), 'not-found');
    });
  }

  rule('port: a copy of more members than the limit is limit-exceeded and leaves nothing', async (t, at) => {
    const root = await at.tree();
    const a = await at.mkcol(root.id, 'a');
    const b = await at.mkcol(a.id, 'b');
    for (let index = 0; index < 10; index += 1) await at.put(index % 2 === 0 ? a.id : b.id, `n${index}`, 'text');
    const used = await at.used();
    await throwsCode(t, at.copy({ from: [root.id, 'a'], to: [root.id, 'c'], limitMembers: 6 }), 'limit-exceeded');
    t.deepEqual(await at.names(root.id), ['a']);
    t.is(await at.used(), used);
    await at.copy({ from: [root.id, 'a'], to: [root.id, 'c'], limitMembers: 12 });
    // A move makes nothing and has no limit; nor is there anything to count at depth 0.
    await at.move({ from: [root.id, 'a'], to: [root.id, 'moved'], limitMembers: 1 });
    await at.copy({ from: [root.id, 'c'], to: [root.id, 'flat'], depth: '0', limitMembers: 1 });
    t.deepEqual(await at.names(root.id), ['c', 'flat', 'moved']);
  });

  rule('port: two moves that would make a loop together do not', async (t, at) => {
    const root = await at.tree();
    for (let round = 0; round < 10; round += 1) {
      const a = await at.mkcol(root.id, `a${round}`);
      const b = await at.mkcol(root.id, `b${round}`);
      const outcomes = await Promise.allSettled([
        at.move({ from: [root.id, `a${round}`], to: [b.id, 'a'] }),
        at.move({ from: [root.id, `b${round}`], to: [a.id, 'b'] }),
      ]);
      t.is(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
      t.is((await at.store.ancestors(a.id, callOf()))[0], root.id);
      t.is((await at.store.ancestors(b.id, callOf()))[0], root.id);
    }
  });
}
