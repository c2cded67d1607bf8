/** `limits.dav`: what one WebDAV request may ask for. */
import * as z from 'zod';
import { duration, section, size, wholeNumber } from './values.ts';

export const davLimitsSchema = section('What one WebDAV request may ask for.', {
  maxPutSize: size('The largest file.', 1).prefault('50GiB'),
  inlineSize: size(
    'Files up to this size are kept in the database row, larger ones in the blob store.',
    0,
    1024 ** 2,
  ).prefault('64KiB'),
  xml: section('Bodies of PROPFIND, PROPPATCH, LOCK, REPORT and others.', {
    size: size('Octets of one body.', 1024, 64 * 1024 ** 2).prefault('1MiB'),
    depth: wholeNumber('Elements inside each other.', 8, 1000).default(64),
    elements: wholeNumber('Elements in one body.', 16, 10_000_000).default(50_000),
    attributes: wholeNumber('Attributes of one element.', 4, 1000).default(64),
  }).prefault({}),
  propfindInfinity: z.boolean().default(false).meta({
    description: 'Answer PROPFIND with `Depth: infinity`; otherwise it is refused (RFC 4918 §9.1).',
  }),
  treeMembers: wholeNumber(
    'Members that one COPY, or one PROPFIND of depth infinity, may touch.',
    1,
    100_000_000,
  ).default(100_000),
  lockTimeout: duration('How long a lock lasts when the client asks for nothing.', 1000).prefault('1h'),
  maxLockTimeout: duration('The longest that a client may ask for.', 1000).prefault('7d'),
  maxPropertySize: size('Octets of one dead property.', 256, 16 * 1024 ** 2).prefault('64KiB'),
  maxProperties: wholeNumber('Dead properties of one resource.', 1, 100_000).default(256),
  maxRanges: wholeNumber('Ranges in one GET; a request for more is answered with the whole file.', 1, 10_000).default(
    64,
  ),
  searchResults: wholeNumber('Principals in the answer of a search.', 1, 10_000).default(200),
  uploadExpiry: duration('How long an unfinished resumable upload is kept after its last octet.', 3_600_000).prefault(
    '24h',
  ),
  listingCache: size('Memory of each process for listings that the next client may ask for; 0 keeps none.', 0).prefault(
    '32MiB',
  ),
  writeAttempts: wholeNumber('How often a write is decided anew when something changed under it.', 1, 1000).default(16),
}).prefault({});

export type DavLimitsConfig = z.output<typeof davLimitsSchema>;
