import type { SqlDialect } from '../sql/engine.ts';

/**
 * Strict tables, so that a column holds what its type says. `autoincrement`, because an id that was once a collection's or a
 * resource's must never be given again: sync tokens and expectations name things by id.
 */
export const sqliteDialect: SqlDialect = {
  id: 'integer primary key autoincrement',
  integer: 'integer',
  text: 'text',
  bytes: 'blob',
  tableOptions: 'strict',
  keyedTableOptions: 'strict, without rowid',
};
