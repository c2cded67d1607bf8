/** What the port does not say, but `docs/adapters/fs.md` does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { bodyOf, callOf, collect, octetsOf, throwsCode } from '../contract/support.ts';
import { storageError } from './errors.ts';
import { tryFileLock } from './file-lock.ts';
import { FsBlobStore } from './fs-blob-store.ts';

const noLimit = Number.MAX_SAFE_INTEGER;

async function openIn(t: ExecutionContext): Promise<{ readonly path: string; readonly store: FsBlobStore }> {
  const path = await mkdtemp(join(tmpdir(), 'passerelle-blobs-'));
  t.teardown(() => rm(path, { recursive: true }));
  return { path, store: await FsBlobStore.open({ path: join(path, 'store') }) };
}

function errno(code: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code, errno: -1, syscall: 'write' });
}

const codes = [
  ['ENOSPC', 'over-quota'],
  ['EDQUOT', 'over-quota'],
  ['EFBIG', 'over-quota'],
  ['EACCES', 'unavailable'],
  ['EIO', 'unavailable'],
  ['EROFS', 'unavailable'],
  ['EMFILE', 'unavailable'],
  ['ENOENT', 'unavailable'],
] as const;
for (const [name, code] of codes) {
  test(`fs: ${name} of the device is ${code}`, (t) => {
    t.is(storageError(errno(name)).code, code);
  });
}

test('fs: an error that is none of the file system is internal and says nothing of itself', (t) => {
  const error = storageError(new TypeError('secret detail'));
  t.is(error.code, 'internal');
  t.notRegex(error.message, /secret/);
});

test('fs: files are for the owner only, folders too', async (t) => {
  const { path, store } = await openIn(t);
  const { key } = await store.put(bodyOf(octetsOf(10, 'mode')), noLimit, callOf());
  await store.staging.begin('mode-of-an-upload', callOf());
  await store.staging.append('mode-of-an-upload', 0, bodyOf(octetsOf(10, 'mode')), noLimit, callOf());
  const root = join(path, 'store');
  const modes = await Promise.all(
    (await readdir(root, { recursive: true, withFileTypes: true })).map(async (entry) => {
      const mode = (await stat(join(entry.parentPath, entry.name))).mode & 0o777;
      return mode === (entry.isDirectory() ? 0o700 : 0o600);
    }),
  );
  t.true(modes.length > 6);
  t.deepEqual(new Set(modes), new Set([true]));
  t.is((await stat(join(root, 'blobs', key.slice(0, 2), key.slice(2, 4), key))).size, 10);
});

test('fs: equal octets are kept once, in a new file at every put', async (t) => {
  const { path, store } = await openIn(t);
  const put = async (): Promise<number> => {
    const { key } = await store.put(bodyOf(octetsOf(10, 'equal')), noLimit, callOf());
    return (await stat(join(path, 'store', 'blobs', key.slice(0, 2), key.slice(2, 4), key))).ino;
  };
  t.not(await put(), await put());
});

test('fs: a put mends a file that was damaged from outside', async (t) => {
  const { path, store } = await openIn(t);
  const octets = octetsOf(1000, 'damaged');
  const { key } = await store.put(bodyOf(octets), noLimit, callOf());
  await writeFile(join(path, 'store', 'blobs', key.slice(0, 2), key.slice(2, 4), key), 'damaged');
  await store.put(bodyOf(octets), noLimit, callOf());
  t.deepEqual(await collect(await store.get(key, undefined, callOf())), octets);
});

test('fs: folders of blobs that somebody removed are made again', async (t) => {
  const { path, store } = await openIn(t);
  const octets = octetsOf(1000, 'removed');
  await store.put(bodyOf(octets), noLimit, callOf());
  await rm(join(path, 'store', 'blobs'), { recursive: true });
  await mkdir(join(path, 'store', 'blobs'));
  const { key } = await store.put(bodyOf(octets), noLimit, callOf());
  t.deepEqual(await collect(await store.get(key, undefined, callOf())), octets);
});

test('fs: what a sweep that died had taken away is found, and given back by the next one', async (t) => {
  const { path, store } = await openIn(t);
  const octets = octetsOf(1000, 'trash');
  const { key } = await store.put(bodyOf(octets), noLimit, callOf());
  const at = join(path, 'store', 'blobs', key.slice(0, 2), key.slice(2, 4), key);
  await rename(at, join(path, 'store', 'trash', key));
  t.is((await store.head(key, callOf()))?.sizeOctets, 1000);
  t.deepEqual(await collect(await store.get(key, undefined, callOf())), octets);
  await store.sweep(3_600_000, async () => new Set(), callOf());
  t.is((await stat(at)).size, 1000);
  t.deepEqual(await readdir(join(path, 'store', 'trash')), []);
});

test('fs: of two sweeps at once one does nothing', async (t) => {
  const { path, store } = await openIn(t);
  const other = await FsBlobStore.open({ path: join(path, 'store') });
  await store.put(bodyOf(octetsOf(10, 'two')), noLimit, callOf());
  const inner: unknown[] = [];
  const outer = await store.sweep(
    -60_000,
    async () => {
      inner.push(await other.sweep(-60_000, async () => new Set(), callOf()));
      return new Set();
    },
    callOf(),
  );
  t.is(outer.blobs, 1);
  t.deepEqual(inner[0], { blobs: 0, temporary: 0 });
});

test('fs: what another process puts while a sweep asks is not removed', async (t) => {
  const { path, store } = await openIn(t);
  // Opened twice, the store knows as little of the other's puts as another process does.
  const other = await FsBlobStore.open({ path: join(path, 'store') });
  for (const renewedAt of [1, 2]) {
    const octets = octetsOf(1000, `renewed ${renewedAt}`);
    const { key } = await store.put(bodyOf(octets), noLimit, callOf());
    let asked = 0;
    await store.sweep(
      -60_000,
      async () => {
        asked += 1;
        if (asked === renewedAt) await other.put(bodyOf(octets), noLimit, callOf());
        return new Set();
      },
      callOf(),
    );
    t.true(asked >= renewedAt);
    t.deepEqual(await collect(await other.get(key, undefined, callOf())), octets);
    t.deepEqual(await readdir(join(path, 'store', 'trash')), []);
    await store.delete(key, callOf());
  }
});

test('fs: foreign files in the folders stay', async (t) => {
  const { path, store } = await openIn(t);
  const names = ['blobs/note.txt', 'blobs/ab/note', 'trash/note', 'staging/no id.txt'].map((name) =>
    join(path, 'store', name),
  );
  await mkdir(join(path, 'store', 'blobs', 'ab'));
  for (const name of names) await writeFile(name, 'mine');
  await store.sweep(-60_000, async () => new Set(), callOf());
  for (const name of names) t.is((await stat(name)).size, 4);
});

test('fs: a lock holds against another process and ends when that is killed', async (t) => {
  const { path } = await openIn(t);
  const lockPath = join(path, 'a.lock');
  const script = `
    const { tryFileLock } = await import(${JSON.stringify(join(import.meta.dirname, 'file-lock.ts'))});
    globalThis.lock = await tryFileLock(${JSON.stringify(lockPath)});
    process.stdout.write(lock === undefined ? 'busy' : 'held');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  t.is(said.toString(), 'held');
  t.is(await tryFileLock(lockPath), undefined);
  child.kill('SIGKILL');
  await once(child, 'close');
  using lock = await tryFileLock(lockPath);
  t.truthy(lock);
  t.is(await tryFileLock(lockPath), undefined);
});

// The superuser may write anywhere, so the right is taken away in a way that holds for everybody: the folder is a file.
test('fs: a store that cannot be written to is unavailable', async (t) => {
  const { path, store } = await openIn(t);
  await store.check(callOf());
  await rm(join(path, 'store', 'tmp'), { recursive: true });
  await writeFile(join(path, 'store', 'tmp'), '');
  await chmod(join(path, 'store', 'tmp'), 0o400);
  await throwsCode(t, store.check(callOf()), 'unavailable');
  await throwsCode(t, store.put(bodyOf(octetsOf(10, 'x')), noLimit, callOf()), 'unavailable');
  await throwsCode(t, FsBlobStore.open({ path: join(path, 'store', 'tmp') }), 'unavailable');
});
