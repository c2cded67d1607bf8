/** A writer on a store with operations of the test's own. */
import { silentLog } from '../../gateway/ports/log.ts';
import type { WriteScope } from '../sql/operations/scope.ts';
import { BatchRunner } from './batch.ts';
import type { Operations } from './batch.ts';
import { resolveOptions } from './options.ts';
import type { PostgresOptions } from './options.ts';
import { createPool } from './pool.ts';
import { PooledQueries } from './reads.ts';
import { RootHints } from './root-hints.ts';
import { StatementNames } from './statements.ts';
import { TableStatistics } from './table-statistics.ts';
import { PostgresWriter } from './writer.ts';

export interface TestWriter extends AsyncDisposable {
  readonly writer: PostgresWriter;
  /** Runs an operation; without a scope, unless one is given. */
  run(name: string, args?: unknown, scope?: WriteScope): Promise<unknown>;
}

export function openTestWriter(options: PostgresOptions, operations: Operations): TestWriter {
  const resolved = resolveOptions(options);
  const names = new StatementNames();
  const reading = createPool(resolved, { connections: 2, pipeline: false }, silentLog);
  const pool = createPool(resolved, { connections: 4, pipeline: true }, silentLog);
  const hints = new RootHints();
  const parts = {
    runner: new BatchRunner({ pool, names, operations, hints, store: 'test' }),
    hints,
    tables: new TableStatistics(reading, silentLog),
    read: new PooledQueries(reading, names, resolved),
  };
  const writer = new PostgresWriter(parts, resolved, silentLog);
  return {
    writer,
    run: (name, args = null, scope = {}) =>
      writer.run({ name, args, scope, found: new Set() }, new AbortController().signal),
    [Symbol.asyncDispose]: async () => {
      await writer.close();
      await Promise.all([reading.end(), pool.end()]);
    },
  };
}
