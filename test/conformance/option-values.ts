import fc from 'fast-check';
import type { ConfigBlock, PolicyBlock } from './case.ts';
import { ODD_VALUES } from './config-mutations.ts';
import { changed, pathsIn } from './config-paths.ts';

const LEAVES: readonly PolicyBlock[] = [
  { type: 'latency', latency: { threshold_ms: 5n, upper_threshold_ms: 10n } },
  { type: 'numeric_attribute', numeric_attribute: { key: 'a', min_value: 1n, max_value: 5n, invert_match: false } },
  { type: 'probabilistic', probabilistic: { sampling_percentage: 50, hash_salt: 'a' } },
  { type: 'status_code', status_code: { status_codes: ['ERROR'] } },
  {
    type: 'string_attribute',
    string_attribute: {
      key: 'a',
      values: ['a'],
      enabled_regex_matching: true,
      cache_max_size: 5n,
      invert_match: false,
    },
  },
  { type: 'trace_state', trace_state: { key: 'a', values: ['a'] } },
  { type: 'span_count', span_count: { min_spans: 1n, max_spans: 5n } },
  { type: 'boolean_attribute', boolean_attribute: { key: 'a', value: true, invert_match: false } },
  {
    type: 'ottl_condition',
    ottl_condition: { error_mode: 'ignore', span: ['name == "a"'], spanevent: ['name == "a"'] },
  },
  { type: 'rate_limiting', rate_limiting: { spans_per_second: 10n, burst_capacity: 20n } },
  { type: 'bytes_limiting', bytes_limiting: { bytes_per_second: 10n, burst_capacity: 20n } },
];
const PART: PolicyBlock = { name: 'part', type: 'always_sample' };
const NOT: PolicyBlock = { name: 'not', type: 'not', not: { not_sub_policy: PART } };
const COMBINATORS: readonly PolicyBlock[] = [
  NOT,
  { type: 'and', and: { and_sub_policy: [PART, NOT] } },
  { type: 'drop', drop: { drop_sub_policy: [PART, NOT] } },
  {
    type: 'composite',
    composite: {
      max_total_spans_per_second: 100n,
      policy_order: ['part'],
      composite_sub_policy: [PART, { name: 'and', type: 'and', and: { and_sub_policy: [PART] } }],
      rate_allocation: [{ policy: 'part', percent: 50n }],
    },
  },
];
const TOP_LEVEL: ConfigBlock = {
  decision_wait: '10s',
  decision_wait_after_root_received: '2s',
  num_traces: 100n,
  expected_new_traces_per_sec: 10n,
  sample_on_first_match: true,
  sampling_strategy: 'trace-complete',
  num_shards: 1n,
  decision_cache: { sampled_cache_size: 100n, non_sampled_cache_size: 100n },
  drop_pending_traces_on_shutdown: true,
  block_on_overflow: true,
  maximum_trace_size_bytes: 0n,
};

const CONFIGS: readonly ConfigBlock[] = [
  { ...TOP_LEVEL, policies: [{ name: 'p', type: 'always_sample' }] },
  ...[...LEAVES, ...COMBINATORS].map((policy): ConfigBlock => ({ policies: [{ name: 'p', ...policy }] })),
];
const PLACES = CONFIGS.flatMap((config) => [...pathsIn(config)].map((path) => ({ config, path })));

/** Any option that the Collector has, at any depth, with any odd value in its place. There are about 16,000. */
export const optionValues: fc.Arbitrary<ConfigBlock> = fc
  .tuple(fc.constantFrom(...PLACES), fc.constantFrom(...ODD_VALUES))
  .map(([{ config, path }, value]) => changed(config, path, () => value));
