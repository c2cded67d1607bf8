/** A write is taken only while what the gateway saw still holds. */
import type { Expectation, Guard } from '../../gateway/ports/collection-store.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { CollectionFixture, CollectionRule } from './collection-fixture.ts';
import { expecting, propertyOf } from './collection-fixture.ts';
import { throwsCode } from './support.ts';

export function guardRules(rule: CollectionRule): void {
  expectationRules(rule);
  everyWriteRules(rule);
  raceRules(rule);
}

function expectationRules(rule: CollectionRule): void {
  rule('port: an expectation holds for the node and the etag that were seen', async (t, at) => {
    const root = await at.tree();
    const { node } = await at.put(root.id, 'x', '1');
    const other = await at.put(root.id, 'other', '1');
    const seen = (expected: Expectation['node'], name: string = 'x'): Guard =>
      expecting({ parentId: root.id, name, node: expected });
    const wrong = [
      seen(undefined),
      seen({ id: node.id, etag: 'another' }),
      seen({ id: other.node.id }),
      seen({ id: other.node.id, etag: node.etag }),
      seen({ id: node.id }, 'y'),
      seen({ id: node.id }, 'X'),
    ];
    for (const guard of wrong) {
      await throwsCode(t, at.put(root.id, 'x', '2', { guard }), 'precondition-failed', 'changed');
    }
    t.is(await at.text(await at.resourceAt('alice', 'x')), '1');
    await at.put(root.id, 'x', '2', { guard: seen({ id: node.id, etag: node.etag }) });
    // Without an etag the octets do not matter.
    await at.put(root.id, 'x', '3', { guard: seen({ id: node.id }) });
    await at.put(root.id, 'y', '3', { guard: seen(undefined, 'y') });
    t.is(await at.text(await at.resourceAt('alice', 'x')), '3');
  });

  rule('port: all expectations must hold, also those on other collections', async (t, at) => {
    const root = await at.tree();
    const c = await at.mkcol(root.id, 'c');
    const { node } = await at.put(c.id, 'x', '1');
    const holds: Expectation = { parentId: root.id, name: 'c', node: { id: c.id } };
    const also: Expectation = { parentId: c.id, name: 'x', node: { id: node.id, etag: node.etag } };
    const fails: Expectation = { parentId: c.id, name: 'x', node: undefined };
    await at.put(root.id, 'ok', 'text', { guard: expecting(holds, also) });
    await throwsCode(
      t,
      at.put(root.id, 'no', 't', { guard: expecting(holds, fails) }),
      'precondition-failed',
      'changed',
    );
    await throwsCode(
      t,
      at.put(root.id, 'no', 't', { guard: expecting(fails, also) }),
      'precondition-failed',
      'changed',
    );
    t.deepEqual(await at.names(root.id), ['c', 'ok']);
  });

  rule('port: a node that was removed and made again is another one', async (t, at) => {
    const root = await at.tree();
    const { node } = await at.put(root.id, 'x', 'same');
    await at.remove(root.id, 'x');
    await at.put(root.id, 'x', 'same');
    const guard = expecting({ parentId: root.id, name: 'x', node: { id: node.id, etag: node.etag } });
    await throwsCode(t, at.put(root.id, 'x', 'new', { guard }), 'precondition-failed', 'changed');
  });
}

/** Every write with a guard, on a tree that has a collection `c` with a member `x`. */
const writes: readonly (readonly [
  name: string,
  work: (at: CollectionFixture, ids: Ids, guard: Guard) => Promise<unknown>,
])[] = [
  ['put', (at, { c }, guard) => at.put(c, 'x', 'changed', { guard })],
  ['makeCollection', (at, { c }, guard) => at.mkcol(c, 'made', { guard })],
  ['remove', (at, { c }, guard) => at.remove(c, 'x', guard)],
  ['copy', (at, { c }, guard) => at.copy({ from: [c, 'x'], to: [c, 'copied'], guard })],
  ['move', (at, { c }, guard) => at.move({ from: [c, 'x'], to: [c, 'moved'], guard })],
  ['setProperties', (at, { x }, guard) => at.setProperties(x, [propertyOf('p', 'v')], guard)],
  ['lock', (at, { c }, guard) => at.lock(c, 'x', { guard })],
  ['setAccessControl', (at, { x }, guard) => at.share(x, { bob: 1 }, guard)],
];

interface Ids {
  readonly c: number;
  readonly x: number;
}

function everyWriteRules(rule: CollectionRule): void {
  for (const [name, work] of writes) {
    rule(`port: ${name} is taken while its guard holds, and refused without a trace when not`, async (t, at) => {
      const root = await at.tree();
      const c = await at.mkcol(root.id, 'c');
      const { node } = await at.put(c.id, 'x', 'text');
      const ids: Ids = { c: c.id, x: node.id };
      const seen: Expectation = { parentId: c.id, name: 'x', node: { id: node.id, etag: node.etag } };
      const before = await stateOf(at, root.id, node.id);
      await throwsCode(
        t,
        work(at, ids, expecting(seen, { parentId: root.id, name: 'c', node: undefined })),
        'precondition-failed',
        'changed',
      );
      t.deepEqual(await stateOf(at, root.id, node.id), before);
      await work(at, ids, expecting(seen));
      t.notDeepEqual(await stateOf(at, root.id, node.id), before);
    });
  }
}

async function stateOf(at: CollectionFixture, rootId: number, nodeId: number): Promise<readonly unknown[]> {
  const [c] = await at.members(rootId);
  return [
    await at.below(rootId),
    c?.type === 'collection' ? c.membersModSeq : 0,
    await at.properties(nodeId),
    await at.grantees(nodeId),
    await at.locks(nodeId),
    await at.used(),
  ];
}

function raceRules(rule: CollectionRule): void {
  rule('port: of 64 writers that saw the same state exactly one wins, in every round', async (t, at) => {
    const root = await at.tree();
    let expected: Expectation = { parentId: root.id, name: 'x', node: undefined };
    for (let round = 0; round < 12; round += 1) {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 64 }, (_, writer) =>
          at.put(root.id, 'x', `round ${round} writer ${writer}`, { guard: expecting(expected) }),
        ),
      );
      const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      t.is(won.length, 1);
      for (const outcome of outcomes) {
        if (outcome.status === 'fulfilled') continue;
        if (!t.true(outcome.reason instanceof GatewayError)) continue;
        t.like(outcome.reason, { code: 'precondition-failed', detail: { condition: 'changed' } });
      }
      const node = await at.resourceAt('alice', 'x');
      t.is(won[0]?.value.node.etag, node.etag);
      expected = { parentId: root.id, name: 'x', node: { id: node.id, etag: node.etag } };
    }
  });

  rule('port: of many that make the same name exactly one makes it', async (t, at) => {
    const root = await at.tree();
    const puts = await Promise.all(Array.from({ length: 32 }, (_, index) => at.put(root.id, 'x', `${index}`)));
    t.is(puts.filter(({ created }) => created).length, 1);
    t.is(new Set(puts.map(({ node }) => node.id)).size, 1);
    const made = await Promise.allSettled(Array.from({ length: 32 }, () => at.mkcol(root.id, 'c')));
    t.is(made.filter(({ status }) => status === 'fulfilled').length, 1);
  });

  rule('port: of many that remove or move the same member exactly one does', async (t, at) => {
    const root = await at.tree();
    await at.put(root.id, 'x', 'text');
    const work = Array.from({ length: 24 }, (_, index) =>
      index % 2 === 0 ? at.remove(root.id, 'x') : at.move({ from: [root.id, 'x'], to: [root.id, `moved ${index}`] }),
    );
    const outcomes = await Promise.allSettled(work);
    t.is(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    t.true((await at.names(root.id)).length <= 1);
  });

  rule('port: 32 counters that add by compare and set lose nothing', async (t, at) => {
    const root = await at.tree();
    await at.put(root.id, 'counter', '0');
    const addOne = async (): Promise<void> => {
      for (;;) {
        const node = await at.resourceAt('alice', 'counter');
        const guard = expecting({ parentId: root.id, name: 'counter', node: { id: node.id, etag: node.etag } });
        try {
          const value = Number(await at.text(node));
          await at.put(root.id, 'counter', String(value + 1), { guard });
          return;
        } catch (error) {
          // not-found: the octets were replaced between the two reads.
          const code = error instanceof GatewayError ? error.code : undefined;
          if (code !== 'precondition-failed' && code !== 'not-found') throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: 32 }, addOne));
    t.is(await at.text(await at.resourceAt('alice', 'counter')), '32');
  });
}
