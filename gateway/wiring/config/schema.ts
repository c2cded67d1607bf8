/** The whole configuration. Each subject has its file; this one puts them together. */
import type * as z from 'zod';
import { adaptersSchema } from './adapters.ts';
import { defaultsSchema, domainsSchema } from './domains.ts';
import { limitsSchema } from './limits.ts';
import { listenersSchema } from './listeners.ts';
import { loggingSchema } from './logging.ts';
import { serverSchema } from './server.ts';
import { upkeepSchema } from './upkeep.ts';
import { section } from './values.ts';

export const configSchema = section(
  'The configuration of a gateway. Everything that is left out has the default shown.',
  {
    server: serverSchema,
    listeners: listenersSchema,
    adapters: adaptersSchema,
    domains: domainsSchema,
    defaults: defaultsSchema,
    limits: limitsSchema,
    logging: loggingSchema,
    upkeep: upkeepSchema,
  },
);

/** Validated, with every default filled in. Durations are milliseconds, sizes are octets. */
export type ConfigValues = z.output<typeof configSchema>;
/** What may be written. */
export type ConfigInput = z.input<typeof configSchema>;
