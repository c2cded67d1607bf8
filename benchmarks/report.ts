/** Rounds of measurements made into one row a server, and rows into a table. */
import { median } from './load/statistics.ts';
import type { Measurement } from './measure.ts';
import type { Scenario } from './scenarios.ts';
import type { ServerName } from './servers.ts';

export interface Row {
  readonly scenario: string;
  readonly title: string;
  readonly server: ServerName;
  readonly connections: number;
  readonly rounds: number;
  /** Requests or megabytes (10^6 octets) a second: the median over the rounds, and how far they lie apart. */
  readonly rate: number;
  readonly lowestRate: number;
  readonly highestRate: number;
  readonly rateUnit: 'requests/s' | 'MB/s';
  /** This row's rate divided by Passerelle's of the same scenario; undefined where Passerelle was not measured. */
  readonly passerelleRatio: number | undefined;
  /** Milliseconds: medians over the rounds of p50, p90, p99; of max the highest. */
  readonly latencyMs: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };
  /** Milliseconds of the server's processors for one request. */
  readonly serverCpuMsPerRequest: number;
  readonly serverPeakMiB: number;
  /** Share of one processor that the load process took: near 1 it is the load generator that is measured. */
  readonly clientCpuShare: number;
  readonly cipher: string;
}

export type Rounds = ReadonlyMap<ServerName, readonly Measurement[]>;

function rateOf(scenario: Scenario, { requests, octets, elapsedSeconds }: Measurement): number {
  return (scenario.unit === 'requests' ? requests : octets / 1e6) / elapsedSeconds;
}

export function makeRows(scenario: Scenario, rounds: Rounds): readonly Row[] {
  const ours = rounds.get('passerelle');
  const ourRate = ours === undefined ? undefined : median(ours.map((one) => rateOf(scenario, one)));
  return [...rounds].map(([server, measurements]) => {
    const rates = measurements.map((one) => rateOf(scenario, one));
    const of = (pick: (one: Measurement) => number): number => median(measurements.map(pick));
    const rate = median(rates);
    return {
      scenario: scenario.name,
      title: scenario.title,
      server,
      connections: scenario.connections,
      rounds: measurements.length,
      rate,
      lowestRate: Math.min(...rates),
      highestRate: Math.max(...rates),
      rateUnit: scenario.unit === 'requests' ? 'requests/s' : 'MB/s',
      passerelleRatio: ourRate === undefined || rate === 0 ? undefined : ourRate / rate,
      latencyMs: {
        p50: of((one) => one.latencyMs.p50),
        p90: of((one) => one.latencyMs.p90),
        p99: of((one) => one.latencyMs.p99),
        max: Math.max(...measurements.map((one) => one.latencyMs.max)),
      },
      serverCpuMsPerRequest: of((one) => (one.serverCpuSeconds * 1000) / one.requests),
      serverPeakMiB: Math.max(...measurements.map((one) => one.serverPeakOctets)) / 1024 ** 2,
      clientCpuShare: of((one) => one.clientCpuSeconds / one.elapsedSeconds),
      cipher: measurements[0]?.cipher ?? '',
    };
  });
}

/** Three significant digits, and thousands whole. */
export function formatNumber(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en');
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

const columns = [
  ['server', 11],
  ['rate', 19],
  ['low-high', 17],
  ['ours ÷', 7],
  ['p50 ms', 9],
  ['p90', 9],
  ['p99', 9],
  ['max', 9],
  ['CPU ms/req', 11],
  ['peak MiB', 9],
  ['client CPU', 11],
] as const;

function line(cells: readonly string[]): string {
  return cells
    .map((cell, index) => {
      const width = columns[index]?.[1] ?? 10;
      return index === 0 ? cell.padEnd(width) : cell.padStart(width);
    })
    .join(' ');
}

/** A heading, a line a server, and an empty line. */
export function formatTable(rows: readonly Row[]): string {
  const [first] = rows;
  if (first === undefined) return '';
  const s = first.connections === 1 ? '' : 's';
  const lines = rows.map((row) => {
    const { p50, p90, p99, max } = row.latencyMs;
    return line([
      row.server,
      `${formatNumber(row.rate)} ${row.rateUnit}`,
      `${formatNumber(row.lowestRate)}-${formatNumber(row.highestRate)}`,
      row.passerelleRatio === undefined ? '' : row.passerelleRatio.toFixed(2),
      ...[p50, p90, p99, max, row.serverCpuMsPerRequest, row.serverPeakMiB].map(formatNumber),
      `${Math.round(row.clientCpuShare * 100)} %${row.clientCpuShare > 0.85 ? ' !' : ''}`,
    ]);
  });
  const heading = `${first.title} (${first.connections} connection${s}, ${first.rounds} rounds, ${first.cipher})`;
  return [heading, line(columns.map(([name]) => name)), ...lines, ''].join('\n');
}
