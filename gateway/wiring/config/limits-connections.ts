/** `limits.connections`: how many connections, and how long their beginning may take. */
import type * as z from 'zod';
import { duration, section, wholeNumber } from './values.ts';

export const connectionLimitsSchema = section(
  'Connections of every listener, counted in each worker by itself. A change needs a restart.',
  {
    perListener: wholeNumber('Live connections of one listener.', 1, 1_000_000).default(10_000),
    perNetwork: wholeNumber('Live connections of one IPv4 address or one IPv6 /64.', 1, 1_000_000).default(256),
    handshakeTimeout: duration(
      'From the accepted connection to the end of PROXY header and TLS handshake.',
      100,
      300_000,
    ).prefault('15s'),
    backlog: wholeNumber('Connections that the system holds until they are accepted.', 1, 65_535).default(1024),
  },
).prefault({});

export type ConnectionLimitsConfig = z.output<typeof connectionLimitsSchema>;
