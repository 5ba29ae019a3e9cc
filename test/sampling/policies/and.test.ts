import { describe, expect, it } from 'vitest';
import { evaluatePolicies } from '../../../lib/sampling/evaluate-policies.ts';
import { buildTrace, traceOf } from '../../support/build-trace.ts';
import { NO_ALLOWANCES } from '../../support/no-allowances.ts';
import { configOf, issuesOfPolicy, policyOf } from '../../support/sampling-config.ts';

const and = (...parts: object[]) => ({ type: 'and', and: { and_sub_policy: parts } });
const not = (part: object) => ({ type: 'not', not: { not_sub_policy: part } });
const isError = { type: 'status_code', status_code: { status_codes: ['ERROR'] } };
const fromCheckout = { type: 'string_attribute', string_attribute: { key: 'service.name', values: ['checkout'] } };
const share = (percentage: number, salt = '') => ({
  type: 'probabilistic',
  probabilistic: { sampling_percentage: percentage, hash_salt: salt },
});

const checkout = { 'service.name': 'checkout' };

describe('and', () => {
  it.each([
    {
      when: 'all parts match one span',
      fragment: [{ resource: checkout, spans: [{ status: 'ERROR' }] }],
      vote: 'sampled',
    },
    {
      when: 'each part matches another span',
      fragment: [{ resource: checkout, spans: [{}] }, { spans: [{ status: 'ERROR' }] }],
      vote: 'sampled',
    },
    { when: 'only the first part matches', fragment: [{ spans: [{ status: 'ERROR' }] }], vote: 'not_sampled' },
    { when: 'only the last part matches', fragment: [{ resource: checkout, spans: [{}] }], vote: 'not_sampled' },
  ] as const)('votes $vote when $when', ({ fragment, vote }) => {
    expect(policyOf(and(isError, fromCheckout)).evaluate(buildTrace([fragment])).vote).toBe(vote);
  });

  it('may contain not', () => {
    const { evaluate } = policyOf(and(fromCheckout, not(isError)));
    expect(evaluate(buildTrace([[{ resource: checkout, spans: [{}] }]])).vote).toBe('sampled');
    expect(evaluate(buildTrace([[{ resource: checkout, spans: [{ status: 'ERROR' }] }]])).vote).toBe('not_sampled');
  });

  it('samples every trace when it is empty, and warns', () => {
    expect(policyOf(and()).evaluate(traceOf({})).vote).toBe('sampled');
    expect(issuesOfPolicy({ type: 'and' }).warnings).toEqual([
      'and.and_sub_policy: has no sub-policies: keeps every trace',
    ]);
  });

  // The hash of the trace ID of `traceOf` is at 64.6 % with the default salt: a54533ba2e4970b5.
  it.each([
    { parts: 'no probabilistic part', policy: and(isError), threshold: 0, weight: 1 },
    { parts: 'one of 80 %', policy: and(isError, share(80)), threshold: 0.2, weight: 1.25 },
    { parts: '80 % and 70 % of one salt', policy: and(share(80), share(70)), threshold: 0.3, weight: 1 / 0.7 },
    {
      parts: '80 % but not 50 % of one salt',
      policy: and(share(80), not(share(50))),
      threshold: 0.2,
      weight: 1 / 0.3,
    },
    {
      parts: '80 % and 100 % of another salt',
      policy: and(share(80), share(100, 'x')),
      threshold: 0.2,
      weight: 1.25,
    },
  ])('has the largest threshold and the joint probability of its parts: $parts', ({ policy, ...expected }) => {
    const trace = traceOf({ status: 'ERROR' });
    const evaluation = policyOf(policy).evaluate(trace);
    expect(evaluation.vote).toBe('sampled');
    expect(evaluation.threshold).toBeCloseTo(expected.threshold, 12);
    expect(evaluatePolicies(configOf([policy]), trace, NO_ALLOWANCES).adjustedCount).toBeCloseTo(expected.weight, 12);
  });

  it('multiplies the probabilities of different salts', () => {
    // 5 % with `test-salt` (08ee52deda923930 is at 3.5 %) and 90 % with the default salt (dbcf64d5420f4cad is at 85.9 %).
    const trace = buildTrace([[{ spans: [{}] }]], '0102030405060708090a0b0c0d0e0f10');
    const policy = and(share(5, 'test-salt'), share(90));
    expect(policyOf(policy).evaluate(trace)).toMatchObject({ vote: 'sampled', threshold: 0.95 });
    expect(evaluatePolicies(configOf([policy]), trace, NO_ALLOWANCES).adjustedCount).toBeCloseTo(1 / (0.05 * 0.9), 9);
  });

  it.each(['and', 'drop'])('refuses %s inside', (type) => {
    const inner = { type, [type]: { [`${type}_sub_policy`]: [isError] } };
    expect(issuesOfPolicy(and(isError, inner)).errors).toEqual([
      expect.stringMatching(
        new RegExp(
          `^and\\.and_sub_policy\\[1\\]\\.type: "${type}" cannot be used inside "and", allowed: always_sample, .*not$`,
        ),
      ),
    ]);
  });
});
