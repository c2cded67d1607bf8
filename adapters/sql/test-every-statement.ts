/** Every statement of collections, run at least once: what the tests of query plans look at. */
import type { SqlTransaction } from './engine.ts';
import { emptyContent } from './empty-content.ts';
import { collectionOperations as operations } from './operations/collections/index.ts';
import { rootsOf } from './operations/scope.ts';
import { changes } from './reading/changes.ts';
import * as details from './reading/details.ts';
import { members } from './reading/members.ts';
import { resolve } from './reading/resolve.ts';
import { findRoot } from './reading/roots.ts';
import { referencedBlobs, upload } from './reading/uploads.ts';
import { readMountState } from './shares.ts';
import { anyone, putOf } from '../contract/collection-fixture.ts';
import { callOf } from '../contract/support.ts';

export const nowMs = 1000;
const tree = { space: 'files', owner: 'alice' } as const;
const lock = {
  token: 'urn:uuid:1',
  principalId: 'alice',
  scope: 'exclusive',
  depth: 'infinity',
  ownerXml: '',
  rootHref: '/a',
  timeoutSeconds: 1,
} as const;
const property = { namespace: 'x', name: 'y', xml: '<y xmlns="x"/>' };

/** Every operation at least once, so that every statement they have is run. */
export async function writeEverything(tx: SqlTransaction): Promise<void> {
  const root = await operations.ensureTree(tx, { name: 'files/alice', nowMs });
  const other = await operations.ensureTree(tx, { name: 'files/bob', nowMs });
  const at = (parentId: number, name: string) => ({ ...putOf(parentId, name, 'text'), modifiedMs: 1, nowMs });
  const blob = { etag: 'e', sizeOctets: 9, contentType: undefined, blobKey: 'key' };
  const made = { collectionKind: 'folder', properties: [property], guard: anyone, nowMs } as const;
  const { node: a } = await operations.makeCollection(tx, { parentId: root.id, name: 'a', ...made });
  const { node: b } = await operations.makeCollection(tx, { parentId: a.id, name: 'b', ...made });
  const { node: x } = await operations.putResource(tx, at(b.id, 'x'));
  await operations.putResource(tx, at(b.id, 'x'));
  await operations.putResource(tx, { ...at(b.id, 'blob'), content: blob });
  await operations.putResource(tx, at(b.id, 'blob'));
  await operations.putResource(tx, { ...at(b.id, 'x'), content: blob });
  const set = { nodeId: x.id, guard: anyone, modifiedMs: 1, nowMs };
  await operations.setProperties(tx, { ...set, set: [property], remove: [{ namespace: 'x', name: 'z' }] });
  const entries = [{ grantee: 'bob', privileges: 1 }];
  await operations.setAccessControl(tx, { nodeId: a.id, entries, guard: anyone, nowMs });
  await operations.reconcileMounts(tx, { viewer: 'files/bob', grantees: ['bob'], nowMs });
  await operations.takeLock(tx, { parentId: a.id, name: 'b', lock, guard: anyone, empty: emptyContent, nowMs });
  await operations.refreshLock(tx, { token: lock.token, principalId: 'alice', nodeId: x.id, timeoutSeconds: 9, nowMs });
  const opened = { ...anyone, lockTokens: [lock.token] };
  const more = {
    overwrite: true,
    depth: 'infinity',
    quotaOctets: 1e9,
    limitMembers: 100,
    guard: opened,
    nowMs,
  } as const;
  const from = { sourceParentId: root.id, sourceName: 'a' };
  const within = { destinationParentId: root.id, destinationName: 'copy' };
  await operations.copyMember(tx, { ...from, ...within, ...more });
  await operations.copyMember(tx, { ...from, ...within, ...more });
  await operations.moveMember(tx, { ...from, destinationParentId: other.id, destinationName: 'moved', ...more });
  await operations.takeLock(tx, { parentId: root.id, name: 'new', lock, guard: anyone, empty: emptyContent, nowMs });
  await operations.unlock(tx, { token: lock.token, nodeId: root.id, nowMs }).catch(() => undefined);
  await operations.removeMember(tx, { parentId: root.id, name: 'new', guard: opened, nowMs });
  await operations.removeMember(tx, { parentId: root.id, name: 'copy', guard: anyone, nowMs });
  await operations.setAccessControl(tx, { nodeId: a.id, entries: [], guard: anyone, nowMs });
  await operations.reconcileMounts(tx, { viewer: 'files/bob', grantees: ['bob'], nowMs });
  const staged = { id: 'u', principalId: 'alice', tree, path: [], sizeOctets: 1, contentType: undefined, metadata: '' };
  await operations.saveUpload(tx, { ...staged, expiresMs: 1 });
  await operations.removeUpload(tx, { id: 'none' });
  await operations.dropExpired(tx, { nowMs });
  await operations.pruneTombstones(tx, { removedBeforeMs: nowMs + 1 });
  while ((await operations.reclaim(tx, null)).more);
}

/** After `writeEverything`. */
export async function readEverything(tx: SqlTransaction): Promise<void> {
  const root = await findRoot(tx, tree);
  if (root === undefined) throw new Error('the tree is missing');
  await resolve(tx, tree, ['a', 'b']);
  for await (const batch of members(tx, root.id, undefined, callOf())) void batch;
  await changes(tx, root.id, 0, 10);
  await details.properties(tx, [1, 2, 3]);
  await details.accessControl(tx, [1, 2, 3]);
  await details.locks(tx, [1, 2, 3], 1);
  await details.locksBelow(tx, root.id, 1);
  await details.content(tx, 1, 'none').catch(() => undefined);
  await readMountState(tx, 'files/bob', ['bob', 'group']);
  await referencedBlobs(tx, ['a', 'b']);
  await upload(tx, 'none', 1);
  await rootsOf(tx, [{ nodes: [1, 2, 3], members: [{ parentId: root.id, name: 'a' }], trees: ['files/bob'] }]);
}
