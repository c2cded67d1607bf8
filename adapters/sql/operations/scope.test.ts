import test from 'ava';
import { CollectionFixture, HandClock, holding } from '../../contract/collection-fixture.ts';
import { callOf } from '../../contract/support.ts';
import { openTestStore } from '../../sqlite/test-store.ts';
import { operations } from './index.ts';
import { guardedNodes, hasNoTree, rootsOf } from './scope.ts';
import { scopeOf, scopes } from './scopes.ts';

test('scope: the trees of nodes, of members and what they show, and of names', async (t) => {
  await using opened = await openTestStore(new HandClock());
  const at = new CollectionFixture(opened.store, opened.clock);
  const { read } = opened.engine;
  const [alice, bob] = [await at.tree('alice'), await at.tree('bob')];
  const shared = await at.mkcol(alice.id, 'shared');
  const { node: deep } = await at.put((await at.mkcol(shared.id, 'deep')).id, 'x', 'text');
  await at.share(shared.id, { bob: 1 });
  await at.store.reconcileMounts({ space: 'files', owner: 'bob' }, ['bob'], callOf());
  const roots = async (scope: Parameters<typeof rootsOf>[1][number]): Promise<readonly number[]> => [
    ...(await rootsOf(read, [scope])),
  ];
  t.deepEqual(await roots({}), []);
  t.deepEqual(await roots({ nodes: [deep.id] }), [alice.id]);
  t.deepEqual(await roots({ nodes: [deep.id, shared.id, alice.id] }), [alice.id]);
  t.deepEqual(await roots({ trees: ['files/bob', 'files/nobody'] }), [bob.id]);
  t.deepEqual(await roots({ members: [{ parentId: bob.id, name: 'none' }] }), [bob.id]);
  t.deepEqual(
    (await roots({ members: [{ parentId: bob.id, name: 'shared' }] })).toSorted((one, other) => one - other),
    [alice.id, bob.id],
  );
  t.deepEqual(await roots({ nodes: [99_999] }), []);
  // What was removed has no tree any more; it is locked by itself.
  await at.remove(alice.id, 'shared');
  t.deepEqual(await roots({ nodes: [deep.id] }), [shared.id]);
});

test('scope: what a guard saw belongs to it', (t) => {
  const guard = {
    ...holding('alice'),
    expectations: [
      { parentId: 5, name: 'x', node: { id: 6 } },
      { parentId: 7, name: 'y', node: undefined },
      { parentId: 0, name: 'files/alice', node: { id: 1 } },
      { parentId: 0, name: 'files/bob', node: undefined },
    ],
  };
  t.deepEqual(guardedNodes(guard), [5, 7, 1]);
  const put = scopeOf('removeMember', { parentId: 9, name: 'z', guard, nowMs: 0 });
  t.deepEqual(put, { nodes: [9, 5, 7, 1] });
  t.false(hasNoTree(put));
  t.true(hasNoTree({ parts: ['accounts'] }));
});

test('scope: every operation has one', (t) => {
  t.deepEqual(Object.keys(scopes).sort(), Object.keys(operations).sort());
});
