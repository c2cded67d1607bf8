/** `adapters`: the stores and directories behind the gateway, each under a name that domains use. */
import * as z from 'zod';
import { adapterName, path, section, size } from './values.ts';

const sqlite = section('A SQLite file: collections (folders, properties, locks) and what other adapters keep in it.', {
  kind: z.literal('sqlite').meta({ description: 'Offers collections.' }),
  path: path('The database file, relative to `server.dataDir`. It must lie on a local disk.').default(
    'passerelle.sqlite',
  ),
});

const fs = section('A folder: the bytes of files.', {
  kind: z.literal('fs').meta({ description: 'Offers blobs.' }),
  path: path('The folder, relative to `server.dataDir`.').default('blobs'),
  writeOctets: size('How much one write to a file collects.', 4096, 64 * 1024 ** 2).prefault('512KiB'),
  flushOctets: size(
    'After so much of an upload the device is asked to begin writing, so that the wait at the end is short.',
    64 * 1024,
    1024 ** 3,
  ).prefault('8MiB'),
  readOctets: size('How much one read of a file asks for.', 4096, 64 * 1024 ** 2).prefault('512KiB'),
});

const accounts = section('Accounts and groups kept by the gateway itself.', {
  kind: z.literal('accounts').meta({ description: 'Offers directory.' }),
  store: adapterName('The `sqlite` adapter that keeps the accounts.').default('store'),
});

export const adapterSchema = z.discriminatedUnion('kind', [sqlite, fs, accounts]);
export type AdapterConfig = z.output<typeof adapterSchema>;
export type AdapterKindName = AdapterConfig['kind'];

export const adaptersSchema = z
  .record(adapterName('The name that domains use.'), adapterSchema)
  .prefault({ store: { kind: 'sqlite' }, files: { kind: 'fs' }, people: { kind: 'accounts' } })
  .meta({
    description:
      'The stores and directories behind the gateway, each under a name. Left out: `store`, `files` and `people` of the embedded default.',
  });
