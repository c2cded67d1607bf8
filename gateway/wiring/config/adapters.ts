/** `adapters`: the stores and directories behind the gateway, each under a name that domains use. */
import * as z from 'zod';
import { adapterName, duration, path, section, size, wholeNumber } from './values.ts';

const sqlite = section('A SQLite file: collections (folders, properties, locks) and what other adapters keep in it.', {
  kind: z.literal('sqlite').meta({ description: 'Offers collections.' }),
  path: path('The database file, relative to `server.dataDir`. It must lie on a local disk.').default(
    'passerelle.sqlite',
  ),
  queueLimit: wholeNumber('Writes that may wait at once; one more is answered with 503.', 1, 1_000_000).default(10_000),
  queueSize: size('Memory for writes that wait.', 1024 ** 2, 16 * 1024 ** 3).prefault('64MiB'),
  batchLimit: wholeNumber('Writes that share one commit at most.', 1, 100_000).default(512),
  batchSize: size('Memory of the writes that share one commit.', 64 * 1024, 1024 ** 3).prefault('8MiB'),
  busyTimeout: duration('How long a write waits while another process writes.', 100).prefault('10s'),
  cacheSize: size('Page cache of the reading and of the writing connection each.', 1024 ** 2, 64 * 1024 ** 3).prefault(
    '16MiB',
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
  argon2Memory: size('Memory of one argon2id computation (RFC 9106).', 8 * 1024 ** 2, 256 * 1024 ** 2).prefault(
    '19MiB',
  ),
  argon2Passes: wholeNumber('Passes of one argon2id computation.', 1, 64).default(2),
  scramIterations: wholeNumber(
    'Rounds of the SCRAM-SHA-256 keys that are kept beside; clients of Cyrus SASL refuse more than 65536. 0 keeps none.',
    0,
    10_000_000,
  ).default(60_000),
  passwordChecks: wholeNumber('Passwords that are hashed at once; the rest wait.', 1, 64).default(3),
  passwordQueue: wholeNumber('Sign-ins that may wait for one; more are answered with 503.', 1, 100_000).default(256),
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
