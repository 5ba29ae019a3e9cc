import { describe, expect, it } from 'vitest';
import { type AttributeSpec, buildTrace, traceOf } from '../../support/build-trace.ts';
import { issuesOfPolicy, policyOf } from '../../support/sampling-config.ts';

const numeric = (options: object) => ({ type: 'numeric_attribute', numeric_attribute: { key: 'n', ...options } });

describe('numeric_attribute', () => {
  it.each<{ when: string; options: object; value: AttributeSpec; vote: string }>([
    { when: 'it equals the minimum', options: { min_value: 400, max_value: 500 }, value: 400n, vote: 'sampled' },
    { when: 'it equals the maximum', options: { min_value: 400, max_value: 500 }, value: 500n, vote: 'sampled' },
    { when: 'it is below', options: { min_value: 400, max_value: 500 }, value: 399n, vote: 'not_sampled' },
    { when: 'it is above', options: { min_value: 400, max_value: 500 }, value: 501n, vote: 'not_sampled' },
    { when: 'there is no maximum', options: { min_value: 400 }, value: 2n ** 63n - 1n, vote: 'sampled' },
    { when: 'there is no minimum', options: { max_value: 500 }, value: -(2n ** 63n), vote: 'sampled' },
    { when: 'the minimum is 0, which is none', options: { min_value: 0, max_value: 5 }, value: -1n, vote: 'sampled' },
    { when: 'the maximum is 0, which is none', options: { min_value: -5, max_value: 0 }, value: 9n, vote: 'sampled' },
    { when: 'the bounds are negative', options: { min_value: -9, max_value: -3 }, value: -3n, vote: 'sampled' },
    { when: 'it is a double, which reads as 0', options: { min_value: 400 }, value: 500.0, vote: 'not_sampled' },
    { when: 'it is a text, which reads as 0', options: { min_value: 400 }, value: '500', vote: 'not_sampled' },
    { when: 'it is a text and 0 is in range', options: { max_value: 100 }, value: 'many', vote: 'sampled' },
    { when: 'it has no value and 0 is in range', options: { max_value: 100 }, value: null, vote: 'sampled' },
    {
      when: 'the match is inverted and it matches',
      options: { min_value: 400, invert_match: true },
      value: 400n,
      vote: 'not_sampled',
    },
    {
      when: 'the match is inverted and it does not',
      options: { min_value: 400, invert_match: true },
      value: 399n,
      vote: 'sampled',
    },
  ])('votes $vote when $when', ({ options, value, vote }) => {
    const policy = policyOf(numeric(options));
    expect(policy.evaluate(traceOf({}, { attributes: { n: value } })).vote).toBe(vote);
    expect(policy.evaluate(buildTrace([[{ resource: { n: value }, spans: [{}] }]])).vote).toBe(vote);
  });

  it.each([
    { invert_match: false, vote: 'not_sampled' },
    { invert_match: true, vote: 'sampled' },
  ])('votes $vote on a trace without the key when invert_match is $invert_match', ({ vote, ...options }) => {
    const policy = policyOf(numeric({ max_value: 100, ...options }));
    expect(policy.evaluate(traceOf({ attributes: { N: 1n } })).vote).toBe(vote);
  });

  it('compares beyond the precision of doubles', () => {
    const { evaluate } = policyOf(numeric({ min_value: 2n ** 53n + 1n }));
    expect(evaluate(traceOf({ attributes: { n: 2n ** 53n } })).vote).toBe('not_sampled');
    expect(evaluate(traceOf({ attributes: { n: 2n ** 53n + 1n } })).vote).toBe('sampled');
  });

  it.each([{ options: {} }, { options: { min_value: 0 } }, { options: { min_value: 0, max_value: 0 } }])(
    'is an error without any bound: $options',
    ({ options }) => {
      expect(issuesOfPolicy(numeric(options)).errors).toEqual([
        'numeric_attribute: expected min_value or max_value, or both, other than 0 (0 means no bound)',
      ]);
    },
  );

  it('warns about a bound of 0, and about bounds that leave nothing', () => {
    expect(issuesOfPolicy(numeric({ min_value: 0, max_value: 5 })).warnings).toEqual([
      'numeric_attribute.min_value: 0 means no bound, as in the Collector',
    ]);
    expect(issuesOfPolicy(numeric({ min_value: 5, max_value: 4 })).warnings).toEqual([
      'numeric_attribute.max_value: is below min_value: no value matches',
    ]);
  });

  it('does not speak of missing bounds when one could not be read', () => {
    expect(issuesOfPolicy(numeric({ min_value: '5' })).errors).toEqual([
      'numeric_attribute.min_value: expected a whole number, got "5"',
    ]);
  });
});
