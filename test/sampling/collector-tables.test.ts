import { describe, expect, it } from 'vitest';
import type { Trace } from '../../lib/otlp/trace/trace.ts';
import { type AttributesSpec, buildTrace, type SpanSpec, traceOf } from '../support/build-trace.ts';
import { policyOf } from '../support/sampling-config.ts';

// Restates the case tables of the tests of the Collector's tailsamplingprocessor v0.165.1 (Apache-2.0), under the names of
// their Go functions. docs/conformance.md says where the tables that are not here are covered.

/** A resource and a span, with these attributes. */
function pair(resource: AttributesSpec, attributes: AttributesSpec): Trace {
  return buildTrace([[{ resource, spans: [{ attributes }] }]]);
}

function isSampled(type: string, options: object, trace: Trace): boolean {
  return policyOf({ type, [type]: options }).evaluate(trace).vote === 'sampled';
}

const HEALTH = 'grpc.health.v1.HealthCheck';

describe.each([false, true])('TestStringTagFilter, invert_match %s', (invert_match) => {
  it.each([
    { resource: { non_matching: 'value' }, span: {}, values: ['value'], matches: false },
    { resource: { example: 'non_matching' }, span: {}, values: ['value'], matches: false },
    { resource: { example: 'non_matching' }, span: {}, values: ['first_value', 'value', 'last_value'], matches: false },
    { resource: { example: 'value' }, span: {}, values: ['value'], matches: true },
    { resource: { example: 'value' }, span: {}, values: ['first_value', 'value', 'last_value'], matches: true },
    { resource: {}, span: { nonmatching: 'value' }, values: ['value'], matches: false },
    { resource: {}, span: { example: 'nonmatching' }, values: ['value'], matches: false },
    { resource: {}, span: { example: 'nonmatching' }, values: ['first_value', 'value', 'last_value'], matches: false },
    { resource: {}, span: { example: 'value' }, values: ['value'], matches: true },
    { resource: {}, span: { example: 'value' }, values: ['first_value', 'value', 'last_value'], matches: true },
    { resource: {}, span: { example: HEALTH }, regex: true, values: ['v[0-9]+.HealthCheck$'], matches: true },
    { resource: {}, span: { example: HEALTH }, regex: true, values: ['v[a-z]+.HealthCheck$'], matches: false },
    {
      resource: {},
      span: { example: HEALTH },
      regex: true,
      values: ['^http', 'v[0-9]+.HealthCheck$', 'metrics$'],
      matches: true,
    },
    {
      resource: {},
      span: { example: HEALTH },
      regex: true,
      values: ['^http', 'v[a-z]+.HealthCheck$', 'metrics$'],
      matches: false,
    },
    { resource: { example: 'value' }, span: {}, regex: true, values: ['value'], matches: true },
    {
      resource: { example: 'value' },
      span: {},
      regex: true,
      values: ['first_value', 'value', 'last_value'],
      matches: true,
    },
    { resource: {}, span: { example: HEALTH }, regex: true, values: [], matches: false },
  ])('$resource $span of $values: $matches', ({ resource, span, regex = false, values, matches }) => {
    for (const cache_max_size of [0, 128]) {
      const options = { key: 'example', values, enabled_regex_matching: regex, cache_max_size, invert_match };
      expect(isSampled('string_attribute', options, pair(resource, span))).toBe(matches !== invert_match);
    }
  });
});

const MIN = -(2n ** 31n);
const MAX = 2n ** 31n - 1n;

describe.each([false, true])(
  'TestNumericTagFilter and TestNumericTagFilterInverted, invert_match %s',
  (invert_match) => {
    it.each([
      { resource: {}, span: { non_matching: MIN }, matches: false },
      { resource: {}, span: { example: MIN }, matches: true },
      { resource: { example: MIN }, span: { non_matching: MIN }, matches: true },
      { resource: {}, span: { example: MAX }, matches: true },
      { resource: { example: MAX }, span: { non_matching: MAX }, matches: true },
      { resource: {}, span: { example: MIN - 1n }, matches: false },
      { resource: { example: MIN - 1n }, span: { non_matching: MIN }, matches: false },
      { resource: {}, span: { example: MAX + 1n }, matches: false },
      { resource: { example: MAX + 1n }, span: { non_matching: MAX }, matches: false },
    ])('$resource $span: $matches', ({ resource, span, matches }) => {
      const options = { key: 'example', min_value: MIN, max_value: MAX, invert_match };
      expect(isSampled('numeric_attribute', options, pair(resource, span))).toBe(matches !== invert_match);
    });
  },
);

describe('TestNumericTagFilterOptionalBounds and TestNumericAttributeCases', () => {
  it.each([
    { options: { min_value: 100 }, value: 200n, sampled: true },
    { options: { min_value: 100 }, value: 50n, sampled: false },
    { options: { max_value: 100 }, value: 50n, sampled: true },
    { options: { max_value: 100 }, value: 200n, sampled: false },
    { options: { min_value: 100, max_value: 200 }, value: 150n, sampled: true },
    { options: { min_value: 100, max_value: 200 }, value: 50n, sampled: false },
    { options: { min_value: 100, invert_match: true }, value: 200n, sampled: false },
    { options: { max_value: 100, invert_match: true }, value: 50n, sampled: false },
    { options: { min_value: 400, max_value: 0 }, value: 500n, sampled: true },
    { options: { min_value: -100, max_value: 0 }, value: 50n, sampled: true },
    { options: { min_value: 0, max_value: 1000 }, value: 500n, sampled: true },
    { options: { min_value: 400, max_value: 0 }, value: 300n, sampled: false },
    { options: { min_value: 0, max_value: 100 }, value: 200n, sampled: false },
  ])('$options of $value: $sampled', ({ options, value, sampled }) => {
    expect(isSampled('numeric_attribute', { key: 'k', ...options }, pair({}, { k: value }))).toBe(sampled);
  });
});

describe.each([false, true])(
  'TestBooleanTagFilter and TestBooleanTagFilterInverted, invert_match %s',
  (invert_match) => {
    it.each([
      { span: { non_matching: true }, matches: false },
      { span: { example: false }, matches: false },
      { span: { example: true }, matches: true },
    ])('$span: $matches', ({ span, matches }) => {
      const options = { key: 'example', value: true, invert_match };
      expect(isSampled('boolean_attribute', options, pair({}, span))).toBe(matches !== invert_match);
    });
  },
);

describe('TestStatusCodeSampling', () => {
  it.each([
    { wanted: ['ERROR'], present: ['OK', 'UNSET', 'OK'] as const, sampled: false },
    { wanted: ['OK', 'ERROR'], present: ['UNSET', 'UNSET'] as const, sampled: false },
    { wanted: ['UNSET'], present: ['UNSET'] as const, sampled: true },
    { wanted: ['OK', 'UNSET'], present: ['ERROR', 'OK'] as const, sampled: true },
  ])('$wanted of $present: $sampled', ({ wanted, present, sampled }) => {
    const spans = present.map((status): SpanSpec => ({ status }));
    expect(isSampled('status_code', { status_codes: wanted }, traceOf(...spans))).toBe(sampled);
  });
});

describe('TestEvaluate_Latency and TestEvaluate_Bounded_Latency', () => {
  const two = [
    { startMs: 0, endMs: 3000 },
    { startMs: 2500, endMs: 5500 },
  ];
  it.each([
    { upper: 0, spans: [{ endMs: 4500 }], sampled: false },
    { upper: 0, spans: [{ endMs: 5000 }], sampled: false },
    { upper: 0, spans: two, sampled: true },
    { upper: 10_000, spans: [{ endMs: 4500 }], sampled: false },
    { upper: 10_000, spans: [{ endMs: 5000 }], sampled: false },
    { upper: 10_000, spans: [{ endMs: 5001 }], sampled: true },
    { upper: 10_000, spans: [{ endMs: 10_001 }], sampled: false },
    { upper: 10_000, spans: [{ endMs: 10_000 }], sampled: true },
    { upper: 10_000, spans: two, sampled: true },
  ])('up to $upper: $spans: $sampled', ({ upper, spans, sampled }) => {
    const options = { threshold_ms: 5000, upper_threshold_ms: upper };
    expect(isSampled('latency', options, traceOf(...spans))).toBe(sampled);
  });
});

describe('TestEvaluate_OnlyMinSpans, TestEvaluate_OnlyMaxSpans and TestEvaluate_RangeOfSpans', () => {
  it.each([
    { min: 3, max: 0, sampled: [[3], [4], [1, 2, 1], [1, 2, 3]], not: [[1], [1, 1]] },
    { min: 0, max: 20, sampled: [[20], [19], [1, 2, 3, 4, 5, 5], [1, 2, 3, 4, 5]], not: [[21], [1, 2, 3, 4, 5, 6]] },
    {
      min: 3,
      max: 20,
      sampled: [[4], [1, 2, 1], [3], [20], [1, 2], [1, 2, 3, 4, 5, 5]],
      not: [[1], [21], [1, 1], [1, 2, 3, 4, 5, 6]],
    },
  ])('$min to $max', ({ min, max, sampled, not }) => {
    const inBatches = (batches: readonly number[]) =>
      buildTrace(batches.map((count) => [{ spans: Array.from({ length: count }, () => ({})) }]));
    const answer = (batches: readonly number[]) =>
      isSampled('span_count', { min_spans: min, max_spans: max }, inBatches(batches));
    expect(sampled.map(answer)).toEqual(sampled.map(() => true));
    expect(not.map(answer)).toEqual(not.map(() => false));
  });
});

describe('TestTraceStateFilter', () => {
  it.each([
    { traceState: 'non_matching=value', values: ['value'], sampled: false },
    { traceState: 'example=non_matching', values: ['value'], sampled: false },
    { traceState: 'example=value', values: ['value'], sampled: true },
    { traceState: 'example=value', values: [], sampled: false },
    { traceState: 'example=non_matching,non_matching=value', values: ['value'], sampled: false },
    { traceState: 'example=value,non_matching=value', values: ['value'], sampled: true },
    { traceState: 'example=non_matching', values: ['value1', 'value2'], sampled: false },
    { traceState: 'example=value1', values: ['value1', 'value2'], sampled: true },
  ])('$traceState of $values: $sampled', ({ traceState, values, sampled }) => {
    expect(isSampled('trace_state', { key: 'example', values }, traceOf({ traceState }))).toBe(sampled);
  });
});

describe('TestTraceFlags', () => {
  it.each([
    { flags: 1, sampled: true },
    { flags: 0, sampled: false },
  ])('$flags: $sampled', ({ flags, sampled }) => {
    expect(policyOf({ type: 'trace_flags' }).evaluate(traceOf({ flags })).vote === 'sampled').toBe(sampled);
  });
});

describe('TestProbabilisticSampling_RespectsTraceState', () => {
  const all = 'rv:ffffffffffffff';
  const low = 'rv:40000000000000';
  it.each([
    { percent: 50, traceStates: [`ot=${all}`], sampled: true },
    { percent: 50, traceStates: [`ot=${low}`], sampled: false },
    { percent: 0, traceStates: [`ot=${all}`], sampled: false },
    { percent: 100, traceStates: [`ot=${low}`], sampled: true },
    { percent: 100, traceStates: [`ot=th:8;${all}`], sampled: true },
    { percent: 100, traceStates: [`ot=th:8;${low}`], sampled: true },
    { percent: 0, traceStates: [`ot=th:0;${all}`], sampled: false },
    { percent: 50, traceStates: [`ot=th:0;${all}`, `ot=th:8;${all}`], sampled: true },
    { percent: 50, traceStates: ['ot=th:e', `ot=${all}`], sampled: true },
    { percent: 100, traceStates: ['ot=not_a_valid_key$'], sampled: true },
    { percent: 100, traceStates: ['ot=rv:zzzzzzzzzzzzzz'], sampled: true },
    { percent: 0, traceStates: [`ot=th:8;${all}`], sampled: false },
  ])('$percent % of $traceStates: $sampled', ({ percent, traceStates, sampled }) => {
    const trace = traceOf(...traceStates.map((traceState) => ({ traceState })));
    const options = { sampling_percentage: percent, use_tracestate: true };
    expect(isSampled('probabilistic', options, trace)).toBe(sampled);
  });
});

describe.each([
  { type: 'and', vote: 'sampled' },
  { type: 'drop', vote: 'dropped' },
])('Test$typeEvaluator…', ({ type, vote }) => {
  const span: SpanSpec = { status: 'ERROR', attributes: { attribute_name: 'attribute_value' } };
  const name = { key: 'attribute_name', values: ['attribute_value'] };
  it.each([
    { what: 'NotSampled', attribute: { key: 'name', values: ['value'] }, holds: false },
    { what: 'Sampled', attribute: name, holds: true },
    { what: 'StringInvert…, no match', attribute: { ...name, values: ['no_match'], invert_match: true }, holds: true },
    { what: 'StringInvert…, match', attribute: { ...name, invert_match: true }, holds: false },
  ])('$what', ({ attribute, holds }) => {
    const parts = [
      { name: 'n1', type: 'string_attribute', string_attribute: attribute },
      { name: 'n2', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
    ];
    const policy = policyOf({ type, [type]: { [`${type}_sub_policy`]: parts } });
    expect(policy.evaluate(traceOf(span)).vote).toBe(holds ? vote : 'not_sampled');
  });
});
