import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DynamicSampler } from '../../../lib/sampling/dynamic/share-table.ts';
import { evaluatePolicies } from '../../../lib/sampling/evaluate-policies.ts';
import { CERTAIN } from '../../../lib/sampling/probability/probability.ts';
import { buildTrace, traceOf } from '../../support/build-trace.ts';
import { configOf, issuesOfPolicy, policyOf } from '../../support/sampling-config.ts';

function dynamic(options: object = {}) {
  return { type: 'dynamic', dynamic: { key_attributes: ['route'], ...options } };
}

function sharing(share: number) {
  const asked: { readonly sampler: DynamicSampler; readonly key: string }[] = [];
  const shareOf = (sampler: DynamicSampler, key: string) => {
    asked.push({ sampler, key });
    return share;
  };
  return { asked, allowances: { take: () => false, shareOf } };
}

const traceIdNumber = (i: number) => createHash('md5').update(String(i)).digest('hex');

describe('dynamic', () => {
  it('keeps a trace for sure whose key has a share of 1', () => {
    const { evaluate } = policyOf(dynamic());
    expect(evaluate(traceOf({}), sharing(1).allowances)).toEqual({
      vote: 'sampled',
      threshold: 0,
      sampledWhen: CERTAIN,
    });
  });

  it('keeps the share of the traces, and their weights add up to all of them', () => {
    const config = configOf([dynamic()]);
    const { allowances } = sharing(0.2);
    let [kept, weight] = [0, 0];
    for (let i = 0; i < 5000; i++) {
      const decision = evaluatePolicies(config, buildTrace([[{ spans: [{}] }]], traceIdNumber(i)), allowances);
      if (decision.outcome !== 'sampled') continue;
      kept += 1;
      weight += decision.adjustedCount ?? Number.NaN;
      expect(decision.threshold).toBeNull();
    }
    // 1000, give or take 4 standard deviations of 28.3.
    expect(Math.abs(kept - 1000)).toBeLessThan(113);
    expect(weight).toBeCloseTo(5 * kept);
  });

  it('asks for another part of the traces in each policy', () => {
    const config = configOf([dynamic(), dynamic()]);
    const { allowances } = sharing(0.5);
    const votes = Array.from({ length: 64 }, (_, i) =>
      evaluatePolicies(config, buildTrace([[{ spans: [{}] }]], traceIdNumber(i)), allowances)
        .votes.map(({ vote }) => vote)
        .join(),
    );
    expect(new Set(votes).size).toBe(4);
  });

  // T is 1 - 25 %: c0000000000000. The upper half of the randomness passes the head sampler of 50 %: then it is 1 - 12.5 %.
  it.each([
    { traceState: 'ot=rv:c0000000000000', outcome: 'sampled', weight: 4, th: 'c' },
    { traceState: 'ot=rv:bfffffffffffff', outcome: 'not_sampled', weight: null, th: undefined },
    { traceState: 'ot=th:8;rv:e0000000000000', outcome: 'sampled', weight: 8, th: 'e' },
    { traceState: 'ot=th:8;rv:dfffffffffffff', outcome: 'not_sampled', weight: null, th: undefined },
  ])('goes by the randomness of $traceState: $outcome', ({ traceState, outcome, weight, th }) => {
    const decision = evaluatePolicies(configOf([dynamic()]), traceOf({ traceState }), sharing(0.25).allowances);
    expect([decision.outcome, decision.adjustedCount, decision.threshold]).toEqual([outcome, weight, th]);
  });

  it('asks for the key of the trace, with its options', () => {
    const { asked, allowances } = sharing(1);
    const options = { goal_sampling_percentage: 5, adjustment_interval: '30s', weight: 0.25, max_keys: 7 };
    policyOf(dynamic(options)).evaluate(traceOf({ attributes: { route: '/a' } }), allowances);
    policyOf(dynamic()).evaluate(traceOf({ attributes: { route: '/b' } }), allowances);
    expect(asked.map(({ sampler }) => sampler)).toMatchObject([
      { intervalMs: 30_000, goal: 0.05, weight: 0.25, maxKeys: 7 },
      { intervalMs: 60_000, goal: 0.1, weight: 0.5, maxKeys: 500 },
    ]);
    expect(asked[0]?.key).not.toBe(asked[1]?.key);
  });

  it('starts anew with another key or interval, and not with another goal', () => {
    const tablesOf = (options: object) => {
      const { asked, allowances } = sharing(1);
      policyOf(dynamic(options)).evaluate(traceOf({}), allowances);
      return asked[0]?.sampler.key;
    };
    expect(tablesOf({ goal_sampling_percentage: 50, weight: 0.1, max_keys: 5 })).toBe(tablesOf({}));
    expect(tablesOf({ key_attributes: ['route', 'b'] })).not.toBe(tablesOf({}));
    expect(tablesOf({ adjustment_interval: '61s' })).not.toBe(tablesOf({}));
  });

  it('counts in `and` only the traces that reach it', () => {
    const isError = { type: 'status_code', status_code: { status_codes: ['ERROR'] } };
    const { evaluate } = policyOf({ type: 'and', and: { and_sub_policy: [isError, dynamic()] } });
    const { asked, allowances } = sharing(1);
    evaluate(traceOf({}), allowances);
    expect(asked).toEqual([]);
    evaluate(traceOf({ status: 'ERROR' }), allowances);
    expect(asked).toHaveLength(1);
  });

  it.each([
    { options: { key_attributes: [] }, error: 'key_attributes: expected the names of one or more attributes' },
    { options: { key_attributes: ['a', ''] }, error: 'key_attributes[1]: expected the name of an attribute' },
    ...[0, -1, 101].map((p) => ({
      options: { goal_sampling_percentage: p },
      error: 'goal_sampling_percentage: expected a number above 0 and up to 100',
    })),
    ...[0, -1, 1.1].map((weight) => ({ options: { weight }, error: 'weight: expected a number above 0 and up to 1' })),
    ...[0, -1, 2001].map((max_keys) => ({
      options: { max_keys },
      error: 'max_keys: expected a whole number from 1 to 2000',
    })),
    {
      options: { adjustment_interval: '9s' },
      error: 'adjustment_interval: expected a duration from 10s to 1h, got "9s"',
    },
    {
      options: { adjustment_interval: '61m' },
      error: 'adjustment_interval: expected a duration from 10s to 1h, got "61m"',
    },
  ])('refuses $options', ({ options, error }) => {
    expect(issuesOfPolicy(dynamic(options)).errors).toEqual([`dynamic.${error}`]);
  });

  it('takes the limits of its options', () => {
    const most = { goal_sampling_percentage: 100, weight: 1, max_keys: 2000, adjustment_interval: '1h' };
    const least = { goal_sampling_percentage: 0.01, weight: 0.01, max_keys: 1, adjustment_interval: '10s' };
    for (const options of [most, least]) expect(issuesOfPolicy(dynamic(options))).toEqual({ errors: [], warnings: [] });
  });
});
