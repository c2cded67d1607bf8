import { resolve } from 'node:path';
import { FsBlobStore } from '../../../adapters/fs/fs-blob-store.ts';
import type { AdapterConfig } from '../config/adapters.ts';
import { copyBlobs } from '../backup/copy-blobs.ts';
import type { BuildContext, BuiltAdapter } from './built-adapter.ts';

/** Blobs in a folder. */
export async function buildFs(
  config: Extract<AdapterConfig, { kind: 'fs' }>,
  context: BuildContext,
): Promise<BuiltAdapter> {
  const path = resolve(context.dataDir, config.path);
  const { writeOctets, flushOctets, readOctets } = config;
  const blobs = await FsBlobStore.open({ path, writeOctets, flushOctets, readOctets, clock: context.clock });
  return {
    name: context.name,
    ports: { blobs },
    check: (call) => blobs.check(call),
    backup: {
      kind: 'blobs',
      place: config.path,
      copyTo: (folder, call) => copyBlobs(path, folder, call.signal),
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
