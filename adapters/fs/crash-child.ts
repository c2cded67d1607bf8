/**
 * What the crash test kills: puts without end into the store at the path of the first argument, and one staged upload that
 * grows. Says on standard output what was acknowledged, a line each: `put <key>` or `append <offset>`.
 */
import { setImmediate } from 'node:timers/promises';
import { bodyOf, callOf, octetsOf } from '../contract/support.ts';
import { FsBlobStore } from './fs-blob-store.ts';

const [path = '', label = '', uploadId = ''] = process.argv.slice(2);
const store = await FsBlobStore.open({ path, writeOctets: 64 * 1024, flushOctets: 256 * 1024 });

async function putWithoutEnd(lane: number): Promise<void> {
  for (let round = 0; ; round += 1) {
    const octets = octetsOf(1 + ((lane * 7919 + round * 104_729) % 200_000), `${label} ${lane} ${round}`);
    const { key } = await store.put(slowly(octets), Number.MAX_SAFE_INTEGER, callOf());
    process.stdout.write(`put ${key}\n`);
  }
}

async function appendWithoutEnd(): Promise<void> {
  for (let offset = await store.staging.offset(uploadId, callOf()); ;) {
    const piece = octetsOf(30_000, 'staged');
    offset = await store.staging.append(uploadId, offset, slowly(piece), Number.MAX_SAFE_INTEGER, callOf());
    process.stdout.write(`append ${offset}\n`);
  }
}

/** In small chunks, so that a kill finds files half written. */
async function* slowly(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  for await (const chunk of bodyOf(octets, 4096)) {
    yield chunk;
    await setImmediate();
  }
}

await Promise.all([...Array.from({ length: 16 }, (_, lane) => putWithoutEnd(lane)), appendWithoutEnd()]);
