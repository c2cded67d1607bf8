/** Dead properties and access control. */
import type { CollectionRule } from './collection-fixture.ts';
import { anyone, propertyOf, readWrite } from './collection-fixture.ts';
import { callOf, inParallel, throwsCode } from './support.ts';

export function propertyRules(rule: CollectionRule): void {
  deadPropertyRules(rule);
  accessControlRules(rule);
}

function deadPropertyRules(rule: CollectionRule): void {
  rule('rfc4918 4: dead properties are kept as they came, on resources and on collections', async (t, at) => {
    const root = await at.tree();
    const c = await at.mkcol(root.id, 'c');
    const { node } = await at.put(root.id, 'x', 'text');
    const xml = '<p xmlns="urn:a" xml:lang="fr"><b xmlns:z="urn:z" z:a="1">&lt;é\u{1f600}&gt;</b>\n</p>';
    for (const nodeId of [root.id, c.id, node.id]) {
      await at.setProperties(nodeId, [{ namespace: 'urn:a', name: 'p', xml }, propertyOf('q', 'v')]);
      t.deepEqual(await at.properties(nodeId), [xml, propertyOf('q', 'v').xml].sort());
    }
    t.true((await at.at('alice'))?.hasProperties);
    t.true((await at.at('alice', 'c'))?.hasProperties);
    t.true((await at.at('alice', 'x'))?.hasProperties);
  });

  rule('port: a property of the same name is replaced, namespace and name together make the name', async (t, at) => {
    const root = await at.tree();
    const { node } = await at.put(root.id, 'x', 'text');
    await at.setProperties(node.id, [
      { namespace: 'urn:a', name: 'p', xml: '<a1/>' },
      { namespace: 'urn:b', name: 'p', xml: '<b1/>' },
      { namespace: '', name: 'p', xml: '<none/>' },
      { namespace: 'urn:a', name: 'P', xml: '<upper/>' },
    ]);
    await at.setProperties(node.id, [{ namespace: 'urn:a', name: 'p', xml: '<a2/>' }]);
    t.deepEqual(await at.properties(node.id), ['<a2/>', '<b1/>', '<none/>', '<upper/>']);
  });

  rule('rfc4918 9.2: removing a property that is not there is no error', async (t, at) => {
    const root = await at.tree();
    const { node } = await at.put(root.id, 'x', 'text');
    await at.setProperties(node.id, [propertyOf('p', 'v'), propertyOf('q', 'v')]);
    const remove = [propertyOf('p', ''), propertyOf('never', '')];
    await at.store.setProperties({ nodeId: node.id, set: [], remove, guard: anyone }, callOf());
    t.deepEqual(await at.properties(node.id), [propertyOf('q', 'v').xml]);
    t.true((await at.at('alice', 'x'))?.hasProperties);
    await at.store.setProperties({ nodeId: node.id, set: [], remove: [propertyOf('q', '')], guard: anyone }, callOf());
    t.deepEqual(await at.properties(node.id), []);
    t.false((await at.at('alice', 'x'))?.hasProperties);
  });

  rule('port: setting properties may set the modification time, and else leaves it', async (t, at) => {
    const root = await at.tree();
    const { node } = await at.put(root.id, 'x', 'text');
    at.clock.advance(5000);
    await at.setProperties(node.id, [propertyOf('p', 'v')]);
    const left = await at.resourceAt('alice', 'x');
    t.true(left.modified.equals(node.modified));
    t.is(left.etag, node.etag);
    const modified = Temporal.Instant.from('1999-12-31T23:59:59Z');
    await at.store.setProperties({ nodeId: node.id, set: [], remove: [], modified, guard: anyone }, callOf());
    t.true((await at.resourceAt('alice', 'x')).modified.equals(modified));
  });

  rule('port: properties of many nodes come at once, nodes without any are absent', async (t, at) => {
    const root = await at.tree();
    const ids: number[] = [];
    await inParallel(
      Array.from({ length: 1300 }, (_, index) => index),
      64,
      async (index) => {
        const { node } = await at.put(root.id, `n${index}`, '');
        ids.push(node.id);
        if (index % 2 === 0) await at.setProperties(node.id, [propertyOf('p', String(node.id))]);
      },
    );
    const found = await at.store.properties([...ids, 987_654], callOf());
    t.is(found.size, 650);
    for (const [id, properties] of found) t.deepEqual(properties, [propertyOf('p', String(id))]);
    t.is((await at.store.properties([], callOf())).size, 0);
  });

  rule('port: a large property is kept', async (t, at) => {
    const root = await at.tree();
    const large = propertyOf('large', 'é'.repeat(200_000));
    await at.setProperties(root.id, [large]);
    t.deepEqual(await at.properties(root.id), [large.xml]);
  });

  rule('port: properties on a node that is gone are not-found', async (t, at) => {
    const root = await at.tree();
    const { node } = await at.put(root.id, 'x', 'text');
    await at.remove(root.id, 'x');
    await throwsCode(t, at.setProperties(node.id, [propertyOf('p', 'v')]), 'not-found');
    await throwsCode(t, at.setProperties(987_654, [propertyOf('p', 'v')]), 'not-found');
  });
}

function accessControlRules(rule: CollectionRule): void {
  rule('rfc3744 8.1: access control of a node is replaced as a whole', async (t, at) => {
    const root = await at.tree();
    const c = await at.mkcol(root.id, 'c');
    await at.share(c.id, { bob: 1, 'domain:univ.example': 1 });
    t.deepEqual(await at.grantees(c.id), ['bob', 'domain:univ.example']);
    await at.share(c.id, { bob: readWrite, carol: 1 });
    const entries = await at.store.accessControl([c.id], callOf());
    t.deepEqual(entries.map(({ grantee, privileges, nodeId }) => `${grantee} ${privileges} ${nodeId}`).sort(), [
      `bob ${readWrite} ${c.id}`,
      `carol 1 ${c.id}`,
    ]);
    t.true((await at.at('alice', 'c'))?.hasAccessControl);
    await at.share(c.id, {});
    t.deepEqual(await at.grantees(c.id), []);
    t.false((await at.at('alice', 'c'))?.hasAccessControl);
  });

  rule('port: access control is that of the nodes themselves, not what they inherit', async (t, at) => {
    const root = await at.tree();
    const c = await at.mkcol(root.id, 'c');
    const { node } = await at.put(c.id, 'x', 'text');
    await at.share(c.id, { bob: 1 });
    await at.share(node.id, { carol: 1 });
    t.deepEqual(await at.grantees(node.id), ['carol']);
    const all = await at.store.accessControl([root.id, c.id, node.id], callOf());
    t.deepEqual(
      all.map(({ nodeId, grantee }) => `${nodeId} ${grantee}`).sort(),
      [`${c.id} bob`, `${node.id} carol`].sort(),
    );
    t.deepEqual(await at.store.accessControl([], callOf()), []);
  });

  rule('port: access control of a node that is gone is not-found', async (t, at) => {
    await throwsCode(t, at.share(987_654, { bob: 1 }), 'not-found');
  });
}
