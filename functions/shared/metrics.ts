import { Metrics as Powertools } from '@aws-lambda-powertools/metrics';
import {
  METRIC_CATALOGUE,
  METRIC_NAMESPACE,
  type MetricDefinition,
  type MetricName,
  type Metrics,
  PIPELINE_DIMENSION,
} from '../../lib/pipeline/metrics.ts';

/** Metrics that are gathered during an invocation and written at its end. */
export interface InvocationMetrics extends Metrics {
  /** Writes what was counted since the last call. */
  flush(): void;
}

/** Counts nothing: for a run on one machine, where the log has all counts, and for tests. */
export const NO_METRICS: InvocationMetrics = { add() {}, addTo() {}, flush() {} };

const DEFINITIONS: ReadonlyMap<string, MetricDefinition> = new Map(
  METRIC_CATALOGUE.map((definition) => [definition.name, definition]),
);

/** CloudWatch accepts 100 values of one metric in a log event, and Powertools writes the event as soon as it has them. */
const MAX_VALUES = 99;

interface Gathered {
  readonly definition: MetricDefinition;
  /** `undefined` for a metric without a dimension. */
  readonly dimensionValue: string | undefined;
  /** Of a counter, one value: the sum. */
  readonly values: number[];
}

/**
 * Metrics as log lines in CloudWatch's embedded metric format. What an invocation counts is gathered, and written at its
 * end: one line, and one more for each value of a dimension. Counters that are 0 are left out, so that they cost nothing.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export class EmfMetrics implements InvocationMetrics {
  readonly #powertools: Powertools;
  readonly #gathered = new Map<string, Gathered>();

  /** @param pipeline value of the dimension that distinguishes the pipelines of one account */
  constructor(pipeline: string) {
    this.#powertools = new Powertools({ namespace: METRIC_NAMESPACE });
    // Without the dimension `service`, which Powertools adds.
    this.#powertools.clearDefaultDimensions();
    this.#powertools.setDefaultDimensions({ [PIPELINE_DIMENSION]: pipeline });
  }

  add(name: MetricName, value: number): void {
    this.#gather(name, undefined, value);
  }

  addTo(name: MetricName, dimensionValue: string, value: number): void {
    this.#gather(name, dimensionValue, value);
  }

  flush(): void {
    const gathered = [...this.#gathered.values()];
    this.#gathered.clear();
    for (const group of Map.groupBy(gathered, lineOf).values()) this.#write(group);
  }

  #gather(name: MetricName, dimensionValue: string | undefined, value: number): void {
    const key = `${name} ${dimensionValue ?? ''}`;
    const known = this.#gathered.get(key);
    const definition = known?.definition ?? DEFINITIONS.get(name);
    if (definition === undefined) throw new Error(`${name} is not in the catalogue of metrics`);
    if (known === undefined) this.#gathered.set(key, { definition, dimensionValue, values: [value] });
    else if (definition.kind === 'counter') known.values[0] = (known.values[0] ?? 0) + value;
    else if (known.values.length < MAX_VALUES) known.values.push(value);
  }

  #write(group: readonly Gathered[]): void {
    const reported = group.filter(({ definition, values }) => definition.kind === 'histogram' || values[0] !== 0);
    const [first] = reported;
    if (first === undefined) return;
    const { definition, dimensionValue } = first;
    if (definition.dimension !== undefined && dimensionValue !== undefined) {
      this.#powertools.addDimension(definition.dimension, dimensionValue);
    }
    for (const { definition, values } of reported) {
      for (const value of values) this.#powertools.addMetric(definition.name, definition.unit, value);
    }
    this.#powertools.publishStoredMetrics();
  }
}

/** Metrics with the same key share a log line, which has one value for each dimension. */
function lineOf({ definition, dimensionValue }: Gathered): string {
  return definition.dimension === undefined ? '' : `${definition.dimension} ${dimensionValue}`;
}
