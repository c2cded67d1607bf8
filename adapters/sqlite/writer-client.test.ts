import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { silentLog } from '../../gateway/ports/log.ts';
import { throwsCode } from '../contract/support.ts';
import type { SqliteOptions } from './options.ts';
import { resolveOptions } from './options.ts';
import { WriterClient } from './writer-client.ts';

/**
 * A writer thread with operations of its own: `note` adds a row and answers how many there are, `die` ends the thread,
 * `slow` holds it until the test has said so, by the array that it shares.
 */
function writerOf(): URL {
  const serve = new URL('./serve-writer.ts', import.meta.url).href;
  const code = `
    import { parentPort, workerData } from 'node:worker_threads';
    const { serveWriter } = await import(${JSON.stringify(serve)});
    await serveWriter(parentPort, workerData, {
      async note(tx, text) {
        await tx.execute('create table if not exists note (text text)');
        await tx.run\`insert into note (text) values (\${text})\`;
        if (text === 'refused') throw new Error('refused');
        return (await tx.all\`select text from note\`).map((row) => row.text);
      },
      async slow(tx, gate) { Atomics.wait(gate, 0, 0); return 'done'; },
      async die() { process.exit(1); },
      async strange() { return () => 1; },
    });`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

async function openWriter(t: ExecutionContext, options: Partial<SqliteOptions> = {}): Promise<WriterClient> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-writer-'));
  const client = new WriterClient(
    writerOf(),
    resolveOptions({ path: join(folder, 'store.sqlite'), ...options }),
    silentLog,
  );
  await client.start();
  t.teardown(async () => {
    await client.close();
    await rm(folder, { recursive: true });
  });
  return client;
}

const never = (): AbortSignal => new AbortController().signal;

/** A write that keeps the thread busy until it is let go. */
function hold(client: WriterClient): { readonly held: Promise<unknown>; readonly release: () => void } {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const held = client.run({ name: 'slow', args: gate }, never());
  return {
    held,
    release: () => {
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
    },
  };
}

test('engine: what an operation throws undoes its own changes only', async (t) => {
  const client = await openWriter(t);
  const [first, refused, second] = await Promise.allSettled(
    ['a', 'refused', 'b'].map((args) => client.run({ name: 'note', args }, never())),
  );
  t.deepEqual(first, { status: 'fulfilled', value: ['a'] });
  t.is(refused?.status === 'rejected' ? refused.reason.code : undefined, 'internal');
  t.deepEqual(second, { status: 'fulfilled', value: ['a', 'b'] });
});

test('engine: a write whose signal aborts while it waits does not happen', async (t) => {
  const client = await openWriter(t);
  const { held, release } = hold(client);
  // Sent with the first one, because it was asked for in the same turn.
  const sent = client.run({ name: 'note', args: 'sent' }, never());
  await new Promise((resolve) => setImmediate(resolve));
  const alsoSent = client.run({ name: 'note', args: 'also sent' }, never());
  await new Promise((resolve) => setImmediate(resolve));
  const controller = new AbortController();
  const given = client.run({ name: 'note', args: 'given up' }, controller.signal);
  const kept = client.run({ name: 'note', args: 'kept' }, never());
  await new Promise((resolve) => setImmediate(resolve));
  t.is(client.statistics.queued, 2);
  controller.abort();
  await throwsCode(t, given, 'unavailable');
  release();
  t.is(await held, 'done');
  t.deepEqual(await sent, ['sent']);
  t.deepEqual(await alsoSent, ['sent', 'also sent']);
  t.deepEqual(await kept, ['sent', 'also sent', 'kept']);
});

test('engine: a write whose signal was aborted before does not happen', async (t) => {
  const client = await openWriter(t);
  await throwsCode(t, client.run({ name: 'note', args: 'x' }, AbortSignal.abort()), 'unavailable');
  t.deepEqual(await client.run({ name: 'note', args: 'y' }, never()), ['y']);
});

test('engine: more writes than may wait are refused with a time to come again', async (t) => {
  const client = await openWriter(t, { queueLimit: 3 });
  const { held, release } = hold(client);
  await new Promise((resolve) => setImmediate(resolve));
  // Two batches may be under way: this one is sent too.
  const writes = [client.run({ name: 'note', args: 'sent' }, never())];
  await new Promise((resolve) => setImmediate(resolve));
  for (const args of ['a', 'b', 'c']) writes.push(client.run({ name: 'note', args }, never()));
  const refused = await throwsCode(t, client.run({ name: 'note', args: 'd' }, never()), 'unavailable');
  t.is(refused?.detail.retryAfterSeconds, 1);
  release();
  await held;
  t.deepEqual((await Promise.all(writes)).at(-1), ['sent', 'a', 'b', 'c']);
});

test('engine: when the thread dies its writes fail, and the next write starts another', async (t) => {
  const client = await openWriter(t);
  await client.run({ name: 'note', args: 'before' }, never());
  const dying = client.run({ name: 'die', args: null }, never());
  const along = client.run({ name: 'note', args: 'along' }, never());
  await Promise.all([throwsCode(t, dying, 'unavailable'), throwsCode(t, along, 'unavailable')]);
  t.is(client.statistics.deaths, 1);
  t.deepEqual(await client.run({ name: 'note', args: 'after' }, never()), ['before', 'after']);
});

test('engine: a result that cannot cross threads is an error and not a silence', async (t) => {
  const client = await openWriter(t);
  await throwsCode(t, client.run({ name: 'strange', args: null }, never()), 'internal');
  t.deepEqual(await client.run({ name: 'note', args: 'x' }, never()), ['x']);
});

test('engine: an argument that cannot cross threads is an error of its write', async (t) => {
  const client = await openWriter(t);
  await throwsCode(t, client.run({ name: 'note', args: () => 1 }, never()), 'internal');
  t.deepEqual(await client.run({ name: 'note', args: 'x' }, never()), ['x']);
});

test('engine: an operation that does not exist is refused', async (t) => {
  const client = await openWriter(t);
  await throwsCode(t, client.run({ name: 'nothing', args: null }, never()), 'internal');
});
