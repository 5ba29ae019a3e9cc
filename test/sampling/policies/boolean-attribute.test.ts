import { describe, expect, it } from 'vitest';
import { type AttributeSpec, buildTrace, traceOf } from '../../support/build-trace.ts';
import { issuesOfPolicy, policyOf } from '../../support/sampling-config.ts';

const boolean = (options: object) => ({ type: 'boolean_attribute', boolean_attribute: { key: 'b', ...options } });

describe('boolean_attribute', () => {
  it.each<{ when: string; options: object; value: AttributeSpec; vote: string }>([
    { when: 'true is wanted and there', options: { value: true }, value: true, vote: 'sampled' },
    { when: 'true is wanted and false there', options: { value: true }, value: false, vote: 'not_sampled' },
    { when: 'true is wanted and "true" there', options: { value: true }, value: 'true', vote: 'not_sampled' },
    { when: 'false is wanted and there', options: { value: false }, value: false, vote: 'sampled' },
    { when: 'false is wanted and an int there', options: { value: false }, value: 1n, vote: 'sampled' },
    { when: 'nothing is said, which is false', options: {}, value: false, vote: 'sampled' },
    {
      when: 'inverted, and true is there',
      options: { value: true, invert_match: true },
      value: true,
      vote: 'not_sampled',
    },
    {
      when: 'inverted, and false is there',
      options: { value: true, invert_match: true },
      value: false,
      vote: 'sampled',
    },
  ])('votes $vote when $when', ({ options, value, vote }) => {
    const policy = policyOf(boolean(options));
    expect(policy.evaluate(traceOf({}, { attributes: { b: value } })).vote).toBe(vote);
    expect(policy.evaluate(buildTrace([[{ resource: { b: value }, spans: [{}] }]])).vote).toBe(vote);
  });

  it.each([
    { options: { value: true }, vote: 'not_sampled' },
    { options: { value: false }, vote: 'not_sampled' },
    { options: { value: false, invert_match: true }, vote: 'sampled' },
  ])('votes $vote on a trace without the key with $options', ({ options, vote }) => {
    expect(policyOf(boolean(options)).evaluate(traceOf({ attributes: { other: true } })).vote).toBe(vote);
  });

  it('warns that false matches more than false', () => {
    const warning = 'boolean_attribute.value: false also matches an attribute that is not a boolean';
    expect(issuesOfPolicy(boolean({ value: false })).warnings).toEqual([warning]);
    expect(issuesOfPolicy(boolean({})).warnings).toEqual([warning]);
    expect(issuesOfPolicy(boolean({ value: true })).warnings).toEqual([]);
  });
});
