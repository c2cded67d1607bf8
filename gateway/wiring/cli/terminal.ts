/** The streams and surroundings of one run of `passerelle`, passed in so that nothing reaches for the process. */
import type { Readable, Writable } from 'node:stream';
import type { Environment } from '../config/load.ts';

export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly output: Writable & { readonly isTTY?: boolean };
  /** For people: questions, tables of `serve`, what went wrong. Never for data. */
  readonly errors: Writable & { readonly isTTY?: boolean };
  readonly environment: Environment;
  /** The folder that relative paths on the command line begin at. */
  readonly workingDirectory: string;
  /** Aborts when the person gives up. */
  readonly signal: AbortSignal;
}

export function print(terminal: Terminal, text: string): void {
  terminal.output.write(`${text}\n`);
}

export function printJson(terminal: Terminal, value: unknown): void {
  terminal.output.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

export function tell(terminal: Terminal, text: string): void {
  terminal.errors.write(`${text}\n`);
}

/** Columns as wide as they need be; the last one is not padded. An empty table is an empty text. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}
