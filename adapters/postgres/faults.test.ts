/** What happens to writes and reads when connections and servers go away under them. */
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import { postgresTest, startCluster } from '../../protocol-tests/support/postgres.ts';
import type { PostgresCluster } from '../../protocol-tests/support/postgres.ts';
import { until } from '../../protocol-tests/support/wait.ts';
import { CollectionFixture, HandClock } from '../contract/collection-fixture.ts';
import { callOf, throwsCode } from '../contract/support.ts';
import { RecordingFeed } from '../sqlite/test-store.ts';
import { SqlCollectionStore } from '../sql/collection-store.ts';
import { openPostgresEngine } from './engine.ts';
import { openTestStore } from './test-store.ts';
import type { TestStore } from './test-store.ts';
import { startCuttingProxy } from './test-proxy.ts';

// Each has a server of its own, because it breaks it; one after the other, because a small machine can bear only so many.
const onServer = postgresTest(Object.assign(test.serial, test));

const lanes = 16;

/** Writes and reads without a pause, and what became of them. */
class Load {
  readonly acknowledged = new Set<string>();
  readonly failed = new Map<string, GatewayError>();
  readonly strange: unknown[] = [];
  reads = 0;
  #isOver = false;
  readonly #at: CollectionFixture;
  readonly #work: Promise<void>;

  constructor(at: CollectionFixture, roots: readonly number[]) {
    this.#at = at;
    this.#work = Promise.all(Array.from({ length: lanes }, (_, lane) => this.#lane(roots, lane))).then(() => undefined);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#work;
  }

  async #lane(roots: readonly number[], lane: number): Promise<void> {
    const owner = lane % roots.length;
    for (let round = 0; !this.#isOver; round += 1) {
      const name = `n${lane}-${round}`;
      try {
        await this.#at.put(roots[owner] ?? 0, name, name.repeat(20));
        this.acknowledged.add(name);
        if ((await this.#at.at(`owner-${owner}`, name)) === undefined) this.strange.push(`${name} is not there`);
        this.reads += 1;
      } catch (error) {
        if (!(error instanceof GatewayError) || error.code !== 'unavailable') this.strange.push(error);
        else if (error.detail.retryAfterSeconds === undefined) this.strange.push('no time to try again', error);
        else this.failed.set(name, error);
        await delay(5);
      }
    }
  }
}

async function startLoad(at: CollectionFixture): Promise<Load> {
  const roots = await Promise.all([0, 1, 2, 3].map((owner) => at.tree(`owner-${owner}`)));
  const load = new Load(
    at,
    roots.map(({ id }) => id),
  );
  await until('writes under way', () => load.acknowledged.size > 50);
  return load;
}

/** Every acknowledged write is there and whole, nothing is half, and sequences and sums are right. */
async function check(t: ExecutionContext, at: CollectionFixture, load: Load): Promise<void> {
  t.deepEqual(load.strange, []);
  const stored = new Set<string>();
  for (const owner of [0, 1, 2, 3]) {
    const root = await at.tree(`owner-${owner}`);
    const members = await at.members(root.id);
    let octets = 0;
    for (const node of members) {
      stored.add(node.name);
      if (node.type !== 'resource') continue;
      octets += node.sizeOctets;
      if ((await at.text(node)) !== node.name.repeat(20)) t.fail(`${node.name} is not whole`);
    }
    t.is(await at.used(`owner-${owner}`), octets);
    t.is(root.membersModSeq, members.length);
    const modSeqs = members.map(({ modSeq }) => modSeq).sort((one, other) => one - other);
    t.deepEqual(
      modSeqs,
      Array.from(modSeqs, (_, index) => index + 1),
    );
  }
  t.deepEqual(
    [...load.acknowledged].filter((name) => !stored.has(name)),
    [],
  );
  // What nobody was told of may be there only if it was in doubt.
  const untold = [...stored].filter((name) => !load.acknowledged.has(name));
  for (const name of untold) t.regex(load.failed.get(name)?.message ?? 'nobody asked for it', /look whether/);
}

interface Broken extends AsyncDisposable {
  readonly server: PostgresCluster;
  readonly opened: TestStore<HandClock>;
  readonly at: CollectionFixture;
  readonly load: Load;
}

async function underLoad(): Promise<Broken> {
  const server = await startCluster();
  const opened = await openTestStore(server, new HandClock());
  const at = new CollectionFixture(opened.store, opened.clock);
  const load = await startLoad(at);
  return {
    server,
    opened,
    at,
    load,
    [Symbol.asyncDispose]: async () => {
      await load.end();
      await opened[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function goesOn(load: Load): Promise<void> {
  const { size } = load.acknowledged;
  await until('writes go on', () => load.acknowledged.size > size + 50, { timeoutMs: 20_000 });
}

onServer(
  'engine: connections that are killed under load lose no acknowledged write, and others are opened',
  async (t) => {
    await using broken = await underLoad();
    for (let round = 0; round < 8; round += 1) {
      t.true((await broken.server.killConnections('passerelle')) > 0);
      await goesOn(broken.load);
    }
    await broken.load.end();
    await check(t, broken.at, broken.load);
    t.log(`${broken.load.acknowledged.size} writes acknowledged, ${broken.load.failed.size} refused`);
  },
);

for (const mode of ['fast', 'immediate'] as const) {
  onServer(`engine: a server that is restarted (${mode}) under load loses no acknowledged write`, async (t) => {
    await using broken = await underLoad();
    for (let round = 0; round < 3; round += 1) {
      await broken.server.restart(mode);
      await goesOn(broken.load);
    }
    await broken.load.end();
    await check(t, broken.at, broken.load);
    t.true(broken.load.failed.size > 0);
    t.log(`${broken.load.acknowledged.size} writes acknowledged, ${broken.load.failed.size} refused`);
  });
}

onServer(
  'engine: while the server is away calls fail at once with a time to try again, and then all is as before',
  async (t) => {
    await using server = await startCluster();
    await using opened = await openTestStore(server, new HandClock());
    const at = new CollectionFixture(opened.store, opened.clock);
    const root = await at.tree();
    await server.stop();
    const calls = [
      () => at.put(root.id, 'x', 'text'),
      () => at.resolve('alice', 'x'),
      () => opened.engine.check(callOf()),
      () => at.store.reclaim(callOf()),
    ];
    for (const call of calls) {
      const error = await throwsCode(t, call(), 'unavailable');
      t.is(error?.detail.retryAfterSeconds, 2);
    }
    await server.start();
    await t.notThrowsAsync(opened.engine.check(callOf()));
    await at.put(root.id, 'x', 'text');
    t.is((await at.tree()).membersModSeq, 1);
  },
);

/** A store behind a way that breaks around a commit, and the same store by the straight way. */
async function openCut() {
  const server = await startCluster();
  const straight = await openTestStore(server, new HandClock());
  const proxy = await startCuttingProxy(server.address());
  const options = { ...straight.options, host: '127.0.0.1', port: proxy.port, writeConnections: 1 };
  const engine = await openPostgresEngine(options, silentLog);
  const store = await SqlCollectionStore.open(engine, new RecordingFeed(), straight.clock);
  return {
    proxy,
    engine,
    at: new CollectionFixture(store, straight.clock),
    straight: new CollectionFixture(straight.store, straight.clock),
    [Symbol.asyncDispose]: async () => {
      for (const each of [engine, proxy, straight, server]) await each[Symbol.asyncDispose]();
    },
  };
}

for (const [cut, happens] of [
  ['before', false],
  ['after', true],
] as const) {
  onServer(
    `engine: a commit whose answer is lost (${cut} it was made) is neither a success nor done twice`,
    async (t) => {
      await using broken = await openCut();
      const root = await broken.at.tree();
      await broken.at.put(root.id, 'first', 'text');
      broken.proxy.cutNext(cut);
      const error = await throwsCode(t, broken.at.put(root.id, 'x', 'text'), 'unavailable');
      t.is(error?.detail.retryAfterSeconds, 2);
      t.is(broken.engine.statistics.inDoubt, 1);
      await until('it is decided', async () => {
        const names = await broken.straight.names(root.id);
        return names.includes('x') === happens;
      });
      t.is((await broken.straight.tree()).membersModSeq, happens ? 2 : 1);
      // And the next one goes through.
      await broken.at.put(root.id, 'y', 'text');
      t.is((await broken.straight.tree()).membersModSeq, happens ? 3 : 2);
    },
  );

  onServer(
    `engine: what may be done twice is done again when its commit is in doubt (${cut} it was made)`,
    async (t) => {
      await using broken = await openCut();
      await broken.at.tree('first');
      broken.proxy.cutNext(cut);
      const made = await broken.at.tree('alice');
      t.is(broken.engine.statistics.inDoubt, 1);
      t.is(broken.engine.statistics.repeated, 1);
      t.is((await broken.straight.tree('alice')).id, made.id);
    },
  );
}
