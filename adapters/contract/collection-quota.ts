/** How much a tree holds, and may hold. */
import type { CollectionRule } from './collection-fixture.ts';
import { contentOf } from './collection-fixture.ts';
import { callOf, throwsCode } from './support.ts';

const tenOctets = '0123456789';

export function quotaRules(rule: CollectionRule): void {
  usageRules(rule);
  limitRules(rule);
  transferRules(rule);
}

function usageRules(rule: CollectionRule): void {
  rule('rfc4331 4: what a tree uses is the sum of the octets of its resources', async (t, at) => {
    t.is(await at.used('nobody'), 0);
    const root = await at.tree();
    const c = await at.mkcol(root.id, 'c');
    t.is(await at.used(), 0);
    await at.put(root.id, 'x', tenOctets);
    await at.put(c.id, 'y', 'é');
    t.is(await at.used(), 12);
    await at.put(root.id, 'x', '01');
    t.is(await at.used(), 4);
    await at.putBlob(c.id, 'blob', 'key', 10_000_000_000);
    t.is(await at.used(), 10_000_000_004);
    await at.remove(c.id, 'blob');
    await at.store.reclaim(callOf());
    t.is(await at.used(), 4);
    t.is(await at.used('alice', 'calendars'), 0);
  });

  rule('port: a removed tree counts no more after reclaim', async (t, at) => {
    const root = await at.tree();
    await at.put(root.id, 'kept', tenOctets);
    let parent = await at.mkcol(root.id, 'a');
    for (let level = 0; level < 30; level += 1) {
      await at.put(parent.id, 'x', tenOctets);
      parent = await at.mkcol(parent.id, 'deeper');
    }
    t.is(await at.used(), 310);
    await at.remove(root.id, 'a');
    await at.store.reclaim(callOf());
    t.is(await at.used(), 10);
    await at.store.reclaim(callOf());
    t.is(await at.used(), 10);
  });
}

function limitRules(rule: CollectionRule): void {
  rule('rfc4331 6: a put beyond the quota is over-quota and changes nothing', async (t, at) => {
    const root = await at.tree();
    await at.put(root.id, 'x', tenOctets, { quotaOctets: 10 });
    await throwsCode(t, at.put(root.id, 'y', '1', { quotaOctets: 10 }), 'over-quota');
    await throwsCode(t, at.put(root.id, 'x', `${tenOctets}1`, { quotaOctets: 10 }), 'over-quota');
    t.deepEqual(await at.below(root.id), [`x: ${tenOctets}`]);
    t.is(await at.used(), 10);
    // Only what is added counts: the old octets make room.
    await at.put(root.id, 'x', '9876543210', { quotaOctets: 10 });
    await at.put(root.id, 'empty', '', { quotaOctets: 10 });
    await at.put(root.id, 'x', '98', { quotaOctets: 10 });
    await at.put(root.id, 'y', '12345678', { quotaOctets: 10 });
    t.is(await at.used(), 10);
  });

  rule('port: a quota counts for the whole tree, wherever in it the write is', async (t, at) => {
    const root = await at.tree();
    const c = await at.mkcol(root.id, 'c');
    const d = await at.mkcol(c.id, 'd');
    await at.put(root.id, 'x', tenOctets);
    await throwsCode(t, at.put(d.id, 'y', tenOctets, { quotaOctets: 19 }), 'over-quota');
    await at.put(d.id, 'y', tenOctets, { quotaOctets: 20 });
    await throwsCode(
      t,
      at.putBlob(c.id, 'z', 'key', 1).then(() => at.put(c.id, 'z', '12', { quotaOctets: 21 })),
      'over-quota',
    );
    t.is(await at.used(), 21);
  });

  rule('port: of many puts at once no more are taken than the quota has room for', async (t, at) => {
    const root = await at.tree();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 64 }, (_, index) => at.put(root.id, `n${index}`, tenOctets, { quotaOctets: 105 })),
    );
    t.is(outcomes.filter(({ status }) => status === 'fulfilled').length, 10);
    t.is(await at.used(), 100);
    t.is((await at.names(root.id)).length, 10);
  });
}

function transferRules(rule: CollectionRule): void {
  rule('port: a copy counts, and beyond the quota it leaves nothing', async (t, at) => {
    const root = await at.tree();
    const a = await at.mkcol(root.id, 'a');
    await at.put(a.id, 'x', tenOctets);
    await at.putBlob(a.id, 'y', 'key', 90);
    await throwsCode(t, at.copy({ from: [root.id, 'a'], to: [root.id, 'b'], quotaOctets: 199 }), 'over-quota');
    t.deepEqual(await at.names(root.id), ['a']);
    t.is(await at.used(), 100);
    await at.copy({ from: [root.id, 'a'], to: [root.id, 'b'], quotaOctets: 200 });
    t.is(await at.used(), 200);
    await throwsCode(t, at.copy({ from: [a.id, 'x'], to: [root.id, 'z'], quotaOctets: 209 }), 'over-quota');
    await at.copy({ from: [root.id, 'a'], to: [root.id, 'flat'], depth: '0', quotaOctets: 200 });
    t.is(await at.used(), 200);
  });

  rule('port: what a copy of a resource overwrites makes room', async (t, at) => {
    const root = await at.tree();
    await at.put(root.id, 'x', tenOctets);
    await at.put(root.id, 'y', '0123456');
    await throwsCode(
      t,
      at.copy({ from: [root.id, 'x'], to: [root.id, 'y'], overwrite: true, quotaOctets: 19 }),
      'over-quota',
    );
    t.is(await at.text(await at.resourceAt('alice', 'y')), '0123456');
    await at.copy({ from: [root.id, 'x'], to: [root.id, 'y'], overwrite: true, quotaOctets: 20 });
    await at.store.reclaim(callOf());
    t.is(await at.used(), 20);
  });

  rule('port: a move inside of a tree needs no room', async (t, at) => {
    const root = await at.tree();
    const a = await at.mkcol(root.id, 'a');
    await at.put(a.id, 'x', tenOctets);
    await at.move({ from: [root.id, 'a'], to: [root.id, 'b'], quotaOctets: 5 });
    await at.move({ from: [a.id, 'x'], to: [root.id, 'x'], quotaOctets: 5 });
    t.is(await at.used(), 10);
  });

  rule('port: a move between trees takes its octets along, if there is room', async (t, at) => {
    const alice = await at.tree('alice');
    const bob = await at.tree('bob');
    const a = await at.mkcol(alice.id, 'a');
    const b = await at.mkcol(a.id, 'b');
    await at.put(a.id, 'x', tenOctets);
    await at.put(b.id, 'y', tenOctets);
    await throwsCode(t, at.move({ from: [alice.id, 'a'], to: [bob.id, 'a'], quotaOctets: 19 }), 'over-quota');
    t.deepEqual([await at.used('alice'), await at.used('bob')], [20, 0]);
    t.deepEqual(await at.below(alice.id), ['a/', 'a/b/', `a/b/y: ${tenOctets}`, `a/x: ${tenOctets}`]);
    await at.move({ from: [alice.id, 'a'], to: [bob.id, 'a'], quotaOctets: 20 });
    t.deepEqual([await at.used('alice'), await at.used('bob')], [0, 20]);
    await at.remove(bob.id, 'a');
    await at.store.reclaim(callOf());
    t.deepEqual([await at.used('alice'), await at.used('bob')], [0, 0]);
  });

  rule('port: what is overwritten by a move counts no more', async (t, at) => {
    const alice = await at.tree('alice');
    const bob = await at.tree('bob');
    const old = await at.mkcol(bob.id, 'a');
    await at.put(old.id, 'x', '0123456789abc');
    await at.put(alice.id, 'a', tenOctets);
    await at.move({ from: [alice.id, 'a'], to: [bob.id, 'a'], overwrite: true });
    await at.store.reclaim(callOf());
    t.deepEqual([await at.used('alice'), await at.used('bob')], [0, 10]);
  });

  rule('port: a guard that does not hold comes before the quota', async (t, at) => {
    const root = await at.tree();
    const guard = {
      principalId: 'alice',
      lockTokens: [],
      expectations: [{ parentId: root.id, name: 'x', node: { id: 1 } }],
    };
    const work = at.put(root.id, 'x', '', { content: contentOf('text'), quotaOctets: 1, guard });
    await throwsCode(t, work, 'precondition-failed', 'changed');
  });
}
