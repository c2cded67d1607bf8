/** What SQLite makes of the statements: each finds its rows by an index, however many the table has. */
import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { callOf } from '../contract/support.ts';
import { putOf } from '../contract/collection-fixture.ts';
import type { SqlParameter } from '../sql/engine.ts';
import { migrate } from '../sql/migrate.ts';
import { collectionOperations as operations } from '../sql/operations/collections/index.ts';
import { changes } from '../sql/reading/changes.ts';
import { members } from '../sql/reading/members.ts';
import { nowMs, readEverything, writeEverything } from '../sql/test-every-statement.ts';
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
