/** How an event ended. Closed, so that a log can be counted without reading sentences. */
export type LogResult = 'ok' | 'refused' | 'failed' | 'limited' | 'unavailable' | 'aborted';

/**
 * Fields of one event. `connection` and `principal` are the ids by which one person's or one connection's events are found;
 * `error` is printed with its code, message and causes.
 */
export interface LogFields {
  readonly result?: LogResult;
  readonly connection?: string;
  readonly principal?: string;
  readonly error?: unknown;
  /** Strings, numbers, booleans, lists of strings, `Secret`s (printed as `[secret]`). */
  readonly [field: string]: unknown;
}

/** One line an event. `event` is a dotted name (`http.request`, `auth.sign-in`, `listener.open`), never a sentence. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** A log whose every line carries these fields too. */
  child(fields: LogFields): Log;
}

/** A log that keeps nothing: for tests and for code that is handed none. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
};
