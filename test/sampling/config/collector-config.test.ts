import { describe, expect, it } from 'vitest';
import { inWords } from '../../../lib/sampling/policy-summary.ts';
import { configFrom, issuesOf } from '../../support/sampling-config.ts';

// Restates the cases of config_test.go and testdata/tail_sampling_config.yaml of the Collector's tailsamplingprocessor
// v0.165.1 (Apache-2.0). The summary of a policy shows that its options were read.

interface LoadedPolicy {
  readonly type: string;
  /** As in YAML, behind the name. */
  readonly yaml: string;
  readonly words: string;
}

const KEY1 = 'type: numeric_attribute, numeric_attribute: { key: key1, min_value: 50, max_value: 100 }';
const KEY2 = 'type: string_attribute, string_attribute: { key: key2, values: [value1, value2] }';
const LATENCY = 'type: latency, latency: { threshold_ms: 1000 }';

const POLICIES: readonly LoadedPolicy[] = [
  { type: 'always_sample', yaml: 'type: always_sample', words: 'every trace' },
  {
    type: 'latency',
    yaml: 'type: latency, latency: { threshold_ms: 5000 }',
    words: 'every trace that takes longer than 5000 ms',
  },
  { type: 'numeric_attribute', yaml: KEY1, words: 'every trace that has key1 from 50 to 100' },
  {
    type: 'probabilistic',
    yaml: 'type: probabilistic, probabilistic: { hash_salt: "custom-salt", sampling_percentage: 0.1 }',
    words: '0.1 % of all traces, by trace ID',
  },
  {
    type: 'status_code',
    yaml: 'type: status_code, status_code: { status_codes: [ERROR, UNSET] }',
    words: 'every trace that has a span with status ERROR or UNSET',
  },
  { type: 'string_attribute', yaml: KEY2, words: 'every trace that has key2 equal to "value1" or "value2"' },
  {
    type: 'rate_limiting',
    yaml: 'type: rate_limiting, rate_limiting: { spans_per_second: 35, burst_capacity: 70 }',
    words: 'all traces, as long as they are at most 35 spans per second (70 at once)',
  },
  {
    type: 'bytes_limiting',
    yaml: 'type: bytes_limiting, bytes_limiting: { bytes_per_second: 1024000, burst_capacity: 2048000 }',
    words: 'all traces, as long as they are at most 1024000 bytes per second (2048000 at once)',
  },
  {
    type: 'span_count',
    yaml: 'type: span_count, span_count: { min_spans: 2 }',
    words: 'every trace that has at least 2 spans',
  },
  {
    type: 'trace_state',
    yaml: 'type: trace_state, trace_state: { key: key3, values: [value1, value2] }',
    words: 'every trace that has a span with key3 in its tracestate equal to "value1" or "value2"',
  },
  {
    type: 'boolean_attribute',
    yaml: 'type: boolean_attribute, boolean_attribute: { key: key4, value: true }',
    words: 'every trace that has key4 true',
  },
  {
    type: 'ottl_condition',
    yaml: `type: ottl_condition, ottl_condition: {
      error_mode: ignore,
      span: ["attributes[\\"test_attr_key_1\\"] == \\"test_attr_val_1\\"", "attributes[\\"test_attr_key_2\\"] != \\"test_attr_val_1\\""],
      spanevent: ["name != \\"test_span_event_name\\"", "attributes[\\"test_event_attr_key_2\\"] != \\"test_event_attr_val_1\\""],
    }`,
    words:
      'every trace that has a span where attributes["test_attr_key_1"] == "test_attr_val_1", or has a span where attributes["test_attr_key_2"] != "test_attr_val_1", or has a span event where name != "test_span_event_name", or has a span event where attributes["test_event_attr_key_2"] != "test_event_attr_val_1"',
  },
  {
    type: 'and',
    yaml: `type: and, and: { and_sub_policy: [{ name: a, ${KEY1} }, { name: b, ${KEY2} }, { name: c, type: not, not: { not_sub_policy: { name: d, ${LATENCY} } } }] }`,
    words:
      'every trace that has key1 from 50 to 100, and has key2 equal to "value1" or "value2", unless it takes longer than 1000 ms',
  },
  {
    type: 'not',
    yaml: `type: not, not: { not_sub_policy: { name: a, ${LATENCY} } }`,
    words: 'every trace, unless it takes longer than 1000 ms',
  },
  {
    type: 'composite',
    yaml: `type: composite, composite: { max_total_spans_per_second: 1000, policy_order: [a, b, c], composite_sub_policy: [{ name: a, ${KEY1} }, { name: b, ${KEY2} }, { name: c, type: always_sample }], rate_allocation: [{ policy: a, percent: 50 }, { policy: b, percent: 25 }] }`,
    // 50 % and 25 % of 1000, and a third of it for the one without an allocation
    words:
      'every trace that is kept by the first of these that matches it: every trace that has key1 from 50 to 100 (up to 500 spans per second); every trace that has key2 equal to "value1" or "value2" (up to 250 spans per second); every trace (up to 333 spans per second)',
  },
];

describe('the configuration that the tests of the processor load', () => {
  it.each(POLICIES)('has a policy of type $type', ({ type, yaml, words }) => {
    const [policy] = configFrom(`policies: [{ name: p, ${yaml} }]`).policies;
    expect(policy).toMatchObject({ name: 'p', type });
    expect(policy && inWords(policy.summary)).toBe(words);
  });

  it('has its options at the top', () => {
    const text = `tail_sampling:
  decision_wait: 10s
  num_traces: 100
  expected_new_traces_per_sec: 10
  decision_cache:
    sampled_cache_size: 1000
    non_sampled_cache_size: 10000
  policies:
    [
        {
          name: test-policy-1,
          type: always_sample
        },
    ]
`;
    expect(configFrom(text)).toMatchObject({ decisionWaitMs: 10_000, policies: [{ name: 'test-policy-1' }] });
  });
});

describe('num_shards', () => {
  const errorsOf = (settings: string) => issuesOf(`${settings}\npolicies: [{ name: a, type: always_sample }]`).errors;

  it.each([
    { settings: 'num_shards: 0' },
    { settings: 'num_shards: 256' },
    { settings: 'num_shards: 1\ntail_storage: tail_storage_pebble' },
  ])('is valid as $settings', ({ settings }) => {
    expect(errorsOf(settings)).toEqual([]);
  });

  it.each([
    { settings: 'num_shards: 257', error: 'num_shards: expected at most 256, got 257' },
    {
      settings: 'num_shards: 2\ntail_storage: tail_storage_pebble',
      error: 'num_shards: the Collector does not accept more than 1 together with tail_storage',
    },
  ])('is refused as $settings', ({ settings, error }) => {
    expect(errorsOf(settings)).toEqual([error]);
  });
});

describe('what the Collector also takes', () => {
  it.each([
    ['one word for a list of one', 'type: status_code, status_code: { status_codes: ERROR }'],
    ['words with commas for a list', 'type: status_code, status_code: { status_codes: "OK,ERROR" }'],
    ['one string for a list of values', 'type: string_attribute, string_attribute: { key: k, values: "a,b" }'],
    ['one condition for a list', "type: ottl_condition, ottl_condition: { error_mode: ignore, span: 'kind == 2' }"],
    ['an empty block for a type without options', 'type: always_sample, always_sample: {}'],
    ['a block without value', 'type: always_sample, always_sample: '],
  ])('is taken: %s', (_, policy) => {
    expect(issuesOf(`policies: [{ name: a, ${policy} }]`).errors).toEqual([]);
  });

  it('still names the word that is wrong in a string with commas', () => {
    const text = 'policies: [{ name: a, type: status_code, status_code: { status_codes: "OK,EROR" } }]';
    expect(issuesOf(text).errors[0]).toMatch(/status_codes.*unknown value "EROR".*did you mean "ERROR"/);
  });

  it('is not a block of options for a type that has none', () => {
    const text = 'policies: [{ name: a, type: always_sample, always_sample: { rate: 1 } }]';
    expect(issuesOf(text).errors[0]).toMatch(/always_sample\.rate: unknown key/);
  });
});
