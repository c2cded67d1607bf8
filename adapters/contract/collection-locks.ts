/** What a lock protects, from whom, and for how long. */
import type { Guard } from '../../gateway/ports/collection-store.ts';
import type { CollectionFixture, CollectionRule } from './collection-fixture.ts';
import { anyone, holding, propertyOf } from './collection-fixture.ts';
import { callOf, same, throwsCode } from './support.ts';

export function lockRules(rule: CollectionRule): void {
  takingRules(rule);
  protectionRules(rule);
  subtreeRules(rule);
  lifeRules(rule);
}

function takingRules(rule: CollectionRule): void {
  rule('rfc4918 6: a lock has what it was taken with, and when it ends', async (t, at) => {
    const root = await at.tree();
    const { node } = await at.put(root.id, 'x', 'text');
    const wanted = {
      token: 'urn:uuid:11111111-2222-4333-8444-555555555555',
      principalId: 'bob',
      scope: 'shared' as const,
      ownerXml: '<o xmlns="urn:a">Bob é</o>',
      rootHref: '/files/alice/x%20y',
      timeoutSeconds: 90,
    };
    const { lock, created } = await at.lock(root.id, 'x', wanted);
    t.false(created);
    t.like(lock, { ...wanted, nodeId: node.id, depth: '0' });
    t.is(lock.expires.epochMilliseconds, at.clock.nowMs() + 90_000);
    same(t, await at.store.locks([root.id, node.id], callOf()), [lock]);
  });

  rule('rfc4918 7.3: a lock on a name that nothing has makes an empty resource', async (t, at) => {
    const root = await at.tree();
    const since = root.membersModSeq;
    const { lock, created } = await at.lock(root.id, 'new');
    t.true(created);
    const node = await at.resourceAt('alice', 'new');
    t.is(node.id, lock.nodeId);
    t.is(node.sizeOctets, 0);
    t.is(await at.text(node), '');
    t.deepEqual(await at.names(root.id), ['new']);
    t.deepEqual(
      (await at.changes(root.id, since)).changed.map(({ name }) => name),
      ['new'],
    );
    await throwsCode(t, at.put(root.id, 'new', 'text'), 'in-use', 'lock-token-submitted');
    const put = await at.put(root.id, 'new', 'text', { guard: holding('alice', lock.token) });
    t.false(put.created);
    await at.store.unlock(lock.token, lock.nodeId, callOf());
    t.is(await at.text(await at.resourceAt('alice', 'new')), 'text');
  });

  rule('rfc4918 7.3: an empty resource that a lock made stays when the lock is gone', async (t, at) => {
    const root = await at.tree();
    const { lock } = await at.lock(root.id, 'new', { timeoutSeconds: 10 });
    await at.store.unlock(lock.token, lock.nodeId, callOf());
    await at.lock(root.id, 'other', { timeoutSeconds: 10 });
    at.clock.advance(11_000);
    await at.upkeep();
    t.deepEqual(await at.names(root.id), ['new', 'other']);
  });

  rule('port: a root can be locked like any collection', async (t, at) => {
    const root = await at.tree();
    const { lock, created } = await at.lock(root.parentId, root.name, { depth: 'infinity' });
    t.false(created);
    t.is(lock.nodeId, root.id);
    await throwsCode(t, at.put(root.id, 'x', 'text'), 'in-use', 'lock-token-submitted');
    await at.put(root.id, 'x', 'text', { guard: holding('alice', lock.token) });
  });

  rule('port: locks of many nodes come at once; those below a collection at any depth', async (t, at) => {
    const root = await at.tree();
    const a = await at.mkcol(root.id, 'a');
    const b = await at.mkcol(a.id, 'b');
    const onX = await at.lock(a.id, 'x');
    const onY = await at.lock(b.id, 'y');
    const onA = await at.lock(root.id, 'a');
    await at.lock(root.id, 'beside');
    const below = await at.store.locksBelow(a.id, callOf());
    t.deepEqual(below.map(({ token }) => token).sort(), [onX.lock.token, onY.lock.token].sort());
    t.deepEqual(await at.locks(a.id, b.id, onY.lock.nodeId), [onA.lock.token, onY.lock.token].sort());
    t.deepEqual(await at.store.locks([], callOf()), []);
  });
}

/** A way to write to the tree of `protectedTree`, by the name of what it does. */
type Write = (at: CollectionFixture, ids: ProtectedTree, guard: Guard) => Promise<unknown>;

interface ProtectedTree {
  readonly root: number;
  /** `/c` with `/c/x` and `/c/d/y` in it; `/out` beside it. */
  readonly c: number;
  readonly d: number;
  readonly x: number;
}

const writes: Readonly<Record<string, Write>> = {
  'put on x': (at, { c }, guard) => at.put(c, 'x', 'changed', { guard }),
  'properties of x': (at, { x }, guard) => at.setProperties(x, [propertyOf('p', 'v')], guard),
  'put of a new member': (at, { c }, guard) => at.put(c, 'new', 'text', { guard }),
  'new collection': (at, { c }, guard) => at.mkcol(c, 'new', { guard }),
  'lock of a new member': (at, { c }, guard) => at.lock(c, 'new', { guard, scope: 'shared' }),
  'remove of x': (at, { c }, guard) => at.remove(c, 'x', guard),
  'move of x inside': (at, { c }, guard) => at.move({ from: [c, 'x'], to: [c, 'moved'], guard }),
  'move of x away': (at, { c, root }, guard) => at.move({ from: [c, 'x'], to: [root, 'moved'], guard }),
  'move to here': (at, { c, root }, guard) => at.move({ from: [root, 'out'], to: [c, 'moved'], guard }),
  'copy to here': (at, { c, root }, guard) => at.copy({ from: [root, 'out'], to: [c, 'copied'], guard }),
  'copy over x': (at, { c, root }, guard) => at.copy({ from: [root, 'out'], to: [c, 'x'], overwrite: true, guard }),
  'move over x': (at, { c, root }, guard) => at.move({ from: [root, 'out'], to: [c, 'x'], overwrite: true, guard }),
  'copy of x away': (at, { c, root }, guard) => at.copy({ from: [c, 'x'], to: [root, 'copied'], guard }),
  'properties of c': (at, { c }, guard) => at.setProperties(c, [propertyOf('p', 'v')], guard),
  'remove of c': (at, { root }, guard) => at.remove(root, 'c', guard),
  'move of c': (at, { root }, guard) => at.move({ from: [root, 'c'], to: [root, 'moved'], guard }),
  'copy of c': (at, { root }, guard) => at.copy({ from: [root, 'c'], to: [root, 'copied'], guard }),
  'copy over c': (at, { root }, guard) => at.copy({ from: [root, 'out'], to: [root, 'c'], overwrite: true, guard }),
  'put deep inside': (at, { d }, guard) => at.put(d, 'y', 'changed', { guard }),
  'new member deep inside': (at, { d }, guard) => at.put(d, 'new', 'text', { guard }),
  'put beside': (at, { root }, guard) => at.put(root, 'out', 'changed', { guard }),
};

async function protectedTree(at: CollectionFixture): Promise<ProtectedTree> {
  const root = await at.tree();
  const c = await at.mkcol(root.id, 'c');
  const d = await at.mkcol(c.id, 'd');
  await at.put(d.id, 'y', 'y');
  await at.put(root.id, 'out', 'out');
  const { node } = await at.put(c.id, 'x', 'x');
  return { root: root.id, c: c.id, d: d.id, x: node.id };
}

const onX = [
  'put on x',
  'properties of x',
  'remove of x',
  'move of x inside',
  'move of x away',
  'copy over x',
  'move over x',
  'remove of c',
  // RFC 4918 §6.1: the lock's root would be unmapped.
  'move of c',
  'copy over c',
];

/** RFC 4918 §7.4: the lock of a collection protects which members it has, and itself. */
const membersOfC = [
  'put of a new member',
  'new collection',
  'lock of a new member',
  'remove of x',
  'move of x inside',
  'move of x away',
  'move to here',
  'copy to here',
  'properties of c',
  'remove of c',
  'move of c',
  'copy over c',
];

/** Whether a name that is there may be overwritten in a collection locked by itself: the membership does not change. */
const undecidedAtDepth0 = ['copy over x', 'move over x'];

const inC = [
  ...membersOfC,
  'put on x',
  'properties of x',
  'copy over x',
  'move over x',
  'put deep inside',
  'new member deep inside',
];

const locked = [
  {
    what: 'rfc4918 7: a lock on a resource',
    take: (at: CollectionFixture, { c }: ProtectedTree, scope: 'exclusive' | 'shared') => at.lock(c, 'x', { scope }),
    protects: onX,
    undecided: [],
  },
  {
    what: 'rfc4918 7.4: a lock of depth 0 on a collection',
    take: (at: CollectionFixture, { root }: ProtectedTree, scope: 'exclusive' | 'shared') =>
      at.lock(root, 'c', { scope }),
    protects: membersOfC,
    undecided: undecidedAtDepth0,
  },
  {
    what: 'rfc4918 7.4: a lock of depth infinity on a collection',
    take: (at: CollectionFixture, { root }: ProtectedTree, scope: 'exclusive' | 'shared') =>
      at.lock(root, 'c', { scope, depth: 'infinity' }),
    protects: inC,
    undecided: [],
  },
];

function protectionRules(rule: CollectionRule): void {
  for (const { what, take, protects, undecided } of locked) {
    for (const [name, write] of Object.entries(writes)) {
      if (undecided.includes(name)) continue;
      const isProtected = protects.includes(name);
      rule(`${what} ${isProtected ? 'refuses' : 'allows'} without its token: ${name}`, async (t, at) => {
        const ids = await protectedTree(at);
        const { lock } = await take(at, ids, 'exclusive');
        if (!isProtected) {
          await t.notThrowsAsync(write(at, ids, anyone));
          return;
        }
        const before = await at.below(ids.root);
        const error = await throwsCode(t, write(at, ids, anyone), 'in-use', lockedCondition(name));
        t.deepEqual(error?.detail.subjects, [lock.rootHref]);
        // RFC 4918 §6.4: the token alone is not enough, it must be used by whom it belongs to.
        await throwsCode(t, write(at, ids, holding('bob', lock.token)), 'in-use', lockedCondition(name));
        await throwsCode(t, write(at, ids, holding('alice', `${lock.token}0`)), 'in-use', lockedCondition(name));
        t.deepEqual(await at.below(ids.root), before);
        // A new lock conflicts with an exclusive one that covers it, whoever holds that.
        if (name === 'lock of a new member' && lock.depth === 'infinity') return;
        await t.notThrowsAsync(write(at, ids, holding('alice', 'urn:uuid:other', lock.token)));
      });
    }
  }

  rule('rfc4918 6.2: under shared locks each holder writes with the own token', async (t, at) => {
    const ids = await protectedTree(at);
    const { lock } = await at.lock(ids.c, 'x', { scope: 'shared' });
    const bobs = await at.lock(ids.c, 'x', { scope: 'shared', principalId: 'bob', rootHref: '/files/alice/c/x' });
    t.deepEqual(await at.locks(ids.x), [lock.token, bobs.lock.token].sort());
    await throwsCode(t, at.put(ids.c, 'x', 'none'), 'in-use', 'lock-token-submitted');
    await throwsCode(t, at.put(ids.c, 'x', 'theirs', { guard: holding('bob', lock.token) }), 'in-use');
    await at.put(ids.c, 'x', 'alice', { guard: holding('alice', lock.token) });
    await at.put(ids.c, 'x', 'bob', { guard: holding('bob', bobs.lock.token) });
    t.is(await at.text(await at.resourceAt('alice', 'c', 'x')), 'bob');
  });
}

/** A lock that is refused because of another lock says so in its own way only where the two conflict. */
function lockedCondition(name: string): string | undefined {
  return name === 'lock of a new member' ? undefined : 'lock-token-submitted';
}

function subtreeRules(rule: CollectionRule): void {
  rule('rfc4918 9.6.1: a collection with a locked member is not removed, and says which', async (t, at) => {
    const ids = await protectedTree(at);
    const first = await at.lock(ids.d, 'y', { rootHref: '/files/alice/c/d/y' });
    const second = await at.lock(ids.c, 'x', { rootHref: '/files/alice/c/x' });
    const error = await throwsCode(t, at.remove(ids.root, 'c'), 'in-use', 'lock-token-submitted');
    t.deepEqual([...(error?.detail.subjects ?? [])].sort(), ['/files/alice/c/d/y', '/files/alice/c/x']);
    const one = await throwsCode(t, at.remove(ids.root, 'c', holding('alice', first.lock.token)), 'in-use');
    t.deepEqual(one?.detail.subjects, ['/files/alice/c/x']);
    await at.remove(ids.root, 'c', holding('alice', first.lock.token, second.lock.token));
    t.deepEqual(await at.names(ids.root), ['out']);
    t.deepEqual(await at.store.locksBelow(ids.root, callOf()), []);
  });

  rule('rfc4918 7.6: a lock does not move with what is moved', async (t, at) => {
    const ids = await protectedTree(at);
    const { lock } = await at.lock(ids.c, 'x');
    const { token } = lock;
    await at.move({ from: [ids.c, 'x'], to: [ids.root, 'moved'], guard: holding('alice', token) });
    t.deepEqual(await at.locks(ids.x), []);
    await at.put(ids.root, 'moved', 'free');
    await at.put(ids.c, 'x', 'free too');
    await throwsCode(t, at.store.unlock(token, ids.x, callOf()), 'not-found');
  });

  rule('rfc4918 7.6: nor do the locks inside of a tree that is moved', async (t, at) => {
    const ids = await protectedTree(at);
    const inside = await at.lock(ids.d, 'y');
    await at.move({ from: [ids.root, 'c'], to: [ids.root, 'moved'], guard: holding('alice', inside.lock.token) });
    t.deepEqual(await at.locks(inside.lock.nodeId), []);
    t.deepEqual(await at.store.locksBelow(ids.root, callOf()), []);
  });

  rule('rfc4918 7.6: what is moved into a collection locked at depth infinity is covered by it', async (t, at) => {
    const ids = await protectedTree(at);
    const { lock } = await at.lock(ids.root, 'c', { depth: 'infinity' });
    await at.move({ from: [ids.root, 'out'], to: [ids.c, 'in'], guard: holding('alice', lock.token) });
    await throwsCode(t, at.put(ids.c, 'in', 'text'), 'in-use', 'lock-token-submitted');
    await at.put(ids.c, 'in', 'text', { guard: holding('alice', lock.token) });
  });

  rule('rfc4918 9.8.4: what is overwritten loses its lock, a copy has none', async (t, at) => {
    const ids = await protectedTree(at);
    const { lock } = await at.lock(ids.c, 'x');
    const guard = holding('alice', lock.token);
    await at.copy({ from: [ids.c, 'x'], to: [ids.root, 'copied'] });
    t.deepEqual(await at.locks((await at.resourceAt('alice', 'copied')).id), []);
    await at.remove(ids.c, 'x', guard);
    const { node } = await at.put(ids.c, 'x', 'again');
    t.deepEqual(await at.locks(node.id), []);
  });
}

function lifeRules(rule: CollectionRule): void {
  rule('rfc4918 6.6: a lock that expired protects nothing and is not listed', async (t, at) => {
    const ids = await protectedTree(at);
    const { lock } = await at.lock(ids.root, 'c', { depth: 'infinity', timeoutSeconds: 60 });
    at.clock.advance(59_000);
    await throwsCode(t, at.put(ids.c, 'x', 'early'), 'in-use');
    t.deepEqual(await at.locks(ids.c), [lock.token]);
    at.clock.advance(2000);
    t.deepEqual(await at.locks(ids.c), []);
    t.deepEqual(await at.store.locksBelow(ids.root, callOf()), []);
    await at.put(ids.c, 'x', 'late');
    await at.lock(ids.c, 'x', { principalId: 'bob' });
    await throwsCode(t, at.store.refreshLock(lock.token, 'alice', ids.c, 60, callOf()), 'not-found');
  });

  rule('rfc4918 9.10.2: a refresh starts the timeout again, from anything that the lock covers', async (t, at) => {
    const ids = await protectedTree(at);
    const { lock } = await at.lock(ids.root, 'c', { depth: 'infinity', timeoutSeconds: 60 });
    at.clock.advance(50_000);
    const refreshed = await at.store.refreshLock(lock.token, 'alice', ids.x, 120, callOf());
    t.is(refreshed.expires.epochMilliseconds, at.clock.nowMs() + 120_000);
    t.is(refreshed.timeoutSeconds, 120);
    t.like(refreshed, { token: lock.token, nodeId: ids.c, depth: 'infinity', rootHref: lock.rootHref });
    at.clock.advance(119_000);
    await throwsCode(t, at.put(ids.c, 'x', 'early'), 'in-use');
    at.clock.advance(2000);
    await at.put(ids.c, 'x', 'late');
  });

  rule('port: a refresh of no lock, of somebody else or from outside is not-found', async (t, at) => {
    const ids = await protectedTree(at);
    const infinite = await at.lock(ids.root, 'c', { depth: 'infinity' });
    const refused = [
      ['urn:uuid:none', 'alice', ids.c],
      [infinite.lock.token, 'bob', ids.c],
      [infinite.lock.token, 'alice', ids.root],
      [infinite.lock.token, 'alice', (await at.resourceAt('alice', 'out')).id],
      [infinite.lock.token, 'alice', 987_654],
    ] as const;
    for (const [token, principalId, nodeId] of refused) {
      await throwsCode(t, at.store.refreshLock(token, principalId, nodeId, 7200, callOf()), 'not-found');
    }
    same(t, await at.store.locks([ids.c], callOf()), [infinite.lock]);
  });

  rule('rfc4918 9.10.3: a lock of depth 0 on a collection does not cover its members', async (t, at) => {
    const ids = await protectedTree(at);
    const { lock } = await at.lock(ids.root, 'c');
    await throwsCode(t, at.store.refreshLock(lock.token, 'alice', ids.x, 60, callOf()), 'not-found');
    await throwsCode(t, at.store.unlock(lock.token, ids.x, callOf()), 'not-found');
    t.deepEqual(await at.locks(ids.c), [lock.token]);
  });

  rule('rfc4918 9.11: unlock takes the whole lock away, from anything that it covers', async (t, at) => {
    const ids = await protectedTree(at);
    const { lock } = await at.lock(ids.root, 'c', { depth: 'infinity' });
    await throwsCode(t, at.store.unlock('urn:uuid:none', ids.c, callOf()), 'not-found');
    await throwsCode(t, at.store.unlock(lock.token, ids.root, callOf()), 'not-found');
    t.deepEqual(await at.locks(ids.c), [lock.token]);
    await at.store.unlock(lock.token, ids.x, callOf());
    t.deepEqual(await at.locks(ids.c), []);
    await at.put(ids.c, 'x', 'free');
    await throwsCode(t, at.store.unlock(lock.token, ids.c, callOf()), 'not-found');
  });
}
