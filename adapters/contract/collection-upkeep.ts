/** Staged uploads, references to blobs, and upkeep. */
import type { UploadSession } from '../../gateway/ports/collection-store.ts';
import type { CollectionFixture, CollectionRule } from './collection-fixture.ts';
import { filesOf } from './collection-fixture.ts';
import { callOf, same } from './support.ts';

export function upkeepRules(rule: CollectionRule): void {
  uploadRules(rule);
  blobRules(rule);
  removalRules(rule);
}

function uploadOf(at: CollectionFixture, id: string, more: Partial<UploadSession> = {}): UploadSession {
  return {
    id,
    principalId: 'alice',
    tree: filesOf('alice'),
    path: ['a', 'b/c', 'é\u{1f600}"\\'],
    sizeOctets: undefined,
    contentType: undefined,
    metadata: 'filename dGVzdA==,is_confidential',
    expires: Temporal.Instant.fromEpochMilliseconds(at.clock.nowMs() + 60_000),
    ...more,
  };
}

function uploadRules(rule: CollectionRule): void {
  rule('port: an upload is found as it was saved, until it is removed', async (t, at) => {
    const plain = uploadOf(at, 'upload-0000000001');
    const full = uploadOf(at, 'upload-0000000002', {
      tree: { space: 'calendars', owner: 'bob' },
      path: [],
      sizeOctets: 10_000_000_000,
      contentType: 'text/plain; charset=utf-8',
      metadata: '',
    });
    for (const session of [plain, full]) {
      await at.store.saveUpload(session, callOf());
      const found = await at.store.upload(session.id, callOf());
      same(t, found, session);
    }
    t.is(await at.store.upload('upload-0000000003', callOf()), undefined);
    await at.store.removeUpload(plain.id, callOf());
    await at.store.removeUpload(plain.id, callOf());
    t.is(await at.store.upload(plain.id, callOf()), undefined);
    t.is((await at.store.upload(full.id, callOf()))?.id, full.id);
  });

  rule('port: an upload that is saved again is replaced', async (t, at) => {
    await at.store.saveUpload(uploadOf(at, 'upload-0000000001'), callOf());
    const expires = Temporal.Instant.fromEpochMilliseconds(at.clock.nowMs() + 3_600_000);
    await at.store.saveUpload(uploadOf(at, 'upload-0000000001', { sizeOctets: 7, expires }), callOf());
    const found = await at.store.upload('upload-0000000001', callOf());
    t.is(found?.sizeOctets, 7);
    t.true(found?.expires.equals(expires));
    at.clock.advance(61_000);
    t.deepEqual((await at.upkeep()).expiredUploads, []);
  });

  rule('port: upkeep drops uploads that expired, and says which', async (t, at) => {
    for (const [id, seconds] of [
      ['upload-0000000001', 10],
      ['upload-0000000002', 20],
      ['upload-0000000003', 3600],
    ] as const) {
      const expires = Temporal.Instant.fromEpochMilliseconds(at.clock.nowMs() + seconds * 1000);
      await at.store.saveUpload(uploadOf(at, id, { expires }), callOf());
    }
    t.deepEqual((await at.upkeep()).expiredUploads, []);
    at.clock.advance(30_000);
    const { expiredUploads } = await at.upkeep();
    t.deepEqual([...expiredUploads].sort(), ['upload-0000000001', 'upload-0000000002']);
    t.is(await at.store.upload('upload-0000000001', callOf()), undefined);
    t.is((await at.store.upload('upload-0000000003', callOf()))?.id, 'upload-0000000003');
    t.deepEqual((await at.upkeep()).expiredUploads, []);
  });
}

function blobRules(rule: CollectionRule): void {
  rule('port: a blob is referred to while any resource has it', async (t, at) => {
    const root = await at.tree();
    await at.putBlob(root.id, 'x', 'key-1', 10);
    await at.putBlob(root.id, 'y', 'key-1', 10);
    await at.putBlob(root.id, 'z', 'key-2', 10);
    t.deepEqual(await referenced(at, 'key-1', 'key-2', 'key-3'), ['key-1', 'key-2']);
    await at.remove(root.id, 'x');
    await at.putBlob(root.id, 'z', 'key-3', 10);
    await at.store.reclaim(callOf());
    t.deepEqual(await referenced(at, 'key-1', 'key-2', 'key-3'), ['key-1', 'key-3']);
    await at.put(root.id, 'y', 'small now');
    await at.store.reclaim(callOf());
    t.deepEqual(await referenced(at, 'key-1', 'key-2', 'key-3'), ['key-3']);
    t.deepEqual(await referenced(at), []);
  });

  rule('port: a resource that is put again with the same blob keeps it', async (t, at) => {
    const root = await at.tree();
    for (let round = 0; round < 3; round += 1) await at.putBlob(root.id, 'x', 'key-1', 10);
    t.deepEqual(await referenced(at, 'key-1'), ['key-1']);
    await at.remove(root.id, 'x');
    await at.store.reclaim(callOf());
    t.deepEqual(await referenced(at, 'key-1'), []);
  });

  rule('port: a copy refers to the blob too, a move goes on doing so', async (t, at) => {
    const root = await at.tree();
    const a = await at.mkcol(root.id, 'a');
    await at.putBlob(a.id, 'x', 'key-1', 10);
    await at.copy({ from: [root.id, 'a'], to: [root.id, 'b'] });
    await at.remove(root.id, 'a');
    await at.upkeep();
    t.deepEqual(await referenced(at, 'key-1'), ['key-1']);
    t.is((await at.resourceAt('alice', 'b', 'x')).blobKey, 'key-1');
    await at.move({ from: [root.id, 'b'], to: [root.id, 'c'] });
    t.deepEqual(await referenced(at, 'key-1'), ['key-1']);
    await at.put(root.id, 'over', 'text');
    const c = await at.collectionAt('alice', 'c');
    await at.copy({ from: [root.id, 'over'], to: [c.id, 'x'], overwrite: true });
    await at.upkeep();
    t.deepEqual(await referenced(at, 'key-1'), []);
  });

  rule('port: many keys may be asked for at once', async (t, at) => {
    const root = await at.tree();
    await at.putBlob(root.id, 'x', 'key-1700', 10);
    const keys = Array.from({ length: 2000 }, (_, index) => `key-${index}`);
    t.deepEqual(await referenced(at, ...keys), ['key-1700']);
  });
}

async function referenced(at: CollectionFixture, ...keys: readonly string[]): Promise<readonly string[]> {
  return [...(await at.store.referencedBlobs(keys, callOf()))].sort();
}

function removalRules(rule: CollectionRule): void {
  rule('port: upkeep frees the octets and blobs of removed trees', async (t, at) => {
    const root = await at.tree();
    const a = await at.mkcol(root.id, 'a');
    for (let folder = 0; folder < 12; folder += 1) {
      const inner = await at.mkcol(a.id, `f${folder}`);
      await Promise.all(
        Array.from({ length: 60 }, (_, index) => at.putBlob(inner.id, `n${index}`, `key-${folder}-${index}`, 10)),
      );
    }
    await at.putBlob(root.id, 'kept', 'key-0-0', 10);
    const keys = Array.from({ length: 12 * 60 }, (_, index) => `key-${Math.floor(index / 60)}-${index % 60}`);
    t.is(await at.used(), 7210);
    t.is((await referenced(at, ...keys)).length, 720);
    await at.remove(root.id, 'a');
    await at.upkeep();
    t.is(await at.used(), 10);
    t.deepEqual(await referenced(at, ...keys), ['key-0-0']);
    t.deepEqual(await at.names(a.id), []);
  });

  rule('port: removals while upkeep runs are finished by it or by the next', async (t, at) => {
    const root = await at.tree();
    for (let index = 0; index < 20; index += 1) {
      const c = await at.mkcol(root.id, `c${index}`);
      await at.putBlob(c.id, 'x', `key-${index}`, 10);
    }
    await Promise.all([
      ...Array.from({ length: 20 }, (_, index) => at.remove(root.id, `c${index}`)),
      at.upkeep(),
      at.store.reclaim(callOf()),
      at.upkeep(),
    ]);
    await at.upkeep();
    t.is(await at.used(), 0);
    t.deepEqual(await referenced(at, ...Array.from({ length: 20 }, (_, index) => `key-${index}`)), []);
  });

  rule('port: upkeep drops locks that expired and leaves the others', async (t, at) => {
    const root = await at.tree();
    const short = await at.lock(root.id, 'short', { timeoutSeconds: 10 });
    const long = await at.lock(root.id, 'long', { timeoutSeconds: 3600 });
    at.clock.advance(20_000);
    await at.upkeep();
    t.deepEqual(await at.locks(short.lock.nodeId, long.lock.nodeId), [long.lock.token]);
    // The token is free again.
    await t.notThrowsAsync(at.lock(root.id, 'short', { token: short.lock.token }));
  });

  rule('port: upkeep of a store where nothing is left to do changes nothing', async (t, at) => {
    const root = await at.tree();
    await at.put(root.id, 'x', 'text');
    const before = await at.changes(root.id, 0);
    t.deepEqual(await at.upkeep(0), { expiredUploads: [] });
    t.deepEqual(await at.upkeep(0), { expiredUploads: [] });
    same(t, await at.changes(root.id, 0), before);
  });
}
