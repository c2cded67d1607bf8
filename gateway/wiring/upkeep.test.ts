import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { MemoryChangeFeed } from '../../adapters/memory/change-feed.ts';
import type { Call } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import { silentLog } from '../ports/log.ts';
import { configFrom } from './config/load.ts';
import type { ConfigInput } from './config/schema.ts';
import { openStores } from './stores.ts';
import type { Stores } from './stores.ts';
import { clearAway, startUpkeep, sweepBlobs } from './upkeep.ts';

const call: Call = { signal: new AbortController().signal, log: silentLog };
const dayMs = 86_400_000;
const uploadId = 'upload-0123456789abcdef';

async function storesFor(t: ExecutionContext, clock: Clock, input: ConfigInput = {}): Promise<Stores> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-upkeep-'));
  const config = await configFrom(input, folder);
  const stores = await openStores({ clock, log: silentLog, feed: new MemoryChangeFeed(), currentConfig: () => config });
  t.teardown(async () => {
    await stores[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  return stores;
}

async function stage(stores: Stores, domainIndex: number, expires: Temporal.Instant): Promise<void> {
  const domain = stores.domains.all[domainIndex];
  await domain?.blobs.staging?.begin(uploadId, call);
  await domain?.collections.saveUpload(
    {
      id: uploadId,
      principalId: 'anne',
      tree: { space: 'files', owner: 'anne' },
      path: ['a'],
      sizeOctets: 10,
      contentType: undefined,
      metadata: '',
      expires,
    },
    call,
  );
}

const twoStores: ConfigInput = {
  adapters: {
    one: { kind: 'sqlite', path: 'one.sqlite' },
    two: { kind: 'sqlite', path: 'two.sqlite' },
    files: { kind: 'fs' },
    people: { kind: 'accounts', store: 'one' },
  },
  domains: { 'one.test': { collections: 'one' }, 'two.test': { collections: 'two' } },
  defaults: { collections: 'one' },
};

test('upkeep: an upload that expired loses its staged bytes', async (t) => {
  let nowMs = Date.now();
  const stores = await storesFor(t, { nowMs: () => nowMs });
  const staging = stores.domains.all[0]?.blobs.staging;
  const { upkeep } = await configFrom({}, '/');
  await stage(stores, 0, Temporal.Instant.fromEpochMilliseconds(nowMs + 1000));
  await clearAway(stores, upkeep, call);
  t.is(await staging?.offset(uploadId, call), 0, 'one that did not expire stays');
  nowMs += 2000;
  await clearAway(stores, upkeep, call);
  await t.throwsAsync(async () => staging?.offset(uploadId, call), { code: 'not-found' });
});

test('upkeep: a sweep asks every store that may refer to a blob', async (t) => {
  let nowMs = Date.now();
  const stores = await storesFor(t, { nowMs: () => nowMs }, twoStores);
  const [, second] = stores.domains.all;
  if (second === undefined) throw new Error('there are two domains');
  const put = (): Promise<{ key: string; sizeOctets: number }> =>
    second.blobs.put(Readable.from([randomBytes(1000)]), 1000, call);
  const [kept, orphan] = [await put(), await put()];
  const root = await second.collections.ensureTree({ space: 'files', owner: 'anne' }, call);
  await second.collections.put(
    {
      parentId: root.id,
      name: 'kept',
      content: { etag: 'e', sizeOctets: kept.sizeOctets, contentType: undefined, blobKey: kept.key },
      modified: undefined,
      quotaOctets: undefined,
      guard: { principalId: 'anne', lockTokens: [], expectations: [] },
    },
    call,
  );
  const { upkeep } = await configFrom({}, '/');
  await sweepBlobs(stores, upkeep, call);
  t.truthy(await second.blobs.head(orphan.key, call), 'a young blob stays');
  nowMs += upkeep.blobGrace + dayMs;
  await sweepBlobs(stores, upkeep, call);
  t.is(await second.blobs.head(orphan.key, call), undefined);
  t.truthy(await second.blobs.head(kept.key, call), 'the second store refers to it');
});

test('upkeep: rounds go on after one that failed, and an end is waited for', async (t) => {
  const stores = await storesFor(t, { nowMs: () => Date.now() });
  const { upkeep } = await configFrom({}, '/');
  const rounds = { begun: 0 };
  const failures: string[] = [];
  const failing: Stores = {
    ...stores,
    get domains(): Stores['domains'] {
      rounds.begun += 1;
      if (rounds.begun === 1) throw new Error('out of order');
      return stores.domains;
    },
  };
  const log = { ...silentLog, error: (event: string) => void failures.push(event) };
  const running = startUpkeep({
    stores: failing,
    clock: { nowMs: () => 0 },
    log,
    config: () => ({ ...upkeep, interval: 1 }),
  });
  while (rounds.begun < 3) await setTimeout(5);
  await running[Symbol.asyncDispose]();
  t.deepEqual(failures, ['upkeep.round']);
});
