/** A forked worker: serves, and does what the primary says. */
import cluster from 'node:cluster';
import type { ClusterHandle, ClusterOptions, WorkerHandle } from './cluster-options.ts';
import { PeerListeners, isMessage } from './message-peer.ts';
import type { Question, ToPrimary, ToWorker } from './message-peer.ts';
import { SharedTicketKeys } from './ticket-keys.ts';

/** @throws what `options.worker` throws, after the primary was told */
export async function runWorker(options: ClusterOptions): Promise<ClusterHandle> {
  const { log, signals } = options;
  const peerListeners = new PeerListeners();
  const start = await greet();
  const ticketKeys = new SharedTicketKeys(start.ticketKey);
  const context = {
    number: start.number,
    workers: start.workers,
    ticketKeys,
    peer: {
      send: (message: unknown) => tell({ kind: 'peer', message }),
      subscribe: (listener: (message: unknown) => void) => peerListeners.subscribe(listener),
    },
  };
  const handle = await startWorker(options, context);
  const ended = Promise.withResolvers<void>();
  let draining: Promise<void> | undefined;
  const drain = (): Promise<void> => {
    draining ??= handle.drain().catch((error: unknown) => log.error('worker.drain', { result: 'failed', error }));
    return draining;
  };
  const leave = async (): Promise<void> => {
    await drain();
    // Lets the process end by itself. (When the primary dies, Node ends its workers at once: nobody accepts for them any more.)
    cluster.worker?.disconnect();
    ended.resolve();
  };
  process.on('message', (message: unknown) => {
    if (!isMessage<ToWorker>(message)) return;
    if (message.kind === 'ticket-key') ticketKeys.set(message.ticketKey);
    else if (message.kind === 'peer') peerListeners.tell(message.message);
    else if (message.kind === 'ask') void answer(handle, message.id, message.question, drain, leave);
  });
  // A signal to the whole group, from a terminal or systemd, reaches the primary too: it decides. SIGTERM to this one process
  // drains it, and the primary starts another.
  signals.on('SIGTERM', () => void leave());
  signals.on('SIGINT', () => {});
  signals.on('SIGHUP', () => {});
  tell({ kind: 'ready' });
  return { role: 'worker', admin: undefined, reload: () => handle.reload(), drain: leave, ended: ended.promise };
}

async function greet(): Promise<Extract<ToWorker, { kind: 'start' }>> {
  const { promise, resolve } = Promise.withResolvers<Extract<ToWorker, { kind: 'start' }>>();
  const listen = (message: unknown): void => {
    if (isMessage<ToWorker>(message) && message.kind === 'start') resolve(message);
  };
  process.on('message', listen);
  tell({ kind: 'hello' });
  const start = await promise;
  process.off('message', listen);
  return start;
}

async function startWorker(
  options: ClusterOptions,
  context: Parameters<ClusterOptions['worker']>[0],
): Promise<WorkerHandle> {
  try {
    return await options.worker(context);
  } catch (error) {
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    cluster.worker?.disconnect();
    throw error;
  }
}

async function answer(
  handle: WorkerHandle,
  id: number,
  question: Question,
  drain: () => Promise<void>,
  leave: () => Promise<void>,
): Promise<void> {
  try {
    tell({ kind: 'answer', id, value: await valueOf(handle, question, drain) });
  } catch (error) {
    tell({ kind: 'problem', id, message: error instanceof Error ? error.message : String(error) });
  }
  if (question === 'drain') await leave();
}

async function valueOf(handle: WorkerHandle, question: Question, drain: () => Promise<void>): Promise<unknown> {
  switch (question) {
    case 'readiness':
      return await handle.readiness();
    case 'metrics':
      return await handle.metrics();
    case 'reload':
      await handle.reload();
      return undefined;
    case 'drain':
      await drain();
      return undefined;
  }
}

/** A primary that is gone takes no message; `disconnect` tells. */
function tell(message: ToPrimary): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}
