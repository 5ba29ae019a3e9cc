import { describe, expect, it } from 'vitest';
import { evaluatePolicies } from '../../lib/sampling/evaluate-policies.ts';
import type { Evaluation, Policy } from '../../lib/sampling/policy.ts';
import { PolicyEvaluationError } from '../../lib/sampling/policy.ts';
import { EVERY_TRACE } from '../../lib/sampling/policy-summary.ts';
import {
  CERTAIN,
  IMPOSSIBLE,
  intervalProbability,
  SAMPLE_SPACE,
  UNKNOWN,
} from '../../lib/sampling/probability/probability.ts';
import { traceOf } from '../support/build-trace.ts';
import { NO_ALLOWANCES } from '../support/no-allowances.ts';
import { configOf } from '../support/sampling-config.ts';

/** A policy that always says the same; 'error' is a failure. */
function says(name: string, what: Evaluation['vote'] | 'error', rest: Partial<Evaluation> = {}): Policy {
  return {
    name,
    type: 'fake',
    summary: EVERY_TRACE,
    evaluate: () => {
      if (what === 'error') throw new PolicyEvaluationError(`${name} failed`);
      return { vote: what, threshold: 0, sampledWhen: what === 'sampled' ? CERTAIN : IMPOSSIBLE, ...rest };
    },
  };
}

function decideBy(policies: readonly Policy[], sampleOnFirstMatch = false, traceState = '') {
  const config = {
    decisionWaitMs: 0,
    decisionWaitAfterRootReceivedMs: undefined,
    sampleOnFirstMatch,
    fingerprint: '',
    policies,
  };
  return evaluatePolicies(config, traceOf({ traceState }), NO_ALLOWANCES);
}

describe('evaluatePolicies', () => {
  const drops = says('drops', 'dropped');
  const keeps = says('keeps', 'sampled');
  const keepsToo = says('keeps too', 'sampled');
  const passes = says('passes', 'not_sampled');
  const fails = says('fails', 'error');
  const tenth = says('tenth', 'sampled', {
    threshold: 0.9,
    sampledWhen: intervalProbability('hash', 0n, SAMPLE_SPACE / 10n),
  });
  const half = says('half', 'sampled', {
    threshold: 0.5,
    sampledWhen: intervalProbability('hash', 0n, SAMPLE_SPACE / 2n),
  });

  it.each([
    { when: 'any policy drops', policies: [passes, drops, keeps], outcome: 'dropped', policy: 'drops' },
    {
      when: 'two drop: the first signs',
      policies: [drops, says('second', 'dropped')],
      outcome: 'dropped',
      policy: 'drops',
    },
    { when: 'one samples and others do not', policies: [passes, keeps, passes], outcome: 'sampled', policy: 'keeps' },
    {
      when: 'two sample with equal thresholds: the first signs',
      policies: [keeps, keepsToo],
      outcome: 'sampled',
      policy: 'keeps',
    },
    { when: 'two sample: the smaller threshold signs', policies: [tenth, half], outcome: 'sampled', policy: 'half' },
    {
      when: 'a share and a filter sample: the filter signs',
      policies: [tenth, keeps],
      outcome: 'sampled',
      policy: 'keeps',
    },
    { when: 'none samples', policies: [passes, passes], outcome: 'not_sampled', policy: '' },
    { when: 'there is no policy', policies: [], outcome: 'not_sampled', policy: '' },
    { when: 'one fails and one samples', policies: [fails, keeps], outcome: 'sampled', policy: 'keeps' },
    { when: 'all fail', policies: [fails], outcome: 'not_sampled', policy: '' },
  ] as const)('is $outcome when $when', ({ policies, outcome, policy }) => {
    expect(decideBy(policies)).toMatchObject({ outcome, policy });
  });

  it('names the policies that failed, which have no vote', () => {
    expect(decideBy([fails, keeps])).toMatchObject({
      errors: [{ policy: 'fails', message: 'fails failed' }],
      votes: [{ policy: 'keeps', vote: 'sampled' }],
    });
  });

  it('takes what nobody has foreseen for the failure of the policy', () => {
    const broken = {
      ...keeps,
      evaluate: () => {
        throw new TypeError('defect');
      },
    };
    expect(decideBy([broken, keeps])).toMatchObject({
      outcome: 'sampled',
      policy: 'keeps',
      errors: [{ policy: 'keeps', message: 'unexpected error: TypeError: defect' }],
    });
  });

  it('asks every policy, and none after a drop', () => {
    expect(decideBy([keeps, passes, keepsToo]).votes.map(({ policy }) => policy)).toEqual([
      'keeps',
      'passes',
      'keeps too',
    ]);
    expect(decideBy([drops, keeps]).votes).toEqual([{ policy: 'drops', vote: 'dropped' }]);
  });

  it('asks none after the first that samples with sample_on_first_match', () => {
    expect(decideBy([passes, tenth, keeps], true)).toMatchObject({
      policy: 'tenth',
      votes: [{ policy: 'passes' }, { policy: 'tenth' }],
    });
    expect(decideBy([passes, tenth, keeps], true).votes).toHaveLength(2);
  });

  it.each([
    { when: 'a filter kept it', policies: [keeps], weight: 1 },
    { when: 'a share of 10 % kept it', policies: [tenth, passes], weight: 10 },
    { when: 'shares of 10 % and 50 % kept it', policies: [tenth, half], weight: 2 },
    { when: 'a share and a filter kept it', policies: [tenth, keeps], weight: 1 },
    {
      when: 'the probability is not known',
      policies: [says('limit', 'sampled', { sampledWhen: UNKNOWN })],
      weight: null,
    },
    {
      when: 'a limit kept it, and a filter would have for sure',
      policies: [says('limit', 'sampled', { sampledWhen: UNKNOWN }), keeps],
      weight: 1,
    },
    { when: 'it is not sampled', policies: [passes], weight: null },
    { when: 'it is dropped', policies: [drops], weight: null },
  ])('weighs a trace $weight when $when', ({ policies, weight }) => {
    expect(decideBy(policies).adjustedCount).toBe(weight);
  });

  it('multiplies the weight with that of the head sampler, if the own one is known', () => {
    expect(decideBy([tenth], false, 'ot=th:c').adjustedCount).toBe(40);
    expect(decideBy([says('limit', 'sampled', { sampledWhen: UNKNOWN })], false, 'ot=th:c').adjustedCount).toBeNull();
  });

  it('asks drop policies of a configuration first, wherever they stand', () => {
    const config = configOf(
      [
        { type: 'always_sample' },
        { type: 'drop', drop: { drop_sub_policy: [{ type: 'status_code', status_code: { status_codes: ['OK'] } }] } },
      ],
      { sample_on_first_match: true },
    );
    expect(evaluatePolicies(config, traceOf({ status: 'OK' }), NO_ALLOWANCES)).toMatchObject({
      outcome: 'dropped',
      policy: 'p1',
    });
    expect(evaluatePolicies(config, traceOf({}), NO_ALLOWANCES)).toMatchObject({ outcome: 'sampled', policy: 'p0' });
  });
});

describe('maximum_trace_size_bytes', () => {
  // The ResourceSpans of a span with nothing but its IDs: 70 bytes, as the Collector's encoder makes them (test/otlp/otlp-size.test.ts
  // has the 72 of the message around them, of which 2 are its tag and length).
  const SIZE = 70;
  const keepAll = [{ type: 'always_sample' }];

  it.each([
    { max: SIZE - 1, outcome: 'not_sampled' },
    { max: SIZE, outcome: 'sampled' },
    { max: 0, outcome: 'sampled' },
  ])('keeps no trace that is larger: $max', ({ max, outcome }) => {
    const config = configOf(keepAll, { maximum_trace_size_bytes: max });
    expect(evaluatePolicies(config, traceOf({}), NO_ALLOWANCES).outcome).toBe(outcome);
  });

  it('asks no policy about a trace that is larger', () => {
    const config = configOf([{ type: 'drop', drop: { drop_sub_policy: keepAll } }], { maximum_trace_size_bytes: 1 });
    expect(evaluatePolicies(config, traceOf({}), NO_ALLOWANCES)).toMatchObject({
      outcome: 'not_sampled',
      policy: '',
      votes: [],
    });
  });
});
