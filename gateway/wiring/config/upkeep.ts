/** `upkeep`: the work that stores need from time to time. */
import type * as z from 'zod';
import { duration, section } from './values.ts';

export const upkeepSchema = section(
  'The work that stores need from time to time; with several workers one of them does it.',
  {
    interval: duration('How often removed trees, expired locks and expired uploads are cleared away.', 1000).prefault(
      '1m',
    ),
    sweepInterval: duration(
      'How often the blob store is looked through for bytes that nothing refers to.',
      60_000,
    ).prefault('24h'),
    blobGrace: duration('How old such bytes must be before they are removed. Backups rely on it.', 3_600_000).prefault(
      '7d',
    ),
    tombstones: duration(
      'How long the names of removed files are remembered. A client that synchronises more rarely begins anew.',
      86_400_000,
    ).prefault('180d'),
  },
).prefault({});

export type UpkeepConfig = z.output<typeof upkeepSchema>;
