/** Where the pipeline counts. Called per request, batch or call of a service, never per span. */
export interface Metrics {
  /** Adds to a counter, or one value to a histogram. */
  add(name: PlainMetricName, value: number): void;

  /** The same for a metric with a dimension. */
  addTo(name: SplitMetricName, dimensionValue: string, value: number): void;
}

/** One of Tailgate's own metrics. {@link METRIC_CATALOGUE} declares all that are counted. */
export interface MetricDefinition {
  /** The Collector's name, without `otelcol_`, where the meaning is the same. */
  readonly name: string;
  readonly unit: 'Count' | 'Bytes' | 'Seconds' | 'Milliseconds';
  /** An invocation reports the sum of a counter, and the first 99 values of a histogram. */
  readonly kind: 'counter' | 'histogram';
  /** What the metric is split by, besides the pipeline. CloudWatch bills each value that occurs as a metric of its own. */
  readonly dimension?: 'policy' | 'decision' | 'status';
  /** The functions that report it. */
  readonly from: readonly ('ingest' | 'decide')[];
  readonly description: string;
  /** The Collector's metric that counts the same or, with a `difference`, nearly the same. */
  readonly collector?: { readonly name: string; readonly difference?: string };
}

export const METRIC_NAMESPACE = 'Tailgate';
/** Dimension of every metric: distinguishes the pipelines of one account. */
export const PIPELINE_DIMENSION = 'pipeline';

/** At most this many policies have a metric of their own; the others share one. */
export const MAX_POLICY_METRICS = 20;
/** Value of the dimension `policy` of the shared metric. */
export const OTHER_POLICIES = '(other)';

const TAIL_SAMPLING = 'otelcol_processor_tail_sampling';
const BOTH = ['ingest', 'decide'] as const;
const COUNT = { unit: 'Count', kind: 'counter' } as const;
const BYTES = { unit: 'Bytes', kind: 'counter' } as const;

/** In the order of the tables in docs/operations.md. */
export const METRIC_CATALOGUE = [
  {
    name: 'receiver_accepted_spans',
    ...COUNT,
    from: ['ingest'],
    description: 'spans made durable; a span that is sent twice is accepted twice',
    collector: { name: 'otelcol_receiver_accepted_spans' },
  },
  {
    name: 'rejected_spans',
    ...COUNT,
    from: ['ingest'],
    description:
      'spans that cannot be read or have no valid trace or span ID, in requests whose other spans were accepted',
  },
  {
    name: 'received_bytes',
    ...BYTES,
    from: ['ingest'],
    description: 'bodies of accepted requests as received, before decompression',
  },
  {
    name: 'refused_requests',
    ...COUNT,
    dimension: 'status',
    from: ['ingest'],
    description: 'requests answered with an HTTP status other than 200',
    collector: { name: 'otelcol_receiver_refused_spans', difference: 'counts requests, not spans' },
  },
  {
    name: 'processor_tail_sampling_new_trace_id_received',
    ...COUNT,
    from: ['decide'],
    description: 'traces; each is counted once, when the wake-up of its first spans is settled',
    collector: { name: `${TAIL_SAMPLING}_new_trace_id_received` },
  },
  {
    name: 'processor_tail_sampling_global_count_traces_sampled',
    ...COUNT,
    dimension: 'decision',
    from: ['decide'],
    description: 'decisions: `sampled`, `not_sampled` or `dropped`; a rescued trace is counted in two of them',
    collector: { name: `${TAIL_SAMPLING}_global_count_traces_sampled` },
  },
  {
    name: 'processor_tail_sampling_count_traces_sampled',
    ...COUNT,
    dimension: 'policy',
    from: ['decide'],
    description: 'sampled traces that the policy voted for; several policies may vote for one trace',
    collector: { name: `${TAIL_SAMPLING}_count_traces_sampled` },
  },
  {
    name: 'sampled_spans',
    ...COUNT,
    from: ['decide'],
    description: 'spans of sampled traces at the time of the decision, without late spans',
    collector: { name: `${TAIL_SAMPLING}_count_spans_sampled`, difference: 'not by policy' },
  },
  {
    name: 'rescued_traces',
    ...COUNT,
    from: ['decide'],
    description: 'traces sampled after an earlier evaluation had not sampled them',
  },
  {
    name: 'late_spans',
    ...COUNT,
    from: ['decide'],
    description: 'spans that arrived after their trace was sampled',
    collector: {
      name: `${TAIL_SAMPLING}_early_releases_from_cache_decision`,
      difference: 'sampled traces only: a trace that is not sampled is evaluated again',
    },
  },
  {
    name: 'processor_tail_sampling_sampling_late_span_age',
    unit: 'Seconds',
    kind: 'histogram',
    from: ['decide'],
    description: 'time from the decision to the arrival of late spans, one value for each fragment',
    collector: { name: `${TAIL_SAMPLING}_sampling_late_span_age` },
  },
  {
    name: 'processor_tail_sampling_sampling_policy_evaluation_error',
    ...COUNT,
    from: ['decide'],
    description: 'policies that had no vote on a trace because they failed; the log says why',
    collector: { name: `${TAIL_SAMPLING}_sampling_policy_evaluation_error` },
  },
  {
    name: 'slow_evaluations',
    ...COUNT,
    from: ['decide'],
    description: 'traces whose policies took a second or more; the log names them',
  },
  {
    name: 'processor_tail_sampling_sampling_decision_timer_latency',
    unit: 'Milliseconds',
    kind: 'histogram',
    from: ['decide'],
    description: 'time from the beginning of a batch of wake-ups until everything that it keeps is archived',
    collector: { name: `${TAIL_SAMPLING}_sampling_decision_timer_latency` },
  },
  {
    name: 'decision_lag',
    unit: 'Milliseconds',
    kind: 'histogram',
    from: ['decide'],
    description: 'time from the moment when the oldest wake-up of a batch was due to the beginning of the batch',
  },
  {
    name: 'fenced_claims',
    ...COUNT,
    from: ['decide'],
    description: 'claims taken over from an invocation that died before it archived them',
  },
  {
    name: 'continued_fragments',
    ...COUNT,
    from: ['decide'],
    description: 'fragments that could not be settled and were re-enqueued for another attempt',
  },
  {
    name: 'deferred_fragments',
    ...COUNT,
    from: ['decide'],
    description: 'fragments re-enqueued because the batch ran out of time; not counted as an attempt',
  },
  {
    name: 'dead_lettered_fragments',
    ...COUNT,
    from: ['decide'],
    description: 'fragments set aside after their last attempt, because their trace is too large, or expired',
  },
  {
    name: 'expired_fragments',
    ...COUNT,
    from: ['decide'],
    description: 'fragments that left the buffer before they were decided, and were set aside',
  },
  {
    name: 'decision_failures',
    ...COUNT,
    from: ['decide'],
    description: 'traces that could not be settled and messages that could not be sent; every attempt counts',
  },
  {
    name: 'unreadable_wake_ups',
    ...COUNT,
    from: ['decide'],
    description: 'queue messages that are not wake-ups; SQS moves them to the dead letters',
  },
  {
    name: 'archive_objects',
    ...COUNT,
    from: ['decide'],
    description: 'archive objects created',
  },
  {
    name: 'archive_bytes',
    ...BYTES,
    from: ['decide'],
    description: 'lines in the archive objects created, before gzip',
  },
  {
    name: 'consumed_write_units',
    ...COUNT,
    from: BOTH,
    description: 'write units that DynamoDB charged for the buffer table',
  },
  {
    name: 'consumed_read_units',
    ...COUNT,
    from: BOTH,
    description: 'read units that DynamoDB charged for the buffer table',
  },
  {
    name: 'throttled_calls',
    ...COUNT,
    from: BOTH,
    description: 'calls to the buffer, the queue, the archive or the parameters that AWS throttled, at least in part',
  },
  {
    name: 'failed_calls',
    ...COUNT,
    from: BOTH,
    description: 'calls to the same services that failed in another retryable way: time-out, 5xx, lost connection',
  },
  {
    name: 'config_refused',
    ...COUNT,
    from: BOTH,
    description:
      'how often a configuration with errors was read, about once a minute per instance; the last good one stays in use',
  },
] as const satisfies readonly MetricDefinition[];

type Catalogued = (typeof METRIC_CATALOGUE)[number];

/** Metrics that are split by a dimension. */
export type SplitMetricName = Extract<Catalogued, { readonly dimension: string }>['name'];
export type MetricName = Catalogued['name'];
export type PlainMetricName = Exclude<MetricName, SplitMetricName>;
