import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { list, maxListLength } from '../sql/list.ts';
import { throwsCode } from '../contract/support.ts';
import { SqliteTransaction, StatementCache } from './statements.ts';

function open() {
  const db = new DatabaseSync(':memory:');
  const statements = new StatementCache(db);
  const tx = new SqliteTransaction(db, statements);
  db.exec('create table t (id integer primary key, name text, octets blob) strict');
  return { db, statements, tx };
}

test('engine: a template is prepared once for each size of its list, and sizes are few', async (t) => {
  const { statements, tx } = open();
  for (let id = 1; id <= maxListLength; id += 1) await tx.run`insert into t (id) values (${id})`;
  t.is(statements.size, 1);
  for (let length = 1; length <= maxListLength; length += 1) {
    const ids = Array.from({ length }, (_, index) => index + 1);
    const rows = await tx.all`select id from t where id in ${list(ids)} and id > ${0}`;
    t.is(rows.length, length);
  }
  // 1, 2, 4 … 512
  t.is(statements.size, 1 + 10);
});

test('engine: rows have the columns by name, values as they were bound', async (t) => {
  const { tx } = open();
  const octets = new Uint8Array([0, 255, 7]);
  t.is(await tx.run`insert into t (id, name, octets) values (${2 ** 53 - 1}, ${'é\u{1F600}'}, ${octets})`, 1);
  t.deepEqual(await tx.get`select id, name, octets, null as absent from t`, {
    id: 2 ** 53 - 1,
    name: 'é\u{1F600}',
    octets,
    absent: null,
  });
  t.is(await tx.get`select id from t where id = ${1}`, undefined);
  t.deepEqual(await tx.all`select id from t where id = ${1}`, []);
});

test('engine: values are bound and never become part of the text', async (t) => {
  const { tx } = open();
  const hostile = `'); drop table t; --`;
  await tx.run`insert into t (name) values (${hostile})`;
  t.deepEqual(await tx.all`select name from t where name in ${list([hostile, 'x'])}`, [{ name: hostile }]);
});

test('engine: what SQLite refuses is a rejected promise, not a throw', async (t) => {
  const { tx } = open();
  await tx.run`insert into t (id) values (${1})`;
  await throwsCode(t, tx.run`insert into t (id) values (${1})`, 'internal');
  await throwsCode(t, tx.get`select nonsense from t`, 'internal');
  await throwsCode(t, tx.execute('create table t (id)'), 'internal');
});
