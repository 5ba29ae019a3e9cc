import { describe, expect, it } from 'vitest';
import { traceOf } from '../../support/build-trace.ts';
import { issuesOfPolicy, policyOf } from '../../support/sampling-config.ts';

const latency = (thresholdMs: number, upperMs?: number) => ({
  type: 'latency',
  latency: { threshold_ms: thresholdMs, ...(upperMs !== undefined && { upper_threshold_ms: upperMs }) },
});
const span = (startMs: number, endMs: number) => ({ startMs, endMs });

describe('latency', () => {
  it.each([
    { when: 'one span is longer', policy: latency(5000), spans: [span(0, 5001)], vote: 'sampled' },
    { when: 'the duration is equal', policy: latency(5000), spans: [span(0, 5000)], vote: 'not_sampled' },
    { when: 'it is longer by less than 1 ms', policy: latency(5000), spans: [span(0, 5000.9)], vote: 'not_sampled' },
    {
      when: 'only the union of the spans reaches it',
      policy: latency(500),
      spans: [span(0, 300), span(250, 550)],
      vote: 'sampled',
    },
    {
      when: 'times are beyond 2^63, where doubles cannot tell them apart',
      policy: latency(5000),
      spans: [{ startTimeUnixNano: 2n ** 63n + 7n, endTimeUnixNano: 2n ** 63n + 5_001_000_007n }],
      vote: 'sampled',
    },
    {
      when: 'a difference of nearly -2^64 wraps around to 2 ns, as in the Collector',
      policy: latency(5000),
      spans: [{ startTimeUnixNano: 2n ** 64n - 1n, endTimeUnixNano: 1n }],
      vote: 'not_sampled',
    },
    { when: 'short spans are far apart', policy: latency(500), spans: [span(0, 1), span(600, 601)], vote: 'sampled' },
    { when: 'spans arrive last one first', policy: latency(500), spans: [span(600, 601), span(0, 1)], vote: 'sampled' },
    { when: 'the threshold is 0 and 1 ms passed', policy: latency(0), spans: [span(0, 1)], vote: 'sampled' },
    { when: 'the threshold is 0 and less passed', policy: latency(0), spans: [span(0, 0.999999)], vote: 'not_sampled' },
    { when: 'there is no block and 1 ms passed', policy: { type: 'latency' }, spans: [span(0, 1)], vote: 'sampled' },
    { when: 'it is between the bounds', policy: latency(100, 300), spans: [span(0, 200)], vote: 'sampled' },
    { when: 'it equals the upper bound', policy: latency(100, 300), spans: [span(0, 300)], vote: 'sampled' },
    {
      when: 'it equals the lower of two bounds',
      policy: latency(100, 300),
      spans: [span(0, 100)],
      vote: 'not_sampled',
    },
    { when: 'it is above the upper bound', policy: latency(100, 300), spans: [span(0, 301)], vote: 'not_sampled' },
    {
      when: 'the first spans are within bounds',
      policy: latency(100, 300),
      spans: [span(0, 200), span(0, 1000)],
      vote: 'sampled',
    },
    {
      when: 'only later spans would be',
      policy: latency(100, 300),
      spans: [span(0, 1000), span(0, 200)],
      vote: 'not_sampled',
    },
  ] as const)('votes $vote when $when', ({ policy, spans, vote }) => {
    expect(policyOf(policy).evaluate(traceOf(...spans)).vote).toBe(vote);
  });

  it('takes an end of 0 for not set: the duration is negative', () => {
    expect(policyOf(latency(0)).evaluate(traceOf({ endTimeUnixNano: 0n })).vote).toBe('not_sampled');
  });

  it('overwrites a start of 0 with that of the next span', () => {
    const trace = traceOf({ startTimeUnixNano: 0n, endTimeUnixNano: 0n }, span(0, 100));
    expect(policyOf(latency(200)).evaluate(trace).vote).toBe('not_sampled');
  });

  it('overwrites an end of 0 with that of the next span', () => {
    const trace = traceOf({ startMs: 0, endTimeUnixNano: 0n }, span(50, 300));
    expect(policyOf(latency(200)).evaluate(trace).vote).toBe('sampled');
  });

  it.each([
    { start: 0x8000000000000000n, end: 0x7fffffffffffffffn, threshold: 0, vote: 'not_sampled' },
    { start: 0xffffffffffffffffn, end: 249_999_999n, threshold: 249, vote: 'sampled' },
    { start: 1n, end: 0xffffffffffffffffn, threshold: 0, vote: 'not_sampled' },
  ])('lets the difference wrap around to 64 bits with a sign: $start to $end', ({ start, end, threshold, vote }) => {
    const trace = traceOf({ startTimeUnixNano: start, endTimeUnixNano: end });
    expect(policyOf(latency(threshold)).evaluate(trace).vote).toBe(vote);
  });

  it('warns when the bounds leave nothing', () => {
    expect(issuesOfPolicy(latency(300, 300)).warnings).toEqual([
      'latency.upper_threshold_ms: is not above threshold_ms: the policy never matches',
    ]);
    expect(issuesOfPolicy(latency(300, 301)).warnings).toEqual([]);
  });

  it('takes whole milliseconds: a fraction is cut off, as in the Collector', () => {
    expect(issuesOfPolicy({ type: 'latency', latency: { threshold_ms: '5s' } }).errors).toEqual([
      'latency.threshold_ms: expected a whole number, got "5s"',
    ]);
    expect(issuesOfPolicy(latency(-1.5))).toEqual({
      errors: [],
      warnings: ['latency.threshold_ms: is read as -1, as in the Collector: expected a whole number'],
    });
  });
});
