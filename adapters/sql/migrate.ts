/**
 * Brings a store's schema up to date. All missing steps run in the one transaction that the engine hands in, so a start that
 * fails half way leaves the schema as it was, and of several processes that start at once one does the work and the others
 * find it done.
 */
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { Migration, SchemaTransaction, SqlDialect } from './engine.ts';
import { migrations } from './migrations/index.ts';

export interface MigrationOptions {
  readonly dialect: SqlDialect;
  readonly nowMs: number;
  /** Random text that names this store for good; kept only when the store has none yet. */
  readonly newEpoch: string;
  /** The steps this program knows; left out: all of `migrations/`. */
  readonly known?: readonly Migration[];
}

/**
 * @returns the versions that were applied now, in order; empty when the schema was up to date
 * @throws GatewayError `unavailable` when the schema is newer than the program
 */
export async function migrate(tx: SchemaTransaction, options: MigrationOptions): Promise<readonly number[]> {
  const { dialect, nowMs, known = migrations } = options;
  await tx.execute(`create table if not exists schema_migration (
    version ${dialect.integer} primary key,
    name ${dialect.text} not null,
    applied_ms ${dialect.integer} not null
  ) ${dialect.tableOptions}`);
  const present = await tx.all<{ version: number }>`select version from schema_migration order by version`;
  const newest = present.at(-1)?.version ?? 0;
  const supported = known.at(-1)?.version ?? 0;
  if (newest > supported) throw newerSchema(newest, supported);
  const missing = known.filter((migration) => migration.version > newest);
  for (const migration of missing) {
    for (const statement of migration.up(dialect)) await tx.execute(statement);
    await tx.run`insert into schema_migration (version, name, applied_ms)
      values (${migration.version}, ${migration.name}, ${nowMs})`;
  }
  await tx.run`insert into store_info (key, value) values ('epoch', ${options.newEpoch}) on conflict (key) do nothing`;
  return missing.map((migration) => migration.version);
}

function newerSchema(found: number, supported: number): GatewayError {
  return new GatewayError(
    'unavailable',
    `the store has schema version ${found}, and this program knows versions up to ${supported}: run a newer program`,
  );
}
