import test from 'ava';
import { createMetrics, formatMetrics } from './metrics.ts';
import { createServerMetrics } from './server-metrics.ts';

test('metrics: two gateways of one process do not see each other’s', async (t) => {
  const [one, two] = [createMetrics({ processMetrics: false }), createMetrics({ processMetrics: false })];
  one.counter('a_total', 'A.', {}).add({});
  two.counter('a_total', 'A.', {}).add({}, 5);
  t.regex((await formatMetrics([await one.snapshot()])).body, /^a_total 1$/m);
  t.regex((await formatMetrics([await two.snapshot()])).body, /^a_total 5$/m);
});

test('metrics: a label’s value that nobody foresaw is counted as other', async (t) => {
  const metrics = createMetrics({ processMetrics: false });
  const counter = metrics.counter('a_total', 'A.', { method: ['GET'] });
  for (let count = 0; count < 1_000; count += 1) counter.add({ method: `M${count}` });
  counter.add({ method: 'GET' });
  const { body } = await formatMetrics([await metrics.snapshot()]);
  t.deepEqual(
    body.split('\n').filter((line) => line.startsWith('a_total')),
    ['a_total{method="other"} 1000', 'a_total{method="GET"} 1'],
  );
});

test('metrics: of several workers counters and gauges are summed up, or joined as the gauge says', async (t) => {
  const workers = [1, 2, 3].map((number) => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.counter('a_total', 'A.', {}).add({}, number);
    metrics.gauge('b', 'B.', {}).set({}, number);
    metrics.gauge('c', 'C.', {}, 'min').set({}, number);
    metrics.histogram('d_seconds', 'D.', {}, [1, 2]).observe({}, number);
    return metrics;
  });
  // As they cross processes.
  const snapshots = await Promise.all(workers.map(async (worker) => structuredClone(await worker.snapshot())));
  const { body, contentType } = await formatMetrics(snapshots);
  t.regex(contentType, /^text\/plain; version=0\.0\.4/);
  for (const line of [
    'a_total 6',
    'b 6',
    'c 1',
    'd_seconds_bucket{le="1"} 1',
    'd_seconds_bucket{le="2"} 2',
    'd_seconds_count 3',
  ]) {
    t.true(body.split('\n').includes(line), line);
  }
});

test('metrics: a process tells its memory, processor time and the lag of its event loop', async (t) => {
  const { body } = await formatMetrics([await createMetrics({ processMetrics: true }).snapshot()]);
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
  ]) {
    t.regex(body, new RegExp(`^${name} [0-9]`, 'm'));
  }
});

test('metrics: what listeners and HTTP count', async (t) => {
  const metrics = createMetrics({ processMetrics: false });
  const { listeners, http } = createServerMetrics(metrics, ['https']);
  listeners.accepted('https');
  listeners.accepted('https');
  listeners.refused('https', 'network');
  listeners.closed('https');
  http.requestBegan('https');
  http.requestBegan('https');
  const outcome = { listener: 'https', durationMs: 3, receivedOctets: 10, sentOctets: 20 };
  http.requestEnded({ ...outcome, method: 'PROPFIND', status: 207 });
  http.requestEnded({ ...outcome, method: 'BREW', status: 0 });
  const lines = (await formatMetrics([await metrics.snapshot()])).body.split('\n');
  for (const line of [
    'passerelle_connections_total{listener="https"} 2',
    'passerelle_connections_open{listener="https"} 1',
    'passerelle_connections_refused_total{listener="https",reason="network"} 1',
    'passerelle_http_requests_running{listener="https"} 0',
    'passerelle_http_requests_total{listener="https",method="PROPFIND",status="2xx"} 1',
    'passerelle_http_requests_total{listener="https",method="other",status="0xx"} 1',
    'passerelle_http_request_duration_seconds_bucket{le="0.005",method="PROPFIND"} 1',
    'passerelle_http_received_octets_total{listener="https"} 20',
    'passerelle_http_sent_octets_total{listener="https"} 40',
  ]) {
    t.true(lines.includes(line), line);
  }
});
