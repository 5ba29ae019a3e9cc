import type { PipelineCounts } from '../../functions/read/answers.ts';
import type { InvocationMetrics } from '../../functions/shared/metrics.ts';
import type { MetricName } from '../pipeline/metrics.ts';

/** Statuses of requests for what is not there: they brought no spans. */
const MISTYPED = new Set(['404', '405']);

/** Adds up the metrics of a pipeline that CloudWatch does not see, for the page. */
export class PipelineTally implements InvocationMetrics {
  readonly #startedAtMs: number;
  readonly #sums = new Map<MetricName, number>();
  readonly #byValue = new Map<MetricName, Map<string, number>>();

  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs;
  }

  add(name: MetricName, value: number): void {
    this.#sums.set(name, (this.#sums.get(name) ?? 0) + value);
  }

  addTo(name: MetricName, dimensionValue: string, value: number): void {
    const sums = this.#byValue.get(name) ?? new Map<string, number>();
    this.#byValue.set(name, sums.set(dimensionValue, (sums.get(dimensionValue) ?? 0) + value));
  }

  flush(): void {}

  counts(waitingFragments: number): PipelineCounts {
    const decisions = this.#byValue.get('processor_tail_sampling_global_count_traces_sampled');
    const refused = this.#byValue.get('refused_requests') ?? new Map<string, number>();
    return {
      startedAtMs: this.#startedAtMs,
      receivedSpans: this.#sums.get('receiver_accepted_spans') ?? 0,
      refusedRequests: [...refused].reduce((sum, [status, count]) => sum + (MISTYPED.has(status) ? 0 : count), 0),
      waitingFragments,
      keptTraces: decisions?.get('sampled') ?? 0,
      notSampledTraces: decisions?.get('not_sampled') ?? 0,
      droppedTraces: decisions?.get('dropped') ?? 0,
      votes: Object.fromEntries(this.#byValue.get('processor_tail_sampling_count_traces_sampled') ?? []),
    };
  }
}
