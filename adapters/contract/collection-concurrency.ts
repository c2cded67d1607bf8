/** What many at once may rely on. */
import type { CollectionRule } from './collection-fixture.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { Client, writeInLanes } from './collection-sync.ts';
import { callOf, inParallel, same } from './support.ts';

export function concurrencyRules(rule: CollectionRule): void {
  rule('rfc6578 3.5: a client that follows while 32 write misses no change', async (t, at) => {
    const root = await at.tree();
    const clients = [new Client(at, root.id), new Client(at, root.id)];
    const written = new AbortController();
    const following = clients.map(async (client, index) => {
      let rounds = 0;
      while (!written.signal.aborted) {
        await client.sync(index === 0 ? 5 : 100);
        rounds += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
      return rounds;
    });
    await writeInLanes(at, root.id, 32);
    written.abort();
    const rounds = await Promise.all(following);
    t.true(rounds.every((count) => count > 0));
    for (const client of clients) {
      await client.sync(50);
      t.deepEqual(client.state(), await client.truth());
    }
  });

  rule('port: every acknowledged write has a mod-sequence of its own and can be read at once', async (t, at) => {
    const root = await at.tree();
    const modSeqs: number[] = [];
    await inParallel(
      Array.from({ length: 400 }, (_, index) => index),
      32,
      async (index) => {
        const { node } = await at.put(root.id, `n${index}`, `text ${index}`);
        modSeqs.push(node.modSeq);
        same(t, await at.at('alice', `n${index}`), node);
        t.is(await at.text(node), `text ${index}`);
        t.true((await at.collectionAt('alice')).membersModSeq >= node.modSeq);
      },
    );
    t.is(new Set(modSeqs).size, 400);
  });

  rule('port: writers in many collections of many trees do not disturb one another', async (t, at) => {
    const owners = Array.from({ length: 8 }, (_, index) => `owner-${index}`);
    await Promise.all(
      owners.map(async (owner) => {
        const root = await at.tree(owner);
        const c = await at.mkcol(root.id, 'c');
        await inParallel(
          Array.from({ length: 40 }, (_, index) => index),
          8,
          async (index) => {
            await at.put(c.id, `n${index % 20}`, `${owner} ${index}`);
          },
        );
        await at.copy({ from: [root.id, 'c'], to: [root.id, 'd'] });
        await at.remove(root.id, 'c');
      }),
    );
    await at.upkeep();
    for (const owner of owners) {
      const root = await at.tree(owner);
      const found = await at.below(root.id);
      t.is(found.length, 21);
      t.true(found.slice(1).every((line) => line.includes(`: ${owner} `)));
      const sizes = found.slice(1).map((line) => line.slice(line.indexOf(': ') + 2).length);
      t.is(
        await at.used(owner),
        sizes.reduce((sum, size) => sum + size, 0),
      );
    }
  });

  rule('port: what is used is the sum of the sizes after any mixture of writes', async (t, at) => {
    const root = await at.tree();
    const folders = await Promise.all(['a', 'b', 'c'].map((name) => at.mkcol(root.id, name)));
    await inParallel(
      Array.from({ length: 300 }, (_, index) => index),
      24,
      async (index) => {
        const here = folders[index % 3]?.id ?? 0;
        const there = folders[(index + 1) % 3]?.id ?? 0;
        const name = `n${(index * 5) % 11}`;
        const work = [
          () => at.put(here, name, 'x'.repeat(index % 37)),
          () => at.remove(here, name),
          () => at.copy({ from: [here, name], to: [there, name], overwrite: true }),
          () => at.move({ from: [here, name], to: [there, name], overwrite: true }),
        ][(index * 7 + (index >> 2)) % 4];
        await work?.().catch((error: unknown) => {
          if (!(error instanceof GatewayError) || error.code !== 'not-found') throw error;
        });
      },
    );
    await at.store.reclaim(callOf());
    let sum = 0;
    for (const folder of folders) {
      for (const node of await at.members(folder.id)) sum += node.type === 'resource' ? node.sizeOctets : 0;
    }
    t.is(await at.used(), sum);
  });
}
