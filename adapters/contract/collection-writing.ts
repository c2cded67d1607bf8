/** Putting, making and removing members. */
import type { CollectionRule } from './collection-fixture.ts';
import { anyone, contentOf, etagOf, propertyOf } from './collection-fixture.ts';
import { callOf, same, throwsCode } from './support.ts';

export function writingRules(rule: CollectionRule): void {
  putRules(rule);
  collectionRules(rule);
  removeRules(rule);
  goneRules(rule);
}

function putRules(rule: CollectionRule): void {
  rule('port: a put makes a resource with what it was given', async (t, at) => {
    const root = await at.tree();
    const { node, created } = await at.put(root.id, 'a b%41.txt', 'text');
    t.true(created);
    t.is(node.type, 'resource');
    t.is(node.parentId, root.id);
    t.is(node.name, 'a b%41.txt');
    t.is(node.etag, etagOf('text'));
    t.is(node.sizeOctets, 4);
    t.is(node.contentType, 'text/plain');
    t.is(node.blobKey, undefined);
    t.is(node.created.epochMilliseconds, at.clock.nowMs());
    t.is(node.modified.epochMilliseconds, at.clock.nowMs());
    t.false(node.hasProperties);
    t.false(node.hasAccessControl);
    same(t, await at.at('alice', 'a b%41.txt'), node);
  });

  rule('rfc4918 9.7.1: a put on a resource replaces the octets and keeps the resource', async (t, at) => {
    const root = await at.tree();
    const before = await at.put(root.id, 'x', 'old');
    await at.setProperties(before.node.id, [propertyOf('p', 'kept')]);
    at.clock.advance(60_000);
    const { node, created } = await at.put(root.id, 'x', 'new and longer', {
      content: { ...contentOf('new and longer'), contentType: undefined },
    });
    t.false(created);
    t.is(node.id, before.node.id);
    t.is(node.createdModSeq, before.node.createdModSeq);
    t.is(node.created.epochMilliseconds, before.node.created.epochMilliseconds);
    t.is(node.modified.epochMilliseconds, at.clock.nowMs());
    t.true(node.modSeq > before.node.modSeq);
    t.is(node.contentType, undefined);
    t.is(await at.text(node), 'new and longer');
    t.deepEqual(await at.properties(node.id), [propertyOf('p', 'kept').xml]);
    same(t, await at.at('alice', 'x'), node);
  });

  rule('port: a put takes the modification time that the client says', async (t, at) => {
    const root = await at.tree();
    const modified = Temporal.Instant.from('2001-02-03T04:05:06Z');
    const { node } = await at.put(root.id, 'x', 'text', { modified });
    t.true(node.modified.equals(modified));
    t.is(node.created.epochMilliseconds, at.clock.nowMs());
    const replaced = await at.put(root.id, 'x', 'more');
    t.is(replaced.node.modified.epochMilliseconds, at.clock.nowMs());
  });

  rule('port: a resource is in the store or in a blob, and may go from one to the other', async (t, at) => {
    const root = await at.tree();
    t.is((await at.putBlob(root.id, 'x', 'key-1', 5_000_000_000)).node.blobKey, 'key-1');
    const blob = await at.resourceAt('alice', 'x');
    t.is(blob.sizeOctets, 5_000_000_000);
    t.is((await at.put(root.id, 'x', 'small')).node.blobKey, undefined);
    t.is(await at.text(await at.resourceAt('alice', 'x')), 'small');
    const again = await at.putBlob(root.id, 'x', 'key-2', 7);
    t.is(again.node.blobKey, 'key-2');
    await throwsCode(t, at.store.content(again.node.id, etagOf('small'), callOf()), 'not-found');
  });

  rule('port: a put on a collection is already-exists', async (t, at) => {
    const root = await at.tree();
    await at.mkcol(root.id, 'c');
    await throwsCode(t, at.put(root.id, 'c', 'text'), 'already-exists');
    t.is((await at.at('alice', 'c'))?.type, 'collection');
  });

  rule('port: every write raises the mod-sequence of its collection', async (t, at) => {
    const root = await at.tree();
    const c = await at.mkcol(root.id, 'c');
    const seen: number[] = [(await at.collectionAt('alice', 'c')).membersModSeq];
    const wrote = async (work: Promise<unknown>): Promise<void> => {
      await work;
      seen.push((await at.collectionAt('alice', 'c')).membersModSeq);
    };
    await wrote(at.put(c.id, 'x', '1'));
    await wrote(at.put(c.id, 'x', '2'));
    await wrote(at.mkcol(c.id, 'd'));
    const { id } = await at.resourceAt('alice', 'c', 'x');
    await wrote(at.setProperties(id, [propertyOf('p', 'v')]));
    await wrote(at.copy({ from: [c.id, 'x'], to: [c.id, 'y'] }));
    await wrote(at.move({ from: [c.id, 'y'], to: [c.id, 'z'] }));
    await wrote(at.remove(c.id, 'x'));
    await wrote(at.lock(c.id, 'locked'));
    for (const [index, modSeq] of seen.entries())
      t.true(index === 0 || modSeq > (seen[index - 1] as number), `${index}`);
  });
}

function collectionRules(rule: CollectionRule): void {
  rule('port: a collection is made empty, of its kind, with its properties', async (t, at) => {
    const root = await at.tree('alice', 'calendars');
    const properties = [propertyOf('displayname', 'Work'), propertyOf('colour', '#ff0000')];
    const made = await at.store.makeCollection(
      { parentId: root.id, name: 'work', collectionKind: 'calendar', properties, guard: anyone },
      callOf(),
    );
    t.is(made.type, 'collection');
    t.is(made.collectionKind, 'calendar');
    t.is(made.parentId, root.id);
    t.is(made.name, 'work');
    t.true(made.hasProperties);
    t.is(made.created.epochMilliseconds, at.clock.nowMs());
    t.deepEqual(await at.properties(made.id), properties.map(({ xml }) => xml).sort());
    t.deepEqual(await at.names(made.id), []);
    const { links } = await at.store.resolve({ space: 'calendars', owner: 'alice' }, ['work'], callOf());
    same(t, links.at(-1)?.node, made);
  });

  rule('port: a collection of a name that is taken is already-exists', async (t, at) => {
    const root = await at.tree();
    await at.mkcol(root.id, 'c');
    await at.put(root.id, 'x', 'text');
    await throwsCode(t, at.mkcol(root.id, 'c'), 'already-exists');
    await throwsCode(t, at.mkcol(root.id, 'x'), 'already-exists');
    t.is(await at.text(await at.resourceAt('alice', 'x')), 'text');
  });
}

function removeRules(rule: CollectionRule): void {
  rule('port: a removed resource is gone with all that hung on it', async (t, at) => {
    const root = await at.tree();
    const { node } = await at.put(root.id, 'x', 'text');
    await at.setProperties(node.id, [propertyOf('p', 'v')]);
    await at.share(node.id, { bob: 1 });
    await at.remove(root.id, 'x');
    t.is(await at.at('alice', 'x'), undefined);
    t.deepEqual(await at.names(root.id), []);
    t.deepEqual(await at.properties(node.id), []);
    t.deepEqual(await at.grantees(node.id), []);
    const again = await at.put(root.id, 'x', 'text');
    t.true(again.created);
    t.false(again.node.hasProperties);
    t.deepEqual(await at.properties(again.node.id), []);
    t.deepEqual(await at.grantees(again.node.id), []);
  });

  rule('rfc4918 9.6.1: a collection is removed with all below it', async (t, at) => {
    const root = await at.tree();
    const a = await at.mkcol(root.id, 'a');
    const b = await at.mkcol(a.id, 'b');
    const { node } = await at.put(b.id, 'x', 'text');
    await at.put(root.id, 'kept', 'text');
    await at.remove(root.id, 'a');
    t.deepEqual(await at.names(root.id), ['kept']);
    t.deepEqual((await at.resolve('alice', 'a', 'b', 'x')).missing, ['a', 'b', 'x']);
    const again = await at.mkcol(root.id, 'a');
    t.deepEqual(await at.names(again.id), []);
    await at.upkeep();
    await throwsCode(t, at.store.content(node.id, node.etag, callOf()), 'not-found');
    t.deepEqual(await at.below(root.id), ['a/', 'kept: text']);
  });

  rule('port: to remove what is not there is not-found', async (t, at) => {
    const root = await at.tree();
    await throwsCode(t, at.remove(root.id, 'x'), 'not-found');
    await throwsCode(t, at.remove(987_654, 'x'), 'not-found');
  });
}

function goneRules(rule: CollectionRule): void {
  rule('port: a write into a collection that is gone is not-found', async (t, at) => {
    const root = await at.tree();
    const c = await at.mkcol(root.id, 'c');
    await at.put(root.id, 'source', 'text');
    await at.remove(root.id, 'c');
    for (const parentId of [c.id, 987_654]) await everyWriteIsNotFound(parentId);

    async function everyWriteIsNotFound(parentId: number): Promise<void> {
      await throwsCode(t, at.put(parentId, 'x', 'text'), 'not-found');
      await throwsCode(t, at.mkcol(parentId, 'x'), 'not-found');
      await throwsCode(t, at.lock(parentId, 'x'), 'not-found');
      await throwsCode(t, at.remove(parentId, 'x'), 'not-found');
      await throwsCode(t, at.setProperties(parentId, [propertyOf('p', 'v')]), 'not-found');
      await throwsCode(t, at.share(parentId, { bob: 1 }), 'not-found');
      await throwsCode(t, at.copy({ from: [root.id, 'source'], to: [parentId, 'x'] }), 'not-found');
      await throwsCode(t, at.move({ from: [root.id, 'source'], to: [parentId, 'x'] }), 'not-found');
      await throwsCode(t, at.copy({ from: [parentId, 'x'], to: [root.id, 'y'] }), 'not-found');
      await throwsCode(t, at.move({ from: [parentId, 'x'], to: [root.id, 'y'] }), 'not-found');
    }
  });

  rule('port: so is one deep in a tree that was removed, before and after its upkeep', async (t, at) => {
    const root = await at.tree();
    const a = await at.mkcol(root.id, 'a');
    const b = await at.mkcol(a.id, 'b');
    const c = await at.mkcol(b.id, 'c');
    const { node } = await at.put(c.id, 'x', 'text');
    await at.put(root.id, 'source', 'text');
    await at.remove(root.id, 'a');
    for (const moment of ['before', 'after']) {
      await throwsCode(t, at.put(c.id, 'new', 'text'), 'not-found');
      await throwsCode(t, at.put(c.id, 'x', 'changed'), 'not-found');
      await throwsCode(t, at.mkcol(c.id, 'new'), 'not-found');
      await throwsCode(t, at.lock(c.id, 'new'), 'not-found');
      await throwsCode(t, at.lock(c.id, 'x'), 'not-found');
      await throwsCode(t, at.setProperties(node.id, [propertyOf('p', 'v')]), 'not-found');
      await throwsCode(t, at.share(c.id, { bob: 1 }), 'not-found');
      await throwsCode(t, at.copy({ from: [root.id, 'source'], to: [c.id, 'y'] }), 'not-found');
      await throwsCode(t, at.move({ from: [root.id, 'source'], to: [c.id, 'y'] }), 'not-found');
      await throwsCode(t, at.copy({ from: [c.id, 'x'], to: [root.id, 'y'] }), 'not-found');
      await throwsCode(t, at.move({ from: [c.id, 'x'], to: [root.id, 'y'] }), 'not-found');
      await throwsCode(t, at.changes(c.id, 0), 'not-found');
      t.deepEqual(await at.names(root.id), ['source'], moment);
      await at.upkeep();
    }
    t.is(await at.used(), 4);
  });
}
