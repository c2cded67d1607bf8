/** What changed since a mod-sequence: RFC 6578 hangs on it. */
import type { SyncChanges } from '../../gateway/ports/collection-store.ts';
import type { CollectionRule } from './collection-fixture.ts';
import { CollectionFixture, propertyOf } from './collection-fixture.ts';
import { callOf, inParallel, same, throwsCode } from './support.ts';

/** Names of an answer: changed ones as they are, removed ones behind a minus sign. */
function namesOf({ changed, removed }: SyncChanges): readonly string[] {
  return [...changed.map(({ name }) => name), ...removed.map(({ name }) => `-${name}`)];
}

export function syncRules(rule: CollectionRule): void {
  answerRules(rule);
  removalRules(rule);
  limitRules(rule);
  tokenRules(rule);
}

function answerRules(rule: CollectionRule): void {
  rule('rfc6578 3.4: the first sync gives all members and no removals', async (t, at) => {
    const root = await at.tree();
    const first = await at.changes(root.id, 0);
    t.deepEqual(namesOf(first), []);
    t.false(first.truncated);
    for (const name of ['c', 'a', 'b', 'gone']) await at.put(root.id, name, name);
    await at.mkcol(root.id, 'd');
    await at.remove(root.id, 'gone');
    await at.put(root.id, 'c', 'changed last');
    const all = await at.changes(root.id, 0);
    t.deepEqual(namesOf(all), ['a', 'b', 'd', 'c']);
    t.false(all.truncated);
    t.is(all.modSeq, (await at.collectionAt('alice')).membersModSeq);
    same(t, all.changed[3], await at.at('alice', 'c'));
  });

  rule('port: nothing changed is an empty answer that ends where it began', async (t, at) => {
    const root = await at.tree();
    await at.put(root.id, 'a', 'a');
    const { modSeq } = await at.changes(root.id, 0);
    t.deepEqual(await at.changes(root.id, modSeq), { changed: [], removed: [], modSeq, truncated: false });
  });

  rule('rfc6578 3.5: made, changed and removed members are reported, each once, in order', async (t, at) => {
    const root = await at.tree();
    for (const name of ['a', 'b', 'c', 'd']) await at.put(root.id, name, name);
    const { modSeq } = await at.changes(root.id, 0);
    await at.put(root.id, 'e', 'made');
    await at.put(root.id, 'b', 'changed');
    await at.put(root.id, 'e', 'changed again');
    await at.remove(root.id, 'c');
    await at.put(root.id, 'b', 'changed again');
    const since = await at.changes(root.id, modSeq);
    t.deepEqual(namesOf(since), ['e', 'b', '-c']);
    const modSeqs = since.changed.map((node) => node.modSeq);
    t.deepEqual(
      [...modSeqs].sort((a, b) => a - b),
      modSeqs,
    );
    t.true([...modSeqs, ...since.removed.map((gone) => gone.modSeq)].every((each) => each > modSeq));
    t.true([...modSeqs, ...since.removed.map((gone) => gone.modSeq)].every((each) => each <= since.modSeq));
    t.deepEqual(namesOf(await at.changes(root.id, since.modSeq)), []);
  });

  rule('port: a change of properties is a change of the member', async (t, at) => {
    const root = await at.tree();
    const { node } = await at.put(root.id, 'a', 'a');
    await at.put(root.id, 'b', 'b');
    const { modSeq } = await at.changes(root.id, 0);
    await at.setProperties(node.id, [propertyOf('p', 'v')]);
    t.deepEqual(namesOf(await at.changes(root.id, modSeq)), ['a']);
  });

  rule('rfc6578 3.3: what happens inside of a member collection is not a change here', async (t, at) => {
    const root = await at.tree();
    const c = await at.mkcol(root.id, 'c');
    const { modSeq } = await at.changes(root.id, 0);
    await at.put(c.id, 'x', 'text');
    await at.mkcol(c.id, 'd');
    await at.remove(c.id, 'x');
    t.deepEqual(await at.changes(root.id, modSeq), { changed: [], removed: [], modSeq, truncated: false });
    t.deepEqual(namesOf(await at.changes(c.id, 0)), ['d']);
  });

  rule('port: a refused write leaves no trace in the sequence', async (t, at) => {
    const root = await at.tree();
    await at.mkcol(root.id, 'c');
    const { modSeq } = await at.changes(root.id, 0);
    await throwsCode(t, at.put(root.id, 'c', 'text'), 'already-exists');
    await throwsCode(t, at.put(root.id, 'x', 'text', { quotaOctets: 1 }), 'over-quota');
    await throwsCode(t, at.remove(root.id, 'none'), 'not-found');
    t.is((await at.changes(root.id, modSeq)).modSeq, modSeq);
  });
}

function removalRules(rule: CollectionRule): void {
  rule('rfc6578 3.5.2: a member that is removed and made again is changed, not removed', async (t, at) => {
    const root = await at.tree();
    await at.put(root.id, 'a', 'a');
    const { modSeq } = await at.changes(root.id, 0);
    await at.remove(root.id, 'a');
    await at.put(root.id, 'a', 'again');
    t.deepEqual(namesOf(await at.changes(root.id, modSeq)), ['a']);
    await at.remove(root.id, 'a');
    t.deepEqual(namesOf(await at.changes(root.id, modSeq)), ['-a']);
    await at.mkcol(root.id, 'a');
    t.deepEqual(namesOf(await at.changes(root.id, modSeq)), ['a']);
  });

  rule('port: a removal says whether it was a collection', async (t, at) => {
    const root = await at.tree();
    await at.put(root.id, 'file', 'text');
    await at.mkcol(root.id, 'folder');
    const { modSeq } = await at.changes(root.id, 0);
    await at.remove(root.id, 'folder');
    await at.remove(root.id, 'file');
    const { removed } = await at.changes(root.id, modSeq);
    t.deepEqual(
      removed.map(({ name, wasCollection }) => [name, wasCollection]),
      [
        ['folder', true],
        ['file', false],
      ],
    );
  });

  rule('port: a move is a removal where it was and a change where it is', async (t, at) => {
    const root = await at.tree();
    const c = await at.mkcol(root.id, 'c');
    const { node } = await at.put(root.id, 'a', 'a');
    await at.put(root.id, 'over', 'over');
    const here = (await at.changes(root.id, 0)).modSeq;
    const there = (await at.changes(c.id, 0)).modSeq;
    await at.move({ from: [root.id, 'a'], to: [c.id, 'b'] });
    t.deepEqual(namesOf(await at.changes(root.id, here)), ['-a']);
    const inC = await at.changes(c.id, there);
    t.deepEqual(namesOf(inC), ['b']);
    t.is(inC.changed[0]?.id, node.id);
    await at.move({ from: [c.id, 'b'], to: [c.id, 'c'] });
    t.deepEqual(namesOf(await at.changes(c.id, inC.modSeq)), ['c', '-b']);
    await at.move({ from: [c.id, 'c'], to: [root.id, 'over'], overwrite: true });
    t.deepEqual(namesOf(await at.changes(root.id, here)), ['over', '-a']);
    t.true(namesOf(await at.changes(c.id, inC.modSeq)).includes('-b'));
  });

  rule('port: a client that follows every answer has the members, whatever was done', async (t, at) => {
    const root = await at.tree();
    const client = new Client(at, root.id);
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (let step = 0; step < 120; step += 1) {
      const name = names[(step * 7) % 5] as string;
      const other = names[(step * 3 + 1) % 5] as string;
      const work = [
        () => at.put(root.id, name, `${step}`),
        () => at.remove(root.id, name),
        () => at.mkcol(root.id, name),
        () => at.move({ from: [root.id, name], to: [root.id, other], overwrite: true }),
        () => at.copy({ from: [root.id, name], to: [root.id, other], overwrite: true }),
      ][(step * step + step) % 5];
      await work?.().catch(() => undefined);
      if (step % 3 === 0) await client.sync(1 + (step % 4));
    }
    await client.sync(100);
    t.deepEqual(client.state(), await client.truth());
  });
}

function limitRules(rule: CollectionRule): void {
  rule('rfc6578 3.6: an answer that is cut goes on where it ended', async (t, at) => {
    const root = await at.tree();
    for (let index = 0; index < 10; index += 1) await at.put(root.id, `n${index}`, 'text');
    await at.remove(root.id, 'n3');
    const { modSeq: before } = await at.changes(root.id, 0);
    for (const name of ['n8', 'n1', 'n5']) await at.put(root.id, name, 'changed');
    for (const name of ['n0', 'n9']) await at.remove(root.id, name);
    for (const [since, expected] of [
      [0, ['n2', 'n4', 'n6', 'n7', 'n8', 'n1', 'n5']],
      [before, ['n8', 'n1', 'n5', '-n0', '-n9']],
    ] as const) {
      for (const limit of [1, 2, 3, 4, 5, 100])
        t.deepEqual(await collectPages(root.id, since, limit), expected, `${limit}`);
    }

    async function collectPages(id: number, since: number, limit: number): Promise<readonly string[]> {
      const seen: string[] = [];
      for (let from = since; ;) {
        const page = await at.changes(id, from, limit);
        const names = namesOf(page);
        t.true(names.length <= limit);
        // What was removed before the whole sync began is no news to a client that starts.
        seen.push(...names.filter((name) => since > 0 || !name.startsWith('-')));
        if (!page.truncated) return seen;
        t.true(page.modSeq > from, 'a cut answer moves on');
        from = page.modSeq;
      }
    }
  });

  rule('port: an answer of exactly the limit is not cut', async (t, at) => {
    const root = await at.tree();
    for (let index = 0; index < 6; index += 1) await at.put(root.id, `n${index}`, 'text');
    t.true((await at.changes(root.id, 0, 5)).truncated);
    t.false((await at.changes(root.id, 0, 6)).truncated);
    t.false((await at.changes(root.id, 0, 7)).truncated);
  });

  rule('port: paging misses nothing that changes between the pages', async (t, at) => {
    const root = await at.tree();
    for (let index = 0; index < 60; index += 1) await at.put(root.id, `n${index}`, 'text');
    const client = new Client(at, root.id);
    let turn = 0;
    await client.sync(7, async () => {
      if (turn < 30) {
        await at.put(root.id, `n${(turn * 13) % 60}`, `changed ${turn}`);
        await at.remove(root.id, `n${(turn * 17 + 5) % 60}`).catch(() => undefined);
        await at.put(root.id, `new${turn}`, 'text');
      }
      turn += 1;
    });
    await client.sync(7);
    t.true(turn > 8);
    t.deepEqual(client.state(), await client.truth());
  });
}

function tokenRules(rule: CollectionRule): void {
  rule('rfc6578 3.2: a token that is newer than the collection is stale', async (t, at) => {
    const root = await at.tree();
    await at.put(root.id, 'a', 'a');
    const { modSeq } = await at.changes(root.id, 0);
    await throwsCode(t, at.changes(root.id, modSeq + 1), 'stale-token');
    await throwsCode(t, at.changes(root.id, Number.MAX_SAFE_INTEGER), 'stale-token');
  });

  rule('rfc6578 3.2: a token older than the pruned removals is stale, one that is not goes on', async (t, at) => {
    const root = await at.tree();
    for (const name of ['a', 'b', 'c', 'd']) await at.put(root.id, name, name);
    const first = await at.changes(root.id, 0);
    await at.remove(root.id, 'a');
    const second = await at.changes(root.id, first.modSeq);
    at.clock.advance(10_000);
    await at.remove(root.id, 'b');
    const third = await at.changes(root.id, second.modSeq);
    await at.upkeep(5000);
    await throwsCode(t, at.changes(root.id, first.modSeq), 'stale-token');
    t.deepEqual(namesOf(await at.changes(root.id, second.modSeq)), ['-b']);
    t.deepEqual(namesOf(await at.changes(root.id, third.modSeq)), []);
    t.deepEqual(namesOf(await at.changes(root.id, 0)), ['c', 'd']);
    at.clock.advance(10_000);
    await at.upkeep(5000);
    await throwsCode(t, at.changes(root.id, second.modSeq), 'stale-token');
    t.deepEqual(namesOf(await at.changes(root.id, third.modSeq)), []);
    // Nothing was pruned of other collections.
    const c = await at.mkcol(root.id, 'other');
    t.deepEqual(namesOf(await at.changes(c.id, 0)), []);
  });

  rule('port: a name that was removed, pruned and made again is found', async (t, at) => {
    const root = await at.tree();
    await at.put(root.id, 'a', 'a');
    await at.remove(root.id, 'a');
    const { modSeq } = await at.changes(root.id, 0);
    at.clock.advance(10_000);
    await at.upkeep(1000);
    await at.put(root.id, 'a', 'again');
    t.deepEqual(namesOf(await at.changes(root.id, modSeq)), ['a']);
    await at.remove(root.id, 'a');
    t.deepEqual(
      namesOf(await at.changes(root.id, modSeq)).filter((name) => name !== '-a'),
      [],
    );
  });

  rule('port: changes of what is gone are not-found', async (t, at) => {
    const root = await at.tree();
    const c = await at.mkcol(root.id, 'c');
    await at.remove(root.id, 'c');
    await throwsCode(t, at.changes(c.id, 0), 'not-found');
    await throwsCode(t, at.changes(987_654, 0), 'not-found');
  });

  rule('port: a mod-sequence is never given again, also after the store was opened again', async (t, at, opened) => {
    const root = await at.tree();
    await at.put(root.id, 'a', 'a');
    await at.remove(root.id, 'a');
    const { modSeq } = await at.changes(root.id, 0);
    const again = (await opened.reopen?.()) ?? at.store;
    t.is((await again.changes(root.id, modSeq, 10, callOf())).modSeq, modSeq);
    const later = await new CollectionFixture(again, at.clock).put(root.id, 'b', 'b');
    t.true(later.node.modSeq > modSeq);
  });
}

/** A client of RFC 6578: it keeps a name and a version for each member, and follows the answers. */
export class Client {
  readonly #at: CollectionFixture;
  readonly #collectionId: number;
  readonly #members = new Map<string, string>();
  #since = 0;

  constructor(at: CollectionFixture, collectionId: number) {
    this.#at = at;
    this.#collectionId = collectionId;
  }

  /** Follows all pages up to now. */
  async sync(limit: number, betweenPages: () => Promise<void> = async () => undefined): Promise<void> {
    for (;;) {
      const page = await this.#at.changes(this.#collectionId, this.#since, limit);
      for (const { name } of page.removed) this.#members.delete(name);
      for (const node of page.changed) this.#members.set(node.name, `${node.id} ${node.modSeq}`);
      this.#since = page.modSeq;
      if (!page.truncated) return;
      await betweenPages();
    }
  }

  state(): readonly string[] {
    return [...this.#members].map(([name, version]) => `${name} ${version}`).sort();
  }

  async truth(): Promise<readonly string[]> {
    return (await this.#at.members(this.#collectionId)).map(({ name, id, modSeq }) => `${name} ${id} ${modSeq}`).sort();
  }
}

/** Writes in many lanes while a client follows: used by the rules of concurrency. */
export async function writeInLanes(at: CollectionFixture, collectionId: number, lanes: number): Promise<void> {
  await inParallel(
    Array.from({ length: lanes * 12 }, (_, index) => index),
    lanes,
    async (index) => {
      const name = `n${(index * 7) % 50}`;
      if (index % 4 === 3) await at.remove(collectionId, name).catch(() => undefined);
      else await at.put(collectionId, name, `${index}`);
    },
  );
}
