import type { PlainMetricName, SplitMetricName } from './metric-catalogue.ts';

/** Where counts go. Called for requests, batches and calls of a service, never for a span. */
export interface Metrics {
  /** Adds to a counter, or one value to a histogram. */
  add(name: PlainMetricName, value: number): void;

  /** The same for a metric with a dimension. */
  addTo(name: SplitMetricName, dimensionValue: string, value: number): void;
}
