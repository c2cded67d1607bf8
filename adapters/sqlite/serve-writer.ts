/** The life of a writer thread: open, run batches in the order they come, close. */
import type { MessagePort } from 'node:worker_threads';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { BatchContext, Operations } from './batch.ts';
import { runBatch } from './batch.ts';
import { openConnection } from './connection.ts';
import type { FromWriter, Outcome, ToWriter, WriterData } from './messages.ts';
import { toSentError } from './messages.ts';
import { SqliteTransaction } from './statements.ts';

export async function serveWriter(port: MessagePort, data: WriterData, operations: Operations): Promise<void> {
  const db = await openConnection(data);
  const context: BatchContext = {
    db,
    tx: new SqliteTransaction(db),
    operations,
    busyTimeoutMs: data.busyTimeoutMs,
  };
  // From here on the waiting for the write lock is `beginImmediate`'s.
  db.exec('pragma busy_timeout = 0');
  // One after another: a batch that comes while another runs waits for it here.
  let last: Promise<void> = Promise.resolve();
  port.on('message', (message: ToWriter) => {
    last = last.then(() => handle(port, context, message));
  });
  send(port, { type: 'ready' });
}

async function handle(port: MessagePort, context: BatchContext, message: ToWriter): Promise<void> {
  switch (message.type) {
    case 'batch':
      answer(port, message.id, await runBatch(context, message.work));
      return;
    case 'close':
      close(port, context);
      return;
  }
}

function close(port: MessagePort, { db }: BatchContext): void {
  try {
    // Best effort: another process that reads or writes may keep part of the log from being moved.
    db.exec('pragma wal_checkpoint(truncate)');
  } finally {
    db.close();
    port.close();
  }
}

function answer(port: MessagePort, id: number, outcomes: readonly Outcome[]): void {
  try {
    send(port, { type: 'done', id, outcomes });
  } catch (error) {
    // A result that cannot be cloned is a fault of the operation; its caller must not wait for ever.
    const failed = toSentError(new GatewayError('internal', 'an internal error occurred', { cause: error }));
    send(port, { type: 'done', id, outcomes: outcomes.map(() => ({ ok: false, error: failed })) });
  }
}

function send(port: MessagePort, message: FromWriter): void {
  port.postMessage(message);
}
