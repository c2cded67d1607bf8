/** Metrics on prom-client: every label set closed, every gateway with a registry of its own. The only file that knows prom-client. */
import { AggregatorRegistry, Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** For each label the values that it may have; anything else is counted as `other`. */
export type LabelSpec = Readonly<Record<string, readonly string[]>>;

export type LabelValues<Labels extends LabelSpec> = { readonly [Label in keyof Labels]: string };

export interface CounterMetric<Labels extends LabelSpec> {
  add(labels: LabelValues<Labels>, amount?: number): void;
}

export interface GaugeMetric<Labels extends LabelSpec> {
  set(labels: LabelValues<Labels>, value: number): void;
  add(labels: LabelValues<Labels>, amount: number): void;
}

export interface HistogramMetric<Labels extends LabelSpec> {
  observe(labels: LabelValues<Labels>, value: number): void;
}

/** How the values of several workers become one. */
export type Aggregation = 'sum' | 'min' | 'max' | 'average' | 'first';

/** All metrics of a process in a form that crosses processes. */
export type MetricsSnapshot = readonly object[];

/** What `/metrics` answers. */
export interface MetricsPage {
  readonly contentType: string;
  readonly body: string;
}

export interface Metrics {
  /** @param name snake case, with its unit, ending in `_total` */
  counter<Labels extends LabelSpec>(name: string, help: string, labels: Labels): CounterMetric<Labels>;
  gauge<Labels extends LabelSpec>(
    name: string,
    help: string,
    labels: Labels,
    aggregation?: Aggregation,
  ): GaugeMetric<Labels>;
  /** @param buckets upper ends, ascending, in the unit of the name */
  histogram<Labels extends LabelSpec>(
    name: string,
    help: string,
    labels: Labels,
    buckets: readonly number[],
  ): HistogramMetric<Labels>;
  snapshot(): Promise<MetricsSnapshot>;
}

export interface MetricsOptions {
  /** Adds processor time, memory, garbage collection, open files and the lag of the event loop of this process. */
  readonly processMetrics: boolean;
}

export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  return new PrometheusMetrics(registry);
}

/** One page of the metrics of several processes, each value summed up as its metric says. */
export async function formatMetrics(snapshots: readonly MetricsSnapshot[]): Promise<MetricsPage> {
  const registry = AggregatorRegistry.aggregate(snapshots.map((snapshot) => [...snapshot]));
  return { contentType: Registry.PROMETHEUS_CONTENT_TYPE, body: await registry.metrics() };
}

class PrometheusMetrics implements Metrics {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  counter<Labels extends LabelSpec>(name: string, help: string, labels: Labels): CounterMetric<Labels> {
    const counter = new Counter({ name, help, labelNames: Object.keys(labels), registers: [this.#registry] });
    const seriesOf = series(labels, (values) => counter.labels(values));
    return { add: (values, amount = 1) => seriesOf(values).inc(amount) };
  }

  gauge<Labels extends LabelSpec>(
    name: string,
    help: string,
    labels: Labels,
    aggregation: Aggregation = 'sum',
  ): GaugeMetric<Labels> {
    const labelNames = Object.keys(labels);
    const gauge = new Gauge({ name, help, labelNames, aggregator: aggregation, registers: [this.#registry] });
    const seriesOf = series(labels, (values) => gauge.labels(values));
    return {
      set: (values, value) => seriesOf(values).set(value),
      add: (values, amount) => seriesOf(values).inc(amount),
    };
  }

  histogram<Labels extends LabelSpec>(
    name: string,
    help: string,
    labels: Labels,
    buckets: readonly number[],
  ): HistogramMetric<Labels> {
    const labelNames = Object.keys(labels);
    const histogram = new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [this.#registry] });
    const seriesOf = series(labels, (values) => histogram.labels(values));
    return { observe: (values, value) => seriesOf(values).observe(value) };
  }

  async snapshot(): Promise<MetricsSnapshot> {
    return await this.#registry.getMetricsAsJSON();
  }
}

/**
 * Finds the series of some labels; each is made once and kept, because prom-client would sort and hash the labels every time.
 * What a stranger sends must not become a series: their number is fixed by the program.
 */
function series<Labels extends LabelSpec, Series>(
  labels: Labels,
  make: (values: Record<string, string>) => Series,
): (values: LabelValues<Labels>) => Series {
  const made = new Map<string, Series>();
  const allowed = Object.entries(labels).map(([label, values]) => [label, new Set(values)] as const);
  return (values) => {
    let key = '';
    for (const [label, known] of allowed) key += `${known.has(values[label] ?? '') ? values[label] : 'other'}\n`;
    const existing = made.get(key);
    if (existing !== undefined) return existing;
    const names = key.split('\n');
    const created = make(Object.fromEntries(allowed.map(([label], index) => [label, names[index] ?? 'other'])));
    made.set(key, created);
    return created;
  };
}
