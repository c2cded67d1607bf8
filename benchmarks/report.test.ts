import test from 'ava';
import type { Measurement } from './measure.ts';
import { formatNumber, formatTable, makeRows } from './report.ts';
import { createScenarios, defaultSizes } from './scenarios.ts';

const one: Measurement = {
  requests: 100,
  octets: 10_000_000,
  elapsedSeconds: 2,
  clientCpuSeconds: 1.9,
  latencyMs: { p50: 1, p90: 2, p99: 3, max: 4 },
  cipher: 'TLSv1.3 X',
  serverCpuSeconds: 0.5,
  serverPeakOctets: 50 * 1024 ** 2,
};

test('a row is the median of its rounds, and ratios are between medians', (t) => {
  const [scenario] = createScenarios(defaultSizes);
  if (scenario === undefined) throw new Error('no scenario');
  const rows = makeRows(
    scenario,
    new Map([
      [
        'passerelle',
        [one, { ...one, requests: 400 }, { ...one, requests: 200, latencyMs: { ...one.latencyMs, max: 9 } }],
      ],
      ['apache', [{ ...one, requests: 50 }]],
    ]),
  );
  t.deepEqual(
    rows.map(({ server, rate, passerelleRatio, lowestRate, highestRate }) => ({
      server,
      rate,
      passerelleRatio,
      lowestRate,
      highestRate,
    })),
    [
      { server: 'passerelle', rate: 100, passerelleRatio: 1, lowestRate: 50, highestRate: 200 },
      { server: 'apache', rate: 25, passerelleRatio: 4, lowestRate: 25, highestRate: 25 },
    ],
  );
  t.is(rows[0]?.latencyMs.max, 9);
  t.is(rows[1]?.serverCpuMsPerRequest, 10);
  const table = formatTable(rows);
  t.regex(table, /apache +25\.0 requests\/s/);
  t.regex(table, /95 % !/, 'a load process that takes a whole processor is marked');
});

test('numbers are shown with three digits', (t) => {
  t.deepEqual([0, 1.234, 12.34, 123.4, 123_456.7].map(formatNumber), ['0.00', '1.23', '12.3', '123', '123,457']);
});

test('scenarios have names of their own, and large ones measure octets', (t) => {
  const scenarios = createScenarios(defaultSizes);
  t.is(new Set(scenarios.map(({ name }) => name)).size, scenarios.length);
  t.true(scenarios.some(({ name, unit }) => name === 'put-large' && unit === 'octets'));
});
