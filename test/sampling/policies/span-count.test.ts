import { describe, expect, it } from 'vitest';
import { buildTrace, traceOf } from '../../support/build-trace.ts';
import { issuesOfPolicy, policyOf } from '../../support/sampling-config.ts';

const spanCount = (min?: number, max?: number) => ({
  type: 'span_count',
  span_count: { ...(min !== undefined && { min_spans: min }), ...(max !== undefined && { max_spans: max }) },
});

describe('span_count', () => {
  it.each([
    { when: 'the count equals the minimum', policy: spanCount(2), count: 2, vote: 'sampled' },
    { when: 'it is below the minimum', policy: spanCount(2), count: 1, vote: 'not_sampled' },
    { when: 'it is far above the minimum', policy: spanCount(2), count: 50, vote: 'sampled' },
    { when: 'it equals the maximum', policy: spanCount(2, 4), count: 4, vote: 'sampled' },
    { when: 'it is above the maximum', policy: spanCount(2, 4), count: 5, vote: 'not_sampled' },
    { when: 'the maximum is 0', policy: spanCount(2, 0), count: 5, vote: 'sampled' },
    { when: 'there is only a maximum', policy: spanCount(undefined, 4), count: 1, vote: 'sampled' },
    { when: 'there are no options', policy: { type: 'span_count' }, count: 1, vote: 'sampled' },
    { when: 'the minimum is above the maximum', policy: spanCount(4, 2), count: 3, vote: 'not_sampled' },
  ])('votes $vote when $when', ({ policy, count, vote }) => {
    expect(policyOf(policy).evaluate(traceOf(...Array.from({ length: count }, () => ({})))).vote).toBe(vote);
  });

  it('counts the spans of all fragments', () => {
    const trace = buildTrace([[{ spans: [{}] }], [{ spans: [{}, {}] }]]);
    expect(policyOf(spanCount(3, 3)).evaluate(trace).vote).toBe('sampled');
  });

  it('warns when no count can match, and refuses what does not fit into 32 bits', () => {
    expect(issuesOfPolicy(spanCount(4, 2)).warnings).toEqual([
      'span_count.max_spans: is below min_spans: the policy never matches',
    ]);
    expect(issuesOfPolicy(spanCount(2 ** 31)).errors).toEqual([
      'span_count.min_spans: expected a whole number from -2147483648 to 2147483647, got 2147483648',
    ]);
  });
});
