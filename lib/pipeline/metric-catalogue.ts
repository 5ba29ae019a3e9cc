/** Where counts go. Called for requests, batches and calls of a service, never for a span. */
export interface Metrics {
  /** Adds to a counter, or one value to a histogram. */
  add(name: PlainMetricName, value: number): void;

  /** The same for a metric with a dimension. */
  addTo(name: SplitMetricName, dimensionValue: string, value: number): void;
}

/** Every metric that Tailgate has of its own: what is counted is declared here and nowhere else. */
export interface MetricDefinition {
  /** The Collector's name, without `otelcol_`, where the meaning is the same. */
  readonly name: string;
  readonly unit: 'Count' | 'Bytes' | 'Seconds' | 'Milliseconds';
  /** A counter has one value for each invocation, their sum; a histogram has the first 99 values. */
  readonly kind: 'counter' | 'histogram';
  /** What the metric is split by, besides the pipeline. Each value that occurs is a metric to pay for. */
  readonly dimension?: 'policy' | 'decision' | 'status';
  readonly from: readonly ('ingest' | 'decide')[];
  readonly description: string;
  /** The metric of the Collector that is the same, or with a `difference` the nearest one. */
  readonly collector?: { readonly name: string; readonly difference?: string };
}

export const METRIC_NAMESPACE = 'Tailgate';
/** On every metric: tells the pipelines of one account apart. */
export const PIPELINE_DIMENSION = 'pipeline';

/** Not more policies than this have a metric of their own; the others share one. */
export const MAX_POLICY_METRICS = 20;
/** The shared one. */
export const OTHER_POLICIES = '(other)';

const TAIL_SAMPLING = 'otelcol_processor_tail_sampling';
const BOTH = ['ingest', 'decide'] as const;

export const METRIC_CATALOGUE = [
  {
    name: 'receiver_accepted_spans',
    unit: 'Count',
    kind: 'counter',
    from: ['ingest'],
    description: 'spans that were made durable; one that is sent twice is accepted twice',
    collector: { name: 'otelcol_receiver_accepted_spans' },
  },
  {
    name: 'rejected_spans',
    unit: 'Count',
    kind: 'counter',
    from: ['ingest'],
    description:
      'spans that cannot be read or have no valid trace or span ID, in requests whose other spans were accepted',
  },
  {
    name: 'received_bytes',
    unit: 'Bytes',
    kind: 'counter',
    from: ['ingest'],
    description: 'bodies of accepted requests as they came, before decompression',
  },
  {
    name: 'refused_requests',
    unit: 'Count',
    kind: 'counter',
    dimension: 'status',
    from: ['ingest'],
    description: 'requests that were answered with another HTTP status than 200',
    collector: { name: 'otelcol_receiver_refused_spans', difference: 'counts requests, not spans' },
  },
  {
    name: 'processor_tail_sampling_new_trace_id_received',
    unit: 'Count',
    kind: 'counter',
    from: ['decide'],
    description: 'traces, each counted once, when the wake-up of its first spans is settled',
    collector: { name: `${TAIL_SAMPLING}_new_trace_id_received` },
  },
  {
    name: 'processor_tail_sampling_global_count_traces_sampled',
    unit: 'Count',
    kind: 'counter',
    dimension: 'decision',
    from: ['decide'],
    description: 'final decisions: `sampled`, `not_sampled` or `dropped`; a rescued trace is in two of them',
    collector: { name: `${TAIL_SAMPLING}_global_count_traces_sampled` },
  },
  {
    name: 'processor_tail_sampling_count_traces_sampled',
    unit: 'Count',
    kind: 'counter',
    dimension: 'policy',
    from: ['decide'],
    description: 'sampled traces that the policy voted for; a trace may have the votes of several',
    collector: { name: `${TAIL_SAMPLING}_count_traces_sampled` },
  },
  {
    name: 'sampled_spans',
    unit: 'Count',
    kind: 'counter',
    from: ['decide'],
    description: 'spans of sampled traces as of the decision, without late ones',
    collector: { name: `${TAIL_SAMPLING}_count_spans_sampled`, difference: 'not by policy' },
  },
  {
    name: 'rescued_traces',
    unit: 'Count',
    kind: 'counter',
    from: ['decide'],
    description: 'traces that were sampled after an earlier look had not sampled them',
  },
  {
    name: 'late_spans',
    unit: 'Count',
    kind: 'counter',
    from: ['decide'],
    description: 'spans that came after their trace was sampled',
    collector: {
      name: `${TAIL_SAMPLING}_early_releases_from_cache_decision`,
      difference: 'sampled traces only: a trace that is not sampled is looked at again',
    },
  },
  {
    name: 'processor_tail_sampling_sampling_late_span_age',
    unit: 'Seconds',
    kind: 'histogram',
    from: ['decide'],
    description: 'from the decision to the arrival of late spans, once for each fragment of a trace',
    collector: { name: `${TAIL_SAMPLING}_sampling_late_span_age` },
  },
  {
    name: 'processor_tail_sampling_sampling_policy_evaluation_error',
    unit: 'Count',
    kind: 'counter',
    from: ['decide'],
    description: 'policies that had no vote on a trace because they failed; the log says why',
    collector: { name: `${TAIL_SAMPLING}_sampling_policy_evaluation_error` },
  },
  {
    name: 'processor_tail_sampling_sampling_decision_timer_latency',
    unit: 'Milliseconds',
    kind: 'histogram',
    from: ['decide'],
    description: 'from the begin of a batch of wake-ups until all that it keeps is archived',
    collector: { name: `${TAIL_SAMPLING}_sampling_decision_timer_latency` },
  },
  {
    name: 'decision_lag',
    unit: 'Milliseconds',
    kind: 'histogram',
    from: ['decide'],
    description: 'how long after its time the most belated wake-up of each batch was looked at',
  },
  {
    name: 'fenced_claims',
    unit: 'Count',
    kind: 'counter',
    from: ['decide'],
    description: 'claims taken over from an invocation that died before it archived them',
  },
  {
    name: 'continued_fragments',
    unit: 'Count',
    kind: 'counter',
    from: ['decide'],
    description: 'fragments that could not be settled and were sent on for another attempt',
  },
  {
    name: 'deferred_fragments',
    unit: 'Count',
    kind: 'counter',
    from: ['decide'],
    description: 'fragments that a batch had no time left to look at, sent on at once, which is no attempt',
  },
  {
    name: 'dead_lettered_fragments',
    unit: 'Count',
    kind: 'counter',
    from: ['decide'],
    description: 'fragments set aside after their last attempt',
  },
  {
    name: 'decision_failures',
    unit: 'Count',
    kind: 'counter',
    from: ['decide'],
    description: 'traces that could not be settled and messages that could not be sent, each attempt counted',
  },
  {
    name: 'unreadable_wake_ups',
    unit: 'Count',
    kind: 'counter',
    from: ['decide'],
    description: 'messages of the queue that are no wake-up; the queue sets them aside',
  },
  {
    name: 'archive_objects',
    unit: 'Count',
    kind: 'counter',
    from: ['decide'],
    description: 'objects of kept traces that were created',
  },
  {
    name: 'archive_bytes',
    unit: 'Bytes',
    kind: 'counter',
    from: ['decide'],
    description: 'their lines, before gzip',
  },
  {
    name: 'consumed_write_units',
    unit: 'Count',
    kind: 'counter',
    from: BOTH,
    description: 'write units that the buffer charged for',
  },
  {
    name: 'consumed_read_units',
    unit: 'Count',
    kind: 'counter',
    from: ['decide'],
    description: 'read units that the buffer charged for',
  },
  {
    name: 'throttled_calls',
    unit: 'Count',
    kind: 'counter',
    from: BOTH,
    description: 'calls to the buffer, the queue, the archive or the parameters that were throttled, at least in part',
  },
  {
    name: 'failed_calls',
    unit: 'Count',
    kind: 'counter',
    from: BOTH,
    description:
      'calls to them that failed in another way that trying again may cure: time-outs, 5xx, lost connections',
  },
  {
    name: 'config_refused',
    unit: 'Count',
    kind: 'counter',
    from: BOTH,
    description:
      'readings of a configuration with errors, about one a minute and instance; the last good one stays in use',
  },
] as const satisfies readonly MetricDefinition[];

type Catalogued = (typeof METRIC_CATALOGUE)[number];

/** Metrics that are split by a dimension. */
export type SplitMetricName = Extract<Catalogued, { readonly dimension: string }>['name'];
export type MetricName = Catalogued['name'];
export type PlainMetricName = Exclude<MetricName, SplitMetricName>;
