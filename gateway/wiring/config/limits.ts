/** `limits`: how much one client, one connection and one request may take. All of it is changed by SIGHUP. */
import type * as z from 'zod';
import { davLimitsSchema } from './limits-dav.ts';
import { section } from './values.ts';

export const limitsSchema = section(
  'How much one client, one connection and one request may take. Changed by SIGHUP.',
  {
    dav: davLimitsSchema,
  },
).prefault({});

export type LimitsConfig = z.output<typeof limitsSchema>;
