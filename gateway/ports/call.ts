import type { Log } from './log.ts';

/** The last argument of every port call: when to give up, and where to say what happened. */
export interface Call {
  readonly signal: AbortSignal;
  readonly log: Log;
}
