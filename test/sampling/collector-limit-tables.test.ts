import { describe, expect, it } from 'vitest';
import { otlpSize } from '../../lib/otlp/trace/size.ts';
import { LocalAllowances } from '../memory/local-allowances.ts';
import { traceOf } from '../support/build-trace.ts';
import { policyOf } from '../support/sampling-config.ts';

// Restates the cases of the tests of the Collector's tailsamplingprocessor v0.165.1 (Apache-2.0) that limit, under the names
// of their Go functions.

interface Arrival {
  readonly atMs?: number;
  readonly spans?: number;
  readonly attributes?: { readonly tag: bigint };
  readonly sampled: boolean;
}

function expectInOrder(policy: object, arrivals: readonly Arrival[]): void {
  let nowMs = 0;
  const allowances = new LocalAllowances(() => nowMs);
  const { evaluate } = policyOf(policy);
  const votes = arrivals.map(({ atMs = 0, spans = 1, attributes = {} }) => {
    nowMs = atMs;
    return evaluate(traceOf(...Array.from({ length: spans }, () => ({ attributes }))), allowances).vote === 'sampled';
  });
  expect(votes).toEqual(arrivals.map(({ sampled }) => sampled));
}

function times(count: number, arrival: Arrival): readonly Arrival[] {
  return Array.from({ length: count }, () => arrival);
}

describe('the tables of rate_limiting_test.go', () => {
  it.each([
    {
      test: 'TestRateLimiterTokenBucket',
      options: { spans_per_second: 3, burst_capacity: 3 },
      arrivals: [
        { spans: 3, sampled: true },
        { spans: 1, sampled: false },
      ],
    },
    {
      test: 'TestRateLimiterBurstCapacityRejectsLargeTrace',
      options: { spans_per_second: 3, burst_capacity: 2 },
      arrivals: [{ spans: 3, sampled: false }],
    },
    {
      test: 'TestRateLimiterDefaultConstructorBurst',
      options: { spans_per_second: 2 },
      arrivals: [...times(4, { sampled: true }), { sampled: false }],
    },
    {
      test: 'TestRateLimiterTokenRefill',
      options: { spans_per_second: 4, burst_capacity: 2 },
      arrivals: [
        { spans: 2, sampled: true },
        { spans: 2, sampled: false },
        { atMs: 600, spans: 2, sampled: true },
      ],
    },
  ])('$test', ({ options, arrivals }) => {
    expectInOrder({ type: 'rate_limiting', rate_limiting: options }, arrivals);
  });
});

describe('TestBytesLimitingTokenBucket', () => {
  const size = otlpSize(traceOf({}));
  it.each([
    { rate: Math.floor(size / 2), burst: size * 2, sampled: [true] },
    { rate: Math.floor(size / 2), burst: size, sampled: [true] },
    { rate: size, burst: size - 1, sampled: [false] },
    { rate: size, burst: size * 3, sampled: [true, true] },
    { rate: Math.floor(size / 2), burst: size + 1, sampled: [true, false] },
  ])('$rate bytes per second, $burst at once', ({ rate, burst, sampled }) => {
    const policy = { type: 'bytes_limiting', bytes_limiting: { bytes_per_second: rate, burst_capacity: burst } };
    expectInOrder(
      policy,
      sampled.map((each) => ({ sampled: each })),
    );
  });
});

describe('the tables of composite_test.go', () => {
  const tag = { name: 'eval-1', type: 'numeric_attribute', numeric_attribute: { key: 'tag', max_value: 100 } };
  const all = { name: 'eval-2', type: 'always_sample' };
  const composite = (max: number, parts: readonly object[], percent: number) => ({
    type: 'composite',
    composite: {
      max_total_spans_per_second: max,
      composite_sub_policy: parts,
      rate_allocation: ['eval-1', 'eval-2'].map((policy) => ({ policy, percent })),
    },
  });
  const match = { tag: 10n };

  it.each([
    { test: 'NotSampled', policy: composite(1000, [tag], 10), arrivals: [{ sampled: false }] },
    { test: 'Sampled', policy: composite(1000, [tag, all], 10), arrivals: [{ attributes: match, sampled: true }] },
    { test: 'Sampled_AlwaysSampled', policy: composite(10, [tag, all], 200), arrivals: times(10, { sampled: true }) },
    {
      test: '_OverflowAlwaysSampled',
      policy: composite(3, [tag, all], 34),
      arrivals: [
        { attributes: match, sampled: true },
        { attributes: match, sampled: false },
      ],
    },
    {
      test: 'Throttling',
      policy: composite(10, [{ ...all, name: 'eval-1' }], 100),
      arrivals: [
        ...times(10, { sampled: true }),
        ...times(10, { sampled: false }),
        ...times(10, { atMs: 1000, sampled: true }),
      ],
    },
    {
      test: '2SubpolicyThrottling',
      policy: composite(10, [tag, all], 50),
      arrivals: [
        ...times(5, { sampled: true }),
        ...times(5, { sampled: false }),
        ...times(5, { atMs: 1000, sampled: true }),
        ...times(5, { atMs: 1000, sampled: false }),
      ],
    },
  ])('TestCompositeEvaluator$test', ({ policy, arrivals }) => {
    expectInOrder(policy, arrivals);
  });
});
