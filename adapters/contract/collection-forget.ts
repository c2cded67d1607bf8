/** What becomes of a principal's things when the principal is gone. */
import type { CollectionRule } from './collection-fixture.ts';
import { filesOf, readWrite } from './collection-fixture.ts';
import { callOf } from './support.ts';

export function forgetRules(rule: CollectionRule): void {
  rule('port: a principal that is forgotten has no tree, and a new one begins empty', async (t, at) => {
    const alice = await at.tree('alice');
    const folder = await at.mkcol(alice.id, 'f');
    await at.put(folder.id, 'x', 'at x');
    await at.putBlob(alice.id, 'large', 'blob-1', 100_000);
    await at.tree('alice', 'calendars');
    await at.store.forgetPrincipal('alice', callOf());
    t.is((await at.resolve('alice')).links.length, 0);
    t.is((await at.store.usage(filesOf('alice'), callOf())).usedOctets, 0);
    const again = await at.tree('alice');
    t.not(again.id, alice.id);
    t.deepEqual(await at.members(again.id), []);
    await at.upkeep();
    t.deepEqual(await at.store.referencedBlobs(['blob-1'], callOf()), new Set());
    t.is((await at.store.usage(filesOf('alice'), callOf())).usedOctets, 0);
    t.truthy(await at.at('alice'));
  });

  rule('port: what a forgotten principal shared leaves the homes of others', async (t, at) => {
    const alice = await at.tree('alice');
    const bob = await at.tree('bob');
    const shared = await at.mkcol(alice.id, 'shared');
    await at.share(shared.id, { bob: readWrite });
    await at.store.reconcileMounts(filesOf('bob'), ['bob'], callOf());
    t.deepEqual(await at.names(bob.id), ['shared']);
    await at.store.forgetPrincipal('alice', callOf());
    t.is(await at.at('bob', 'shared'), undefined);
    t.true(await at.store.reconcileMounts(filesOf('bob'), ['bob'], callOf()));
    t.deepEqual(await at.names(bob.id), []);
  });

  rule('port: grants to a forgotten principal, its locks and its uploads go; those of others stay', async (t, at) => {
    const alice = await at.tree('alice');
    await at.put(alice.id, 'x', 'at x');
    await at.put(alice.id, 'y', 'at y');
    await at.share(alice.id, { bob: readWrite, carol: readWrite });
    await at.lock(alice.id, 'x', { principalId: 'bob' });
    await at.lock(alice.id, 'y', { principalId: 'carol' });
    await at.store.forgetPrincipal('bob', callOf());
    await at.store.forgetPrincipal('nobody', callOf());
    const grantees = (await at.store.accessControl([alice.id], callOf())).map((entry) => entry.grantee);
    t.deepEqual(grantees, ['carol']);
    const locks = await at.store.locksBelow(alice.id, callOf());
    t.deepEqual(
      locks.map((lock) => lock.principalId),
      ['carol'],
    );
    t.is((await at.resourceAt('alice', 'x')).name, 'x');
  });
}
