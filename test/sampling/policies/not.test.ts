import { describe, expect, it } from 'vitest';
import { evaluatePolicies } from '../../../lib/sampling/evaluate-policies.ts';
import { traceOf } from '../../support/build-trace.ts';
import { NO_ALLOWANCES } from '../../support/no-allowances.ts';
import { configOf, issuesOfPolicy, policyOf } from '../../support/sampling-config.ts';

const not = (part: object) => ({ type: 'not', not: { not_sub_policy: part } });
const isError = { type: 'status_code', status_code: { status_codes: ['ERROR'] } };

describe('not', () => {
  it('swaps sampled and not sampled', () => {
    const { evaluate } = policyOf(not(isError));
    expect(evaluate(traceOf({})).vote).toBe('sampled');
    expect(evaluate(traceOf({ status: 'ERROR' })).vote).toBe('not_sampled');
  });

  it('has threshold 0, and a kept trace stands for those that its sub-policy keeps', () => {
    // The hash of this trace ID is at 64.6 %.
    const policy = not({ type: 'probabilistic', probabilistic: { sampling_percentage: 60 } });
    expect(policyOf(policy).evaluate(traceOf({}))).toMatchObject({ vote: 'sampled', threshold: 0 });
    expect(evaluatePolicies(configOf([policy]), traceOf({}), NO_ALLOWANCES).adjustedCount).toBe(2.5);
  });

  it('is an error without a sub-policy', () => {
    const errors = ['not.not_sub_policy: expected a policy'];
    expect(issuesOfPolicy({ type: 'not' }).errors).toEqual(errors);
    expect(issuesOfPolicy({ type: 'not', not: {} }).errors).toEqual(errors);
  });

  it.each(['and', 'not', 'drop'])('refuses %s inside', (type) => {
    expect(issuesOfPolicy(not({ type })).errors).toEqual([
      expect.stringMatching(new RegExp(`^not\\.not_sub_policy\\.type: "${type}" cannot be used inside "not"`)),
    ]);
  });
});
