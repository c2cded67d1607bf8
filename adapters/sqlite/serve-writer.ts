/** The life of a writer thread: open, run batches in the order they come, close. */
import type { DatabaseSync } from 'node:sqlite';
import type { MessagePort } from 'node:worker_threads';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { Operations } from './batch.ts';
import { BatchRunner } from './batch.ts';
import { openConnection } from './connection.ts';
import type { FromWriter, Outcome, ToWriter, WriterData } from './messages.ts';
import { toSentError } from './messages.ts';

export async function serveWriter(port: MessagePort, data: WriterData, operations: Operations): Promise<void> {
  const db = await openConnection(data);
  const runner = new BatchRunner(db, operations, data.busyTimeoutMs);

  async function handle(message: ToWriter): Promise<void> {
    switch (message.type) {
      case 'batch':
        answer(port, message.id, await runner.run(message.work));
        return;
      case 'close':
        close(port, db);
        return;
    }
  }

  // One after another: a batch that comes while another runs waits for it here.
  let last: Promise<void> = Promise.resolve();
  port.on('message', (message: ToWriter) => {
    last = last.then(() => handle(message));
  });
  send(port, { type: 'ready' });
}

function close(port: MessagePort, db: DatabaseSync): void {
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
