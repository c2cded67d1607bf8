/**
 * A process that writes to a store, for tests: `writing-child.ts PATH LABEL COUNT`. Puts COUNT resources into the tree
 * `files/shared`, 16 at a time, and prints the name of each when its put was acknowledged.
 */
import { setMaxListeners } from 'node:events';
import { writeSync } from 'node:fs';
import { systemClock } from '../../gateway/ports/clock.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import { SqlCollectionStore } from '../sql/collection-store.ts';
import { openSqliteEngine } from './engine.ts';

const [path = '', label = '', count = '0'] = process.argv.slice(2);
const { signal } = new AbortController();
setMaxListeners(0, signal);
const call = { signal, log: silentLog };
const feed = { publish: () => undefined, subscribe: () => ({ [Symbol.dispose]: () => undefined }) };

await using engine = await openSqliteEngine({ path }, silentLog);
const store = await SqlCollectionStore.open(engine, feed, systemClock);
const root = await store.ensureTree({ space: 'files', owner: 'shared' }, call);
let next = 0;
await Promise.all(Array.from({ length: 16 }, putMany));

async function putMany(): Promise<void> {
  while (next < Number(count)) {
    const name = `${label}-${next}`;
    next += 1;
    const octets = Buffer.from(name.repeat(50));
    const content = { etag: name, sizeOctets: octets.byteLength, contentType: undefined, octets };
    const guard = { principalId: 'shared', lockTokens: [], expectations: [] };
    await store.put({ parentId: root.id, name, content, modified: undefined, quotaOctets: undefined, guard }, call);
    writeSync(1, `${name}\n`);
  }
}
