/** `limits.http`: times and sizes of HTTP itself. */
import type * as z from 'zod';
import { duration, section, size, wholeNumber } from './values.ts';

export const httpLimitsSchema = section('HTTP: times and sizes. A change needs a restart.', {
  maxHeaderSize: size('Request line and header fields together.', 4096, 1024 ** 2).prefault('32KiB'),
  headersTimeout: duration('From the first octet of a request to the end of its header.', 100, 600_000).prefault('15s'),
  keepAliveTimeout: duration('How long a connection may be silent between two requests.', 100, 86_400_000).prefault(
    '75s',
  ),
  bodyProgressTimeout: duration(
    'A body may take as long as it likes while it moves: in each such time it must bring `bodyMinimum`.',
    100,
    3_600_000,
  ).prefault('30s'),
  bodyMinimum: size('See `bodyProgressTimeout`.', 1).prefault(4096),
  sendTimeout: duration('An answer that the client takes nothing of for so long is given up.', 100, 3_600_000).prefault(
    '2m',
  ),
  linger: duration(
    'How long a body that nobody wants is still read after the answer (RFC 9112 §9.6).',
    0,
    60_000,
  ).prefault('5s'),
  requestsPerConnection: wholeNumber('After so many requests a connection is closed.', 1, 1_000_000_000).default(
    100_000,
  ),
}).prefault({});

export type HttpLimitsConfig = z.output<typeof httpLimitsSchema>;
