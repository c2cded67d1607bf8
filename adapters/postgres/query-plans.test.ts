/**
 * What PostgreSQL makes of the statements: each finds its rows by an index, however many the table has, whether the server has
 * counted the rows or not.
 */
import { Client } from 'pg';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { silentLog } from '../../gateway/ports/log.ts';
import { postgresTest, sharedCluster } from '../../protocol-tests/support/postgres.ts';
import { until } from '../../protocol-tests/support/wait.ts';
import { CollectionFixture, HandClock } from '../contract/collection-fixture.ts';
import { inParallel } from '../contract/support.ts';
import type { SqlParameter } from '../sql/engine.ts';
import { readEverything, writeEverything } from '../sql/test-every-statement.ts';
import { clientConfig, sessionSettings } from './client-config.ts';
import { openPostgresEngine } from './engine.ts';
import { resolveOptions } from './options.ts';
import { sqlText, StatementNames } from './statements.ts';
import { newStore, openTestStore } from './test-store.ts';
import { PostgresTransaction } from './transaction.ts';

const server = sharedCluster(test);
const onServer = postgresTest(test);

/** Remembers the text of every statement that it runs. */
class RecordingTransaction extends PostgresTransaction {
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

/** A connection as the engine opens them. */
async function connect() {
  const options = newStore(await server());
  const engine = await openPostgresEngine(options, silentLog);
  await engine[Symbol.asyncDispose]();
  const client = new Client({ ...clientConfig(resolveOptions(options)), pipeline: true });
  await client.connect();
  await client.query(sessionSettings(resolveOptions(options)));
  return {
    client,
    tx: new RecordingTransaction(client, new StatementNames()),
    [Symbol.asyncDispose]: () => client.end(),
  };
}

/** The plan that every execution of the statement has, whatever its values are. */
async function planOf(client: Client, text: string): Promise<string> {
  const values = Array.from(text.matchAll(/\$\d+/g), () => 'null');
  await client.query(`prepare looked_at as ${text}`);
  const execute = values.length === 0 ? 'looked_at' : `looked_at (${values.join(', ')})`;
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain execute ${execute}`);
  await client.query('deallocate looked_at');
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

async function checkPlans(t: ExecutionContext, client: Client, texts: ReadonlySet<string>): Promise<void> {
  for (const text of texts) {
    const plan = await planOf(client, text);
    t.notRegex(plan, /Seq Scan|Bitmap|Hash Join|Merge Join/, text);
    // Members of a collection: by name, or in the order of their changes; never all of them for one.
    t.notRegex(plan, /Index Cond: \(parent_id = [^)]*\)\s+Filter: \(\(?name =/, text);
    if (/order by mod_seq limit/.test(text)) t.regex(plan, /Merge Append[\s\S]*node_mod_seq[\s\S]*tombstone_mod_seq/);
    if (/and name > \$2 order by name limit/.test(text)) t.regex(plan, /^Limit.*\n *-> *Index Scan using node_name/);
    if (!/with recursive|node_id, token|group by/.test(text)) t.notRegex(plan, /Sort {2}\(/, text);
  }
}

onServer('sql: every statement is accepted, and finds its rows by an index', async (t) => {
  await using connected = await connect();
  const { client, tx } = connected;
  await writeEverything(tx);
  await readEverything(tx);
  t.true(tx.texts.size > 70, String(tx.texts.size));
  await checkPlans(t, client, tx.texts);
  await client.query(`insert into node (parent_id, name, kind, mod_seq, created_mod_seq, name_mod_seq, created_ms, modified_ms)
    select 1 + g % 100, 'n' || g, 0, g, g, g, 1, 1 from generate_series(1, 100000) g`);
  await checkPlans(t, client, tx.texts);
  await client.query('analyze');
  await checkPlans(t, client, tx.texts);
});

onServer('engine: tables that grow are counted without waiting for the server to do it', async (t) => {
  await using opened = await openTestStore(await server(), new HandClock());
  const at = new CollectionFixture(opened.store, opened.clock);
  const root = await at.tree();
  let written = 0;
  const write = async (count: number): Promise<void> => {
    const numbers = Array.from({ length: count }, (_, index) => written + index);
    written += count;
    await inParallel(numbers, 64, async (index) => void (await at.put(root.id, `n${index}`, 'text')));
  };
  await write(400);
  await until('the table was counted', async () => {
    const row = await opened.engine.read.get<{ rows: number }>`
      select cast(reltuples as bigint) as rows from pg_class where oid = ${'node'}::regclass`;
    if ((row?.rows ?? 0) > 200) return true;
    await write(200);
    return false;
  });
  t.pass();
});
