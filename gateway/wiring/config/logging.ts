/** `logging`: what the log says. It goes to standard output, one line of JSON an event. */
import * as z from 'zod';
import { section } from './values.ts';

export const loggingSchema = section('The log: one line of JSON an event, on standard output.', {
  level: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .meta({ description: 'The least important events that are written. Changed by SIGHUP.' }),
}).prefault({});

export type LoggingConfig = z.output<typeof loggingSchema>;
