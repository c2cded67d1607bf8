import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { silentLog } from '../../gateway/ports/log.ts';
import { throwsCode } from '../contract/support.ts';
import type { Migration } from '../sql/engine.ts';
import { migrate } from '../sql/migrate.ts';
import { migrations } from '../sql/migrations/index.ts';
import { sqliteDialect } from './dialect.ts';
import { openSqliteEngine } from './engine.ts';
import { SqliteTransaction } from './statements.ts';

async function temporaryPath(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-migration-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return join(folder, 'store.sqlite');
}

test('migrations: numbers run from 1 without a gap', (t) => {
  t.deepEqual(
    migrations.map(({ version }) => version),
    migrations.map((_, index) => index + 1),
  );
});

test('migrations: what is missing is applied once, in order', async (t) => {
  using db = new DatabaseSync(':memory:');
  const tx = new SqliteTransaction(db);
  const options = { dialect: sqliteDialect, nowMs: 5, newEpoch: 'first' };
  const first = migrations.slice(0, 1);
  t.deepEqual(await migrate(tx, { ...options, known: first }), [1]);
  t.deepEqual(await migrate(tx, { ...options, known: first, newEpoch: 'second' }), []);
  const added: Migration = { version: 2, name: 'added', up: (d) => [`create table added (id ${d.id})`] };
  t.deepEqual(await migrate(tx, { ...options, known: [...first, added] }), [2]);
  t.deepEqual(await tx.all`select version, name, applied_ms from schema_migration order by version`, [
    { version: 1, name: 'collections', applied_ms: 5 },
    { version: 2, name: 'added', applied_ms: 5 },
  ]);
  t.deepEqual(await tx.get`select value from store_info where key = 'epoch'`, { value: 'first' });
});

test('migrations: a store that a newer program made is refused, with both versions named', async (t) => {
  const path = await temporaryPath(t);
  const engine = await openSqliteEngine({ path }, silentLog);
  await engine[Symbol.asyncDispose]();
  const newer = migrations.length + 1;
  const db = new DatabaseSync(path);
  db.prepare('insert into schema_migration (version, name, applied_ms) values (?, ?, ?)').run(newer, 'later', 1);
  db.close();
  const error = await throwsCode(t, openSqliteEngine({ path }, silentLog), 'unavailable');
  t.regex(error?.message ?? '', new RegExp(`version ${newer},.* up to ${newer - 1}:`));
});

test('migrations: one that fails half way leaves the schema as it was', async (t) => {
  using db = new DatabaseSync(':memory:');
  const tx = new SqliteTransaction(db);
  const options = { dialect: sqliteDialect, nowMs: 5, newEpoch: 'x' };
  await migrate(tx, options);
  const tables = await tx.all`select name from sqlite_schema order by name`;
  const version = migrations.length + 1;
  const broken: Migration = {
    version,
    name: 'broken',
    up: () => ['create table half (id integer)', 'create nonsense'],
  };
  db.exec('begin');
  await throwsCode(t, migrate(tx, { ...options, known: [...migrations, broken] }), 'internal');
  db.exec('rollback');
  t.deepEqual(await tx.all`select name from sqlite_schema order by name`, tables);
});

test('migrations: engines that start at once on one file agree on one epoch', async (t) => {
  const path = await temporaryPath(t);
  const engines = await Promise.all(Array.from({ length: 4 }, () => openSqliteEngine({ path }, silentLog)));
  const epochs = await Promise.all(
    engines.map((engine) => engine.read.get<{ value: string }>`select value from store_info where key = 'epoch'`),
  );
  t.is(new Set(epochs.map((row) => row?.value)).size, 1);
  for (const engine of engines) await engine[Symbol.asyncDispose]();
});
