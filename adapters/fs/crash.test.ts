/** A process that puts is killed in mid-write, again and again, on one folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'ava';
import { callOf, collect, sha256Of } from '../contract/support.ts';
import { FsBlobStore } from './fs-blob-store.ts';

const rounds = 12;
const uploadId = 'crashing-upload-1';
const childPath = join(import.meta.dirname, 'crash-child.ts');

interface Acknowledged {
  readonly keys: readonly string[];
  readonly offset: number;
}

/** Runs the child until it acknowledged so many puts, then kills it without warning. */
async function killAfter(path: string, label: string, puts: number): Promise<Acknowledged> {
  const child = spawn(process.execPath, [childPath, path, label, uploadId], { stdio: ['ignore', 'pipe', 'inherit'] });
  const keys: string[] = [];
  let offset = 0;
  const closed = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, value = ''] = line.split(' ');
    if (what === 'put') keys.push(value);
    else offset = Number(value);
    if (keys.length === puts) child.kill('SIGKILL');
  }
  await closed;
  if (child.signalCode !== 'SIGKILL') throw new Error('the child ended by itself');
  return { keys, offset };
}

async function filesBelow(path: string): Promise<readonly { readonly name: string; readonly path: string }[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => ({ name: entry.name, path: join(entry.parentPath, entry.name) }));
}

test('port: after kill -9 in mid-write every acknowledged blob is whole, and no partial one is visible', async (t) => {
  const path = await mkdtemp(join(tmpdir(), 'passerelle-blobs-crash-'));
  t.teardown(() => rm(path, { recursive: true }));
  let store = await FsBlobStore.open({ path });
  await store.staging.begin(uploadId, callOf());
  const acknowledged: string[] = [];
  let leftTemporary = 0;
  for (let round = 0; round < rounds; round += 1) {
    const { keys, offset } = await killAfter(path, String(round), 5 + ((round * 37) % 60));
    acknowledged.push(...keys);
    store = await FsBlobStore.open({ path });
    leftTemporary += (await readdir(join(path, 'tmp'))).length;
    t.true((await store.staging.offset(uploadId, callOf())) >= offset);
    for (const { name, path: file } of await filesBelow(join(path, 'blobs')))
      t.is(sha256Of(await readFile(file)), name);
    for (const key of keys) t.is(sha256Of(await collect(await store.get(key, undefined, callOf()))), key);
  }
  t.true(leftTemporary > 0, 'the kills came in the middle of writes');
  for (const key of acknowledged) t.truthy(await store.head(key, callOf()), key);

  const visible = (await filesBelow(join(path, 'blobs'))).map(({ name }) => name);
  const staged = await collect(await store.staging.read(uploadId, callOf()));
  t.is((await store.staging.complete(uploadId, callOf())).sha256, sha256Of(staged));
  await store.sweep(-60_000, async () => new Set([...visible, sha256Of(staged)]), callOf());
  t.deepEqual(await readdir(join(path, 'tmp')), []);
  t.deepEqual(await readdir(join(path, 'staging')), []);
  t.is((await filesBelow(join(path, 'blobs'))).length, new Set([...visible, sha256Of(staged)]).size);
});
