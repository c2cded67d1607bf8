/** What SQLite makes of the statements: each finds its rows by an index, however many the table has. */
import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { callOf } from '../contract/support.ts';
import { anyone, putOf } from '../contract/collection-fixture.ts';
import type { SqlParameter } from '../sql/engine.ts';
import { emptyContent } from '../sql/empty-content.ts';
import { migrate } from '../sql/migrate.ts';
import { collectionOperations as operations } from '../sql/operations/collections/index.ts';
import { changes } from '../sql/reading/changes.ts';
import * as details from '../sql/reading/details.ts';
import { members } from '../sql/reading/members.ts';
import { resolve } from '../sql/reading/resolve.ts';
import { findRoot } from '../sql/reading/roots.ts';
import { referencedBlobs, upload } from '../sql/reading/uploads.ts';
import { readMountState } from '../sql/shares.ts';
import { sqliteDialect } from './dialect.ts';
import { SqliteTransaction, sqlText } from './statements.ts';

/** Remembers the text of every statement that it runs. */
class RecordingTransaction extends SqliteTransaction {
  readonly texts = new Set<string>();

  override get<Row extends object>(strings: TemplateStringsArray, ...values: readonly SqlParameter[]) {
    this.texts.add(sqlText(strings, values));
    return super.get<Row>(strings, ...values);
  }

  override all<Row extends object>(strings: TemplateStringsArray, ...values: readonly SqlParameter[]) {
    this.texts.add(sqlText(strings, values));
    return super.all<Row>(strings, ...values);
  }

  override run(strings: TemplateStringsArray, ...values: readonly SqlParameter[]) {
    this.texts.add(sqlText(strings, values));
    return super.run(strings, ...values);
  }
}

async function open() {
  const db = new DatabaseSync(':memory:');
  const tx = new RecordingTransaction(db);
  await migrate(tx, { dialect: sqliteDialect, nowMs: 1, newEpoch: 'x' });
  tx.texts.clear();
  const plan = (text: string): readonly string[] =>
    db
      .prepare(`explain query plan ${text}`)
      .all()
      .map((row) => String(row['detail']));
  return { tx, plan };
}

const nowMs = 1000;
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
async function writeEverything(tx: RecordingTransaction): Promise<void> {
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

async function readEverything(tx: RecordingTransaction): Promise<void> {
  const root = await findRoot(tx, tree);
  if (root === undefined) throw new Error('the tree is missing');
  await resolve(tx, tree, ['a', 'b']);
  for await (const batch of members(tx, root.id, undefined, callOf())) void batch;
  await changes(tx, root.id, root.members_mod_seq - 1, 10).catch(() => undefined);
  await details.properties(tx, [1, 2, 3]);
  await details.accessControl(tx, [1, 2, 3]);
  await details.locks(tx, [1, 2, 3], 1);
  await details.locksBelow(tx, root.id, 1);
  await details.content(tx, 1, 'none').catch(() => undefined);
  await readMountState(tx, 'files/bob', ['bob', 'group']);
  await referencedBlobs(tx, ['a', 'b']);
  await upload(tx, 'none', 1);
}

/** Names under which the statements know tables; what else is scanned is a step of theirs, as long as the answer. */
const tables = 'node|body|tombstone|blob|dead_property|ace|mount|lock|upload|store_info|n|c|a|l|m|p|r|b';

test('sql: no statement looks at more rows of a table than it needs', async (t) => {
  const { tx, plan } = await open();
  await writeEverything(tx);
  await readEverything(tx);
  t.true(tx.texts.size > 60, String(tx.texts.size));
  const scans = new RegExp(`^SCAN (${tables})\\b`);
  for (const text of tx.texts) {
    t.deepEqual(
      plan(text).filter((detail) => scans.test(detail) || /^SEARCH .* USING AUTOMATIC/.test(detail)),
      [],
      text,
    );
  }
});

test('sql: listings and changes are read in the order of an index, without sorting', async (t) => {
  const { tx, plan } = await open();
  const root = await operations.ensureTree(tx, { name: 'files/alice', nowMs });
  await operations.putResource(tx, { ...putOf(root.id, 'x', 'text'), modifiedMs: 1, nowMs });
  tx.texts.clear();
  for await (const batch of members(tx, root.id, undefined, callOf())) void batch;
  await changes(tx, root.id, 0, 10);
  const plans = [...tx.texts].map((text) => plan(text));
  t.true(plans.some((details) => details.includes('SEARCH node USING INDEX node_name (parent_id=? AND name>?)')));
  for (const index of ['SEARCH node USING INDEX node_mod_seq', 'SEARCH tombstone USING INDEX tombstone_mod_seq']) {
    t.true(
      plans.some((details) => details.includes(`${index} (parent_id=? AND mod_seq>?)`)),
      index,
    );
  }
  t.deepEqual(
    plans.flat().filter((detail) => detail.includes('TEMP B-TREE')),
    [],
  );
});

test('rfc6578 3: a poll without changes runs one statement', async (t) => {
  const { tx } = await open();
  const root = await operations.ensureTree(tx, { name: 'files/alice', nowMs });
  await operations.putResource(tx, { ...putOf(root.id, 'x', 'text'), modifiedMs: 1, nowMs });
  tx.texts.clear();
  await changes(tx, root.id, 1, 10);
  t.is(tx.texts.size, 1);
});
