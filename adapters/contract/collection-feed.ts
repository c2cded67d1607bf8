/** What a store says to the change feed. */
import type { CollectionRule, OpenedCollectionStore } from './collection-fixture.ts';
import { filesOf, propertyOf } from './collection-fixture.ts';
import { callOf, throwsCode } from './support.ts';

export function feedRules(rule: CollectionRule): void {
  rule('change-feed: a write is published for each collection whose sequence it raised', async (t, at, opened) => {
    const root = await at.tree();
    const c = await at.mkcol(root.id, 'c');
    const { node } = await at.put(root.id, 'x', 'text');
    const writes = [
      [() => at.put(root.id, 'x', 'changed'), [root.id]],
      [() => at.mkcol(c.id, 'd'), [c.id]],
      [() => at.setProperties(node.id, [propertyOf('p', 'v')]), [root.id]],
      [() => at.copy({ from: [root.id, 'x'], to: [c.id, 'y'] }), [c.id]],
      [() => at.move({ from: [c.id, 'y'], to: [root.id, 'z'] }), [c.id, root.id]],
      [() => at.remove(root.id, 'z'), [root.id]],
      [() => at.lock(c.id, 'locked'), [c.id]],
    ] as const;
    for (const [write, collectionIds] of writes) {
      const before = opened.feed.published.length;
      await write();
      const reached = await Promise.all(
        collectionIds.map(async (id) => `collection:${id} ${(await at.changes(id, 0)).modSeq}`),
      );
      t.deepEqual(messages(opened, before), reached.sort());
    }
  });

  rule('change-feed: a write that is refused is not published', async (t, at, opened) => {
    const root = await at.tree();
    await at.mkcol(root.id, 'c');
    const before = opened.feed.published.length;
    await throwsCode(t, at.put(root.id, 'c', 'text'), 'already-exists');
    await throwsCode(t, at.remove(root.id, 'none'), 'not-found');
    t.deepEqual(messages(opened, before), []);
  });

  rule("change-feed: a new mount is published for the viewer's root", async (t, at, opened) => {
    const alice = await at.tree('alice');
    const bob = await at.tree('bob');
    await at.share((await at.mkcol(alice.id, 'shared')).id, { bob: 1 });
    const before = opened.feed.published.length;
    await at.store.reconcileMounts(filesOf('bob'), ['bob'], callOf());
    t.deepEqual(messages(opened, before), [`collection:${bob.id} ${(await at.changes(bob.id, 0)).modSeq}`]);
    await at.store.reconcileMounts(filesOf('bob'), ['bob'], callOf());
    t.is(messages(opened, before).length, 1);
  });
}

/** What was said of collections since there were so many messages. */
function messages(opened: OpenedCollectionStore, since: number): readonly string[] {
  const said = opened.feed.published.slice(since);
  return said
    .filter(({ topic }) => topic.startsWith('collection:'))
    .map(({ topic, modSeq }) => `${topic} ${modSeq}`)
    .sort();
}
