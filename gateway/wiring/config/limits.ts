/** `limits`: how much one client, one connection and one request may take. */
import type * as z from 'zod';
import { authLimitsSchema } from './limits-auth.ts';
import { connectionLimitsSchema } from './limits-connections.ts';
import { davLimitsSchema } from './limits-dav.ts';
import { httpLimitsSchema } from './limits-http.ts';
import { section } from './values.ts';

export const limitsSchema = section('How much one client, one connection and one request may take.', {
  connections: connectionLimitsSchema,
  http: httpLimitsSchema,
  auth: authLimitsSchema,
  dav: davLimitsSchema,
}).prefault({});

export type LimitsConfig = z.output<typeof limitsSchema>;
