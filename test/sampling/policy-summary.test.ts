import { describe, expect, it } from 'vitest';
import { inWords, quotedOr } from '../../lib/sampling/policy-summary.ts';
import { policyOf } from '../support/sampling-config.ts';

const errors = { type: 'status_code', status_code: { status_codes: ['ERROR'] } };
const slow = { type: 'latency', latency: { threshold_ms: 1000 } };
const tenth = { type: 'probabilistic', probabilistic: { sampling_percentage: 10 } };
const health = { type: 'string_attribute', string_attribute: { key: 'url.path', values: ['/healthz'] } };
const notHealth = { type: 'string_attribute', string_attribute: { ...health.string_attribute, invert_match: true } };
const all = { type: 'always_sample' };
const and = (...policies: object[]) => ({ type: 'and', and: { and_sub_policy: policies } });
const not = (policy: object) => ({ type: 'not', not: { not_sub_policy: policy } });
const numeric = (options: object) => ({ type: 'numeric_attribute', numeric_attribute: { key: 'n', ...options } });
const ottl = (options: object) => ({ type: 'ottl_condition', ottl_condition: { error_mode: 'ignore', ...options } });
const spans = (options: object) => ({ type: 'span_count', span_count: options });

describe('the summary of a policy', () => {
  it.each([
    { policy: all, words: 'every trace' },
    { policy: slow, words: 'every trace that takes longer than 1000 ms' },
    {
      policy: { type: 'latency', latency: { threshold_ms: 5, upper_threshold_ms: 10 } },
      words: 'every trace that takes longer than 5 ms, up to 10 ms',
    },
    { policy: numeric({ min_value: 1 }), words: 'every trace that has n of at least 1' },
    { policy: numeric({ max_value: -1 }), words: 'every trace that has n of at most -1' },
    { policy: numeric({ min_value: 1, max_value: 2 }), words: 'every trace that has n from 1 to 2' },
    { policy: tenth, words: '10 % of all traces, by trace ID' },
    { policy: { type: 'probabilistic' }, words: '0 % of all traces, by trace ID' },
    {
      policy: { type: 'probabilistic', probabilistic: { sampling_percentage: 250 } },
      words: '100 % of all traces, by trace ID',
    },
    { policy: errors, words: 'every trace that has a span with status ERROR' },
    { policy: health, words: 'every trace that has url.path equal to "/healthz"' },
    { policy: notHealth, words: 'every trace, unless it has url.path equal to "/healthz"' },
    {
      policy: {
        type: 'string_attribute',
        string_attribute: { key: 'k', values: ['^a', 'b$'], enabled_regex_matching: true },
      },
      words: 'every trace that has k matching "^a" or "b$"',
    },
    { policy: spans({ min_spans: 3 }), words: 'every trace that has at least 3 spans' },
    { policy: spans({ min_spans: 3, max_spans: 9 }), words: 'every trace that has 3 to 9 spans' },
    {
      policy: { type: 'boolean_attribute', boolean_attribute: { key: 'debug', value: true } },
      words: 'every trace that has debug true',
    },
    {
      policy: { type: 'boolean_attribute', boolean_attribute: { key: 'debug' } },
      words: 'every trace that has debug false, or not a boolean',
    },
    { policy: { type: 'trace_flags' }, words: 'every trace that has a span with the sampled flag' },
    {
      policy: { type: 'trace_state', trace_state: { key: 'k', values: ['a', 'b', ''] } },
      words: 'every trace that has a span with k in its tracestate equal to "a" or "b"',
    },
    {
      policy: and(errors, not(health), slow, tenth),
      words:
        'every trace that has a span with status ERROR, and takes longer than 1000 ms, unless it has url.path equal to "/healthz", thinned to 10 % by trace ID',
    },
    {
      policy: ottl({ span: ['name == "a"', 'kind == 2'], spanevent: ['name == "e"'] }),
      words:
        'every trace that has a span where name == "a", or has a span where kind == 2, or has a span event where name == "e"',
    },
    {
      policy: and(ottl({ span: ['name == "a"', 'kind == 2'] }), slow),
      words:
        'every trace that (has a span where name == "a", or has a span where kind == 2), and takes longer than 1000 ms',
    },
    {
      policy: { type: 'rate_limiting', rate_limiting: { spans_per_second: 35 } },
      words: 'all traces, as long as they are at most 35 spans per second (70 at once)',
    },
    {
      policy: and(errors, { type: 'bytes_limiting', bytes_limiting: { bytes_per_second: 5, burst_capacity: 6 } }),
      words:
        'every trace that has a span with status ERROR, as long as they are at most 5 bytes per second (6 at once)',
    },
    { policy: and(all, tenth), words: '10 % of all traces, by trace ID' },
    { policy: and(), words: 'every trace' },
    { policy: not(errors), words: 'every trace, unless it has a span with status ERROR' },
    { policy: not(notHealth), words: 'every trace that has url.path equal to "/healthz"' },
    { policy: not(all), words: 'no trace' },
    { policy: and(not(all), errors), words: 'no trace' },
    {
      policy: not(tenth),
      words: 'every trace, unless it is one of: 10 % of all traces, by trace ID',
    },
    {
      policy: { type: 'drop', drop: { drop_sub_policy: [errors, health] } },
      words: 'every trace that has a span with status ERROR, and has url.path equal to "/healthz"',
    },
  ])('of $policy.type is: $words', ({ policy, words }) => {
    expect(inWords(policyOf(policy).summary)).toBe(words);
  });
});

describe('quotedOr', () => {
  it.each([
    { values: [], words: 'nothing' },
    { values: ['a'], words: '"a"' },
    { values: ['a', 'b'], words: '"a" or "b"' },
    { values: ['a', 'b"', 'c', 'd', 'e'], words: '"a", "b\\"", "c", "d" or "e"' },
    { values: ['a', 'b', 'c', 'd', 'e', 'f'], words: '"a", "b", "c", "d" or 2 more' },
  ])('of $values is $words', ({ values, words }) => {
    expect(quotedOr(values)).toBe(words);
  });
});
