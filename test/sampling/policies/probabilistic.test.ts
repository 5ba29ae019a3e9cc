import { describe, expect, it } from 'vitest';
import { evaluatePolicies } from '../../../lib/sampling/evaluate-policies.ts';
import { buildTrace, traceOf } from '../../support/build-trace.ts';
import { NO_ALLOWANCES } from '../../support/no-allowances.ts';
import { configOf, issuesOfPolicy, policyOf } from '../../support/sampling-config.ts';

const probabilistic = (percentage: number, salt?: string) => ({
  type: 'probabilistic',
  probabilistic: { sampling_percentage: percentage, ...(salt !== undefined && { hash_salt: salt }) },
});

describe('probabilistic', () => {
  // Computed outside of this project, with exact fractions.
  it.each([
    { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', salt: '', percentage: 50, vote: 'not_sampled' },
    { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', salt: '', percentage: 75, vote: 'sampled' },
    { traceId: '0af7651916cd43dd8448eb211c80319c', salt: '', percentage: 20, vote: 'not_sampled' },
    { traceId: '0af7651916cd43dd8448eb211c80319c', salt: '', percentage: 25, vote: 'sampled' },
    { traceId: '0af7651916cd43dd8448eb211c80319c', salt: 'custom-salt', percentage: 25, vote: 'not_sampled' },
    { traceId: '5b8efff798038103d269b633813fc60c', salt: 'test-salt', percentage: 33, vote: 'sampled' },
    { traceId: '0102030405060708090a0b0c0d0e0f10', salt: 'test-salt', percentage: 5, vote: 'sampled' },
    { traceId: '0102030405060708090a0b0c0d0e0f10', salt: '', percentage: 50, vote: 'not_sampled' },
    { traceId: 'ffffffffffffffffffffffffffffffff', salt: '', percentage: 10, vote: 'sampled' },
    { traceId: '00000000000000000000000000000000', salt: '', percentage: 88, vote: 'not_sampled' },
    { traceId: '00000000000000000000000000000000', salt: '', percentage: 89, vote: 'sampled' },
  ])('votes $vote on $traceId at $percentage % with salt "$salt"', ({ traceId, salt, percentage, vote }) => {
    const trace = buildTrace([[{ spans: [{}] }]], traceId);
    expect(policyOf(probabilistic(percentage, salt)).evaluate(trace).vote).toBe(vote);
  });

  it('takes no salt and the empty salt for the default one', () => {
    const policies = [probabilistic(50), probabilistic(50, ''), probabilistic(50, 'default-hash-seed')];
    const [first, ...others] = policies.map((policy) => policyOf(policy).evaluate(traceOf({})));
    for (const other of others) expect(other).toEqual(first);
  });

  it.each([
    { percentage: 5, threshold: 0.95, weight: 20 },
    { percentage: 12.5, threshold: 0.875, weight: 8 },
    { percentage: 100, threshold: 0, weight: 1 },
    { percentage: 150, threshold: 0, weight: 1 },
  ])('lets a trace kept at $percentage % stand for $weight', ({ percentage, threshold, weight }) => {
    // Its hash with this salt is the smallest of the vectors above: 3.5 %.
    const trace = buildTrace([[{ spans: [{}] }]], '0102030405060708090a0b0c0d0e0f10');
    const policy = probabilistic(percentage, 'test-salt');
    expect(policyOf(policy).evaluate(trace)).toMatchObject({ vote: 'sampled', threshold });
    expect(evaluatePolicies(configOf([policy]), trace, NO_ALLOWANCES).adjustedCount).toBe(weight);
  });

  it.each([
    { percentage: 0, warning: 'is not above 0: keeps no trace' },
    { percentage: -50, warning: 'is not above 0: keeps no trace' },
    { percentage: 101, warning: 'is above 100: keeps every trace' },
  ])('warns about $percentage %, and takes it as the Collector does', ({ percentage, warning }) => {
    expect(issuesOfPolicy(probabilistic(percentage)).warnings).toEqual([
      `probabilistic.sampling_percentage: ${warning}`,
    ]);
    expect(policyOf(probabilistic(percentage)).evaluate(traceOf({})).vote).toBe(
      percentage > 0 ? 'sampled' : 'not_sampled',
    );
  });

  it.each([{ text: '.nan' }, { text: '.inf' }, { text: '"5"' }])('refuses $text as a percentage', ({ text }) => {
    const value = text === '.nan' ? Number.NaN : text === '.inf' ? Number.POSITIVE_INFINITY : '5';
    const { errors } = issuesOfPolicy({ type: 'probabilistic', probabilistic: { sampling_percentage: value } });
    expect(errors).toEqual([expect.stringMatching(/^probabilistic\.sampling_percentage: expected a number, got/)]);
  });
});

describe('probabilistic with use_tracestate', () => {
  const byR = (percentage: number) => ({
    type: 'probabilistic',
    probabilistic: { sampling_percentage: percentage, use_tracestate: true },
  });

  // R is that of the first rv, or the low 56 bits of the ID 4bf9…a3ce929d0e0e4736; 25 % are R >= c0000000000000.
  it.each([
    { traceStates: ['ot=rv:c0000000000000'], vote: 'sampled' },
    { traceStates: ['ot=rv:bfffffffffffff'], vote: 'not_sampled' },
    { traceStates: ['', 'a=1,ot=th:0;rv:bfffffffffffff', 'ot=rv:ffffffffffffff'], vote: 'not_sampled' },
    { traceStates: ['ot=th:0'], vote: 'sampled' },
    { traceStates: ['ot=th:f'], vote: 'sampled' },
  ])('keeps 25 % by the randomness of $traceStates: $vote', ({ traceStates, vote }) => {
    const trace = traceOf(...traceStates.map((traceState) => ({ traceState })));
    expect(policyOf(byR(25)).evaluate(trace).vote).toBe(vote);
  });

  // The FNV hash of the ID is a5… of ff…: not among 60 %, though R is; among 70 %.
  it.each(['', 'a=1', 'ot=x:1', 'ot=rv:c,ot=th:c', 'ot=rv:c0'])(
    'goes by the hash of the trace ID without randomness in "%s"',
    (traceState) => {
      const trace = traceOf({ traceState });
      for (const percentage of [60, 70]) {
        expect(policyOf(byR(percentage)).evaluate(trace)).toEqual(policyOf(probabilistic(percentage)).evaluate(trace));
      }
      expect(policyOf(byR(60)).evaluate(trace).vote).toBe('not_sampled');
    },
  );

  it.each([
    { percentage: 0, vote: 'not_sampled' },
    { percentage: 100, vote: 'sampled' },
  ])('keeps all or nothing at $percentage %', ({ percentage, vote }) => {
    for (const traceState of ['ot=rv:00000000000000', 'ot=rv:ffffffffffffff']) {
      expect(policyOf(byR(percentage)).evaluate(traceOf({ traceState })).vote).toBe(vote);
    }
  });
});
