/** Which locks may be held beside one another. */
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { CollectionFixture, CollectionRule } from './collection-fixture.ts';
import { holding } from './collection-fixture.ts';
import { callOf, throwsCode } from './support.ts';

interface Held {
  /** The root of the lock: the tree's root `/`, the collection `/c`, its member `/c/x`. */
  readonly on: '/' | '/c' | '/c/x';
  readonly scope: 'exclusive' | 'shared';
  readonly depth: '0' | 'infinity';
}

const exclusive = 'exclusive' as const;
const shared = 'shared' as const;

/** RFC 4918 §6.1, §6.2, §7.4 and §9.10.3: two locks conflict when one is exclusive and their scopes meet. */
const pairs: readonly (readonly [first: Held, second: Held, conflict: boolean])[] = [
  [held('/c/x', exclusive), held('/c/x', exclusive), true],
  [held('/c/x', exclusive), held('/c/x', shared), true],
  [held('/c/x', shared), held('/c/x', exclusive), true],
  [held('/c/x', shared), held('/c/x', shared), false],
  [held('/c', exclusive), held('/c', exclusive), true],
  [held('/c', shared), held('/c', shared), false],
  [held('/c', exclusive), held('/c/x', exclusive), false],
  [held('/c/x', exclusive), held('/c', exclusive), false],
  [held('/c', exclusive, 'infinity'), held('/c/x', exclusive), true],
  [held('/c', exclusive, 'infinity'), held('/c/x', shared), true],
  [held('/c', shared, 'infinity'), held('/c/x', exclusive), true],
  [held('/c', shared, 'infinity'), held('/c/x', shared), false],
  [held('/', exclusive, 'infinity'), held('/c/x', shared), true],
  [held('/', shared, 'infinity'), held('/c/x', shared), false],
  [held('/', shared, 'infinity'), held('/c/x', exclusive), true],
  [held('/c/x', exclusive), held('/c', exclusive, 'infinity'), true],
  [held('/c/x', exclusive), held('/', shared, 'infinity'), true],
  [held('/c/x', shared), held('/c', exclusive, 'infinity'), true],
  [held('/c/x', shared), held('/', shared, 'infinity'), false],
  [held('/c', exclusive), held('/', exclusive, 'infinity'), true],
  [held('/', exclusive), held('/c', exclusive, 'infinity'), false],
];

function held(on: Held['on'], scope: Held['scope'], depth: Held['depth'] = '0'): Held {
  return { on, scope, depth };
}

export function lockConflictRules(rule: CollectionRule): void {
  for (const [first, second, conflict] of pairs) {
    const title = `rfc4918 6: ${nameOf(second)} ${conflict ? 'conflicts with' : 'may be held beside'} ${nameOf(first)}`;
    rule(title, async (t, at) => {
      const take = await threeLevels(at);
      const { lock } = await take(first, 'alice');
      if (!conflict) {
        await t.notThrowsAsync(take(second, 'bob'));
        return;
      }
      // RFC 4918 §6.1: the holder's own second lock conflicts no less, with the token or without.
      for (const principalId of ['bob', 'alice']) {
        const error = await throwsCode(t, take(second, principalId, lock.token), 'in-use', 'no-conflicting-lock');
        t.deepEqual(error?.detail.subjects, [lock.rootHref]);
      }
      await at.store.unlock(lock.token, lock.nodeId, callOf());
      await t.notThrowsAsync(take(second, 'bob'));
    });
  }

  rule('rfc4918 6: a lock that expired conflicts with none', async (t, at) => {
    const take = await threeLevels(at);
    await take(held('/', exclusive, 'infinity'), 'alice');
    at.clock.advance(3_601_000);
    await t.notThrowsAsync(take(held('/c/x', exclusive), 'bob'));
  });

  rule('rfc4918 6: of 32 that want an exclusive lock exactly one gets it, in every round', async (t, at) => {
    const root = await at.tree();
    for (let round = 0; round < 6; round += 1) {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 32 }, (_, index) => at.lock(root.id, 'contended', { principalId: `writer-${index}` })),
      );
      const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      t.is(won.length, 1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') t.is((outcome.reason as GatewayError).code, 'in-use');
      }
      const { lock } = (won[0] as PromiseFulfilledResult<Awaited<ReturnType<CollectionFixture['lock']>>>).value;
      t.deepEqual(await at.locks(lock.nodeId), [lock.token]);
      await at.store.unlock(lock.token, lock.nodeId, callOf());
    }
  });

  rule('rfc4918 6.5: a token is the name of one lock only', async (t, at) => {
    const root = await at.tree();
    const { lock } = await at.lock(root.id, 'a');
    await at.lock(root.id, 'b', { token: lock.token }).then(
      () => t.fail('the same token was taken for a second lock'),
      (error: unknown) => t.true(error instanceof GatewayError),
    );
    t.deepEqual(await at.locks(lock.nodeId), [lock.token]);
  });
}

function nameOf({ on, scope, depth }: Held): string {
  return `${scope} ${on}${depth === 'infinity' ? ' at depth infinity' : ''}`;
}

type Take = (wanted: Held, principalId: string, token?: string) => ReturnType<CollectionFixture['lock']>;

/** Makes `/c/x`, and answers with a way to lock any of the three. */
async function threeLevels(at: CollectionFixture): Promise<Take> {
  const root = await at.tree();
  const c = await at.mkcol(root.id, 'c');
  await at.put(c.id, 'x', 'text');
  const places: Readonly<Record<Held['on'], readonly [number, string]>> = {
    '/': [root.parentId, root.name],
    '/c': [root.id, 'c'],
    '/c/x': [c.id, 'x'],
  };
  return ({ on, scope, depth }, principalId, token) => {
    const [parentId, name] = places[on];
    const guard = token === undefined ? holding(principalId) : holding(principalId, token);
    return at.lock(parentId, name, { scope, depth, principalId, rootHref: on, guard });
  };
}
