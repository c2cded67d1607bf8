/** The port `Log` on pino: one JSON object a line. The only file that knows pino. */
import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import type { Clock } from '../ports/clock.ts';
import type { Log, LogFields } from '../ports/log.ts';
import { printableFields } from './log-fields.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  /** Fields of every line: `{ worker: 2 }`. */
  readonly fields?: LogFields;
  /** Where lines go; standard output when left out. */
  readonly destination?: { write(line: string): void };
}

export interface LogControl {
  readonly log: Log;
  /** Changes the level of this log and of all its children, for a reload of the configuration. */
  setLevel(level: LogLevel): void;
  /** Writes what is still buffered before it returns: call last, before the process exits. */
  flush(): void;
}

/**
 * A line looks like `{"level":"info","time":"2026-03-01T08:00:00.000Z","event":"http.request","result":"ok",…}`.
 * Lines leave in the background; `flush()`, and the exit of the process (pino sees to that), write what is left at once.
 */
export function createLog(options: LogOptions): LogControl {
  const { clock } = options;
  const own = options.destination === undefined ? pino.destination({ fd: 1, sync: false }) : undefined;
  const destination: DestinationStream = options.destination ?? own ?? process.stdout;
  const root = pino(
    {
      level: options.level,
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"time":"${new Date(clock.nowMs()).toISOString()}"`,
    },
    destination,
  );
  const threshold: Threshold = { logger: root };
  return {
    log: new PinoLog(threshold, options.fields === undefined ? {} : printableFields(options.fields)),
    setLevel(level) {
      root.level = level;
    },
    flush: () => own?.flushSync(),
  };
}

interface Threshold {
  readonly logger: Logger;
}

/** Children keep their fields themselves and share one pino logger, so that one level holds for all. */
class PinoLog implements Log {
  readonly #threshold: Threshold;
  readonly #fields: ReturnType<typeof printableFields>;

  constructor(threshold: Threshold, fields: ReturnType<typeof printableFields>) {
    this.#threshold = threshold;
    this.#fields = fields;
  }

  debug(event: string, fields?: LogFields): void {
    this.#write('debug', event, fields);
  }

  info(event: string, fields?: LogFields): void {
    this.#write('info', event, fields);
  }

  warn(event: string, fields?: LogFields): void {
    this.#write('warn', event, fields);
  }

  error(event: string, fields?: LogFields): void {
    this.#write('error', event, fields);
  }

  child(fields: LogFields): Log {
    return new PinoLog(this.#threshold, { ...this.#fields, ...printableFields(fields) });
  }

  #write(level: 'debug' | 'info' | 'warn' | 'error', event: string, fields: LogFields | undefined): void {
    const { logger } = this.#threshold;
    if (!logger.isLevelEnabled(level)) return;
    logger[level]({ event, ...this.#fields, ...(fields === undefined ? undefined : printableFields(fields)) });
  }
}
