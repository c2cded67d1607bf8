import test from 'ava';
import { systemClock } from '../../gateway/ports/clock.ts';
import { postgresTest, sharedCluster } from '../../protocol-tests/support/postgres.ts';
import { throwsCode } from '../contract/support.ts';
import { list, maxListLength } from '../sql/list.ts';
import { bindings, sqlText, StatementNames } from './statements.ts';
import { openTestStore } from './test-store.ts';

const server = sharedCluster(test);
const onServer = postgresTest(test);

function template(strings: TemplateStringsArray, ...values: readonly (number | ReturnType<typeof list>)[]) {
  return { strings, values };
}

test('engine: values become numbered placeholders, those of a list one each', (t) => {
  const { strings, values } = template`select ${1} where id in ${list([5, 6, 7])} and x = ${2}`;
  t.is(sqlText(strings, values), 'select $1 where id in ($2, $3, $4, $5) and x = $6');
  t.deepEqual(bindings(values), [1, 5, 6, 7, 7, 2]);
});

test('engine: a template has one name for each size of its list, and sizes are few', (t) => {
  const names = new StatementNames();
  const seen = new Set<string>();
  for (let length = 1; length <= maxListLength; length += 1) {
    const ids = Array.from({ length }, (_, index) => index);
    const { strings, values } = template`select ${1} where id in ${list(ids)}`;
    seen.add(names.get(strings, values).name);
  }
  // 1, 2, 4 … 512
  t.is(seen.size, 10);
  t.is(names.size, 10);
});

onServer('engine: a connection prepares each statement once, however often it is asked for', async (t) => {
  await using opened = await openTestStore(await server(), systemClock, { readConnections: 1 });
  const { read } = opened.engine;
  const before = opened.engine.statistics.statements;
  for (let round = 0; round < 50; round += 1) {
    for (let length = 1; length <= maxListLength; length += 37) {
      const ids = Array.from({ length }, (_, index) => index);
      await read.all`select id from node where id in ${list(ids)} and kind > ${round}`;
    }
  }
  // 1, 64, 128, 256, 512
  const added = opened.engine.statistics.statements - before;
  t.true(added >= 4 && added <= 10, String(added));
  const row = await read.get<{
    count: number;
  }>`select count(*) as count from pg_prepared_statements where name like 's%'`;
  t.is(row?.count, opened.engine.statistics.statements);
});

onServer('engine: rows have the columns by name, values as they were bound', async (t) => {
  await using opened = await openTestStore(await server(), systemClock);
  const { read } = opened.engine;
  const octets = new Uint8Array([0, 255, 7, 92]);
  const row = await read.get`
    select cast(${2 ** 53 - 1} as bigint) as number, cast(${'é\u{1F600}\\'} as text) as name, cast(${octets} as bytea) as octets,
      count(*) as count, cast(null as text) as absent from schema_migration where version = ${1}`;
  t.deepEqual(row, { number: 2 ** 53 - 1, name: 'é\u{1F600}\\', octets: Buffer.from(octets), count: 1, absent: null });
  t.is(await read.get`select version from schema_migration where version = ${99}`, undefined);
  t.deepEqual(await read.all`select version from schema_migration where version = ${99}`, []);
});

onServer('engine: values are bound and never become part of the text', async (t) => {
  await using opened = await openTestStore(await server(), systemClock);
  const hostile = `'); drop table node; --`;
  t.deepEqual(
    await opened.engine.read.all`select cast(${hostile} as text) as name where ${hostile} in ${list([hostile, 'x'])}`,
    [{ name: hostile }],
  );
});

onServer('engine: a text with NUL, which PostgreSQL cannot hold, is refused as syntax', async (t) => {
  await using opened = await openTestStore(await server(), systemClock);
  await throwsCode(t, opened.engine.read.get`select id from node where name = ${'a\0b'}`, 'syntax');
  // And the connection goes on.
  t.is(await opened.engine.read.get`select id from node where name = ${'a'}`, undefined);
});
