import { describe, expect, it } from 'vitest';
import { evaluatePolicies } from '../../../lib/sampling/evaluate-policies.ts';
import { REFUSED, UNKNOWN } from '../../../lib/sampling/probability/probability.ts';
import { LocalAllowances } from '../../memory/local-allowances.ts';
import { traceOf } from '../../support/build-trace.ts';
import { NO_ALLOWANCES } from '../../support/no-allowances.ts';
import { configOf, issuesOfPolicy, policyOf } from '../../support/sampling-config.ts';

function rateLimiting(spansPerSecond: number | bigint, burstCapacity?: number) {
  const burst = burstCapacity === undefined ? {} : { burst_capacity: burstCapacity };
  return { type: 'rate_limiting', rate_limiting: { spans_per_second: spansPerSecond, ...burst } };
}

function traceOfSpans(count: number) {
  return traceOf(...Array.from({ length: count }, () => ({})));
}

function standingStill() {
  return new LocalAllowances(() => 1_795_262_400_000);
}

describe('rate_limiting', () => {
  it.each([
    { what: 'twice the rate at once by default', policy: rateLimiting(5), counts: [11, 6, 5, 4, 1], passes: [6, 4] },
    { what: 'its burst at once', policy: rateLimiting(5, 3), counts: [4, 2, 2, 1, 1], passes: [2, 1] },
    { what: 'nothing at a rate of 0', policy: rateLimiting(0), counts: [1], passes: [] },
    { what: 'its burst also at a rate of 0', policy: rateLimiting(0, 2), counts: [1, 1, 1], passes: [1, 1] },
    { what: 'nothing at a negative rate', policy: rateLimiting(-5), counts: [1], passes: [] },
    {
      what: 'nothing when twice the rate is no int64',
      policy: rateLimiting(2n ** 62n),
      counts: [1],
      passes: [],
    },
  ])('lets $what pass', ({ policy, counts, passes }) => {
    const { evaluate } = policyOf(policy);
    const allowances = standingStill();
    const passed = counts.filter((count) => evaluate(traceOfSpans(count), allowances).vote === 'sampled');
    expect(passed).toEqual(passes);
  });

  it('does not know for how many traces one stands', () => {
    const { evaluate } = policyOf(rateLimiting(5));
    expect(evaluate(traceOf({}), standingStill())).toEqual({ vote: 'sampled', threshold: 0, sampledWhen: UNKNOWN });
    expect(evaluate(traceOf({}), NO_ALLOWANCES).sampledWhen).toBe(REFUSED);
  });

  it('takes tokens for a trace that another policy keeps anyway', () => {
    const config = configOf([{ type: 'always_sample' }, rateLimiting(1, 2)]);
    const allowances = standingStill();
    const votes = [2, 1].map((count) => evaluatePolicies(config, traceOfSpans(count), allowances).votes.at(-1)?.vote);
    expect(votes).toEqual(['sampled', 'not_sampled']);
  });

  it('takes none with sample_on_first_match when another policy comes first', () => {
    const config = configOf([{ type: 'status_code', status_code: { status_codes: ['ERROR'] } }, rateLimiting(1, 2)], {
      sample_on_first_match: true,
    });
    const allowances = standingStill();
    expect(evaluatePolicies(config, traceOf({ status: 'ERROR' }, {}), allowances).policy).toBe('p0');
    expect(evaluatePolicies(config, traceOf({}, {}), allowances).policy).toBe('p1');
  });

  it('takes none for a trace that is dropped', () => {
    const isError = { type: 'status_code', status_code: { status_codes: ['ERROR'] } };
    const config = configOf([rateLimiting(1, 2), { type: 'drop', drop: { drop_sub_policy: [isError] } }]);
    const allowances = standingStill();
    expect(evaluatePolicies(config, traceOf({ status: 'ERROR' }, {}), allowances).outcome).toBe('dropped');
    expect(evaluatePolicies(config, traceOf({}, {}), allowances).outcome).toBe('sampled');
  });

  it('takes tokens inside `and` only when it is asked', () => {
    const isError = { type: 'status_code', status_code: { status_codes: ['ERROR'] } };
    const and = (...parts: object[]) => policyOf({ type: 'and', and: { and_sub_policy: parts } });
    const limitLast = standingStill();
    const filterFirst = and(isError, rateLimiting(1, 1));
    expect(filterFirst.evaluate(traceOf({}), limitLast).vote).toBe('not_sampled');
    expect(filterFirst.evaluate(traceOf({ status: 'ERROR' }), limitLast)).toMatchObject({
      vote: 'sampled',
      sampledWhen: UNKNOWN,
    });
    const limitFirst = standingStill();
    const filterLast = and(rateLimiting(1, 1), isError);
    expect(filterLast.evaluate(traceOf({}), limitFirst).vote).toBe('not_sampled');
    expect(filterLast.evaluate(traceOf({ status: 'ERROR' }), limitFirst).vote).toBe('not_sampled');
  });

  it('works inside `not`', () => {
    const { evaluate } = policyOf({ type: 'not', not: { not_sub_policy: rateLimiting(1, 1) } });
    const allowances = standingStill();
    expect([1, 1].map((count) => evaluate(traceOfSpans(count), allowances).vote)).toEqual(['not_sampled', 'sampled']);
  });

  it('shares its tokens with no other policy, wherever it stands', () => {
    const limit = rateLimiting(1, 1);
    const config = configOf([
      { name: 'a', ...limit },
      { name: 'a/0', ...limit },
      { name: 'b', type: 'and', and: { and_sub_policy: [limit, limit] } },
      { name: 'b/0', ...limit },
      { name: 'b%2F0', ...limit },
      { name: 'b#rate#1', ...limit },
      { name: 'c', type: 'not', not: { not_sub_policy: limit } },
    ]);
    const { votes } = evaluatePolicies(config, traceOf({}), standingStill());
    expect(votes.map(({ vote }) => vote)).toEqual([...Array(6).fill('sampled'), 'not_sampled']);
  });

  it.each([
    { policy: rateLimiting(0), warnings: ['rate_limiting.spans_per_second: leaves no budget: keeps no trace'] },
    {
      policy: rateLimiting(0, 3),
      warnings: ['rate_limiting.spans_per_second: is not above 0: only 3 spans pass, once'],
    },
    { policy: rateLimiting(10), warnings: [] },
  ])('warns of a budget that is not one: $warnings', ({ policy, warnings }) => {
    expect(issuesOfPolicy(policy)).toEqual({ errors: [], warnings });
  });
});
