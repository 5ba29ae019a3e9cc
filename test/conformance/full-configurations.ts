import type { ConfigBlock, PolicyBlock, TailSampling } from './case.ts';

const part: PolicyBlock = { name: 'part', type: 'always_sample' };

/** Every policy type with all of its options. */
const OPTIONS: Readonly<Record<string, ConfigBlock>> = {
  always_sample: {},
  latency: { threshold_ms: 2n, upper_threshold_ms: 250n },
  numeric_attribute: { key: 'a', min_value: 1n, max_value: 500n, invert_match: false },
  probabilistic: { sampling_percentage: 50, hash_salt: 'salt' },
  status_code: { status_codes: ['ERROR'] },
  string_attribute: {
    key: 'a',
    values: ['a'],
    enabled_regex_matching: true,
    cache_max_size: 10n,
    invert_match: false,
  },
  trace_state: { key: 'rojo', values: ['1'] },
  trace_flags: {},
  rate_limiting: { spans_per_second: 20n, burst_capacity: 40n },
  bytes_limiting: { bytes_per_second: 500n, burst_capacity: 1000n },
  span_count: { min_spans: 2n, max_spans: 5n },
  boolean_attribute: { key: 'a', value: true, invert_match: false },
  ottl_condition: { error_mode: 'ignore', span: ['name == "a"'], spanevent: ['name == "a"'] },
  and: { and_sub_policy: [part] },
  not: { not_sub_policy: part },
  drop: { drop_sub_policy: [part] },
  composite: {
    max_total_spans_per_second: 20n,
    policy_order: ['part'],
    composite_sub_policy: [part],
    rate_allocation: [{ policy: 'part', percent: 50n }],
  },
};

const TOP_LEVEL: ConfigBlock = {
  decision_wait: '10s',
  decision_wait_after_root_received: '1s',
  num_traces: 10n,
  expected_new_traces_per_sec: 1n,
  block_on_overflow: false,
  drop_pending_traces_on_shutdown: false,
  sample_on_first_match: false,
  maximum_trace_size_bytes: 0n,
  num_shards: 1n,
  sampling_strategy: 'trace-complete',
  decision_cache: { sampled_cache_size: 1n, non_sampled_cache_size: 1n },
};

/** Together they have every option that there is. */
export const FULL_CONFIGURATIONS: readonly TailSampling[] = [
  { ...TOP_LEVEL, policies: [{ name: 'p0', type: 'always_sample' }] },
  ...Object.entries(OPTIONS).map(([type, block]) => ({ policies: [{ name: 'p0', type, [type]: block }] })),
];
