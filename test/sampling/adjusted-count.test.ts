import { describe, expect, it } from 'vitest';
import { evaluatePolicies } from '../../lib/sampling/evaluate-policies.ts';
import type { Allowances } from '../../lib/sampling/limits.ts';
import { traceOf } from '../support/build-trace.ts';
import { NO_ALLOWANCES } from '../support/no-allowances.ts';
import { configOf } from '../support/sampling-config.ts';

// Of the ID 4bf9…a3ce929d0e0e4736 the low 56 bits are ce929d0e0e4736: above c, below d.
const shareByR = (percentage: number) => ({
  type: 'probabilistic',
  probabilistic: { sampling_percentage: percentage, use_tracestate: true },
});
const ALWAYS_SAMPLE = { type: 'always_sample' };
/** Keeps the ID, by its FNV hash (a54533ba2e4970b5 of 2^64: 64.6 %). */
const BY_HASH = { type: 'probabilistic', probabilistic: { sampling_percentage: 80 } };
const share = (percentage: number, salt = '') => ({
  type: 'probabilistic',
  probabilistic: { sampling_percentage: percentage, hash_salt: salt },
});
const other = (percentage: number) => share(percentage, 'custom-salt');
const LIMIT = { type: 'rate_limiting', rate_limiting: { spans_per_second: 1 } };
const DYNAMIC = { type: 'dynamic', dynamic: { key_attributes: ['route'] } };
const FAILING = {
  type: 'ottl_condition',
  ottl_condition: { error_mode: 'propagate', span: ['Int(attributes["none"]) > 1 and ParseJSON("{")["a"] == 1'] },
};
const REST = { name: 'rest', type: 'always_sample' };
const BY_SHARES = {
  type: 'composite',
  composite: { max_total_spans_per_second: 9, composite_sub_policy: [{ name: 'some', ...other(20) }, REST] },
};
const HEALTHY = { type: 'status_code', status_code: { status_codes: ['OK'] } };
const ERRORS = { type: 'status_code', status_code: { status_codes: ['ERROR'] } };
const allOf = (...parts: readonly object[]) => ({
  type: 'and',
  and: { and_sub_policy: parts.map((part, i) => ({ name: `part ${i}`, ...part })) },
});
const notSample = (part: object) => ({ type: 'not', not: { not_sub_policy: { name: 'part', ...part } } });
const dropping = (...parts: readonly object[]) => ({
  type: 'drop',
  drop: { drop_sub_policy: parts.map((part, i) => ({ name: `part ${i}`, ...part })) },
});
const HEAD_HALF = 'ot=th:8';

function countAndThreshold(policies: readonly object[], traceState: string, options = {}) {
  const trace = traceOf({ traceState, status: 'ERROR' });
  const { outcome, adjustedCount, threshold } = evaluatePolicies(configOf(policies, options), trace, NO_ALLOWANCES);
  return { outcome, adjustedCount, threshold };
}

describe('the weight and the threshold of a sampled trace', () => {
  it.each([
    { when: 'sampled for sure', policies: [ALWAYS_SAMPLE], weight: 2, threshold: undefined },
    { when: 'sampled for sure and by chance', policies: [BY_HASH, ERRORS], weight: 2, threshold: undefined },
    { when: 'sampled by R, stricter than the head', policies: [shareByR(25)], weight: 4, threshold: 'c' },
    { when: 'sampled by R, laxer than the head', policies: [shareByR(75)], weight: 2, threshold: '4' },
    { when: 'sampled by R at two shares', policies: [shareByR(25), shareByR(50)], weight: 2, threshold: '8' },
    { when: 'sampled by another hash', policies: [BY_HASH], weight: 2 / 0.8, threshold: null },
    { when: 'a filter and R', policies: [allOf(ERRORS, shareByR(25))], weight: 4, threshold: 'c' },
    { when: 'R twice in one', policies: [allOf(shareByR(50), shareByR(25))], weight: 4, threshold: 'c' },
    { when: 'another hash and R in one', policies: [allOf(BY_HASH, shareByR(25))], weight: 4 / 0.8, threshold: null },
    // 0.8 of the upper half of R, and of the other 0.2 the upper quarter: 0.4 + 0.05
    {
      when: 'another hash or R: the promise of R',
      policies: [BY_HASH, shareByR(25)],
      weight: 1 / 0.45,
      threshold: 'c',
    },
  ])('with a head sampler of 1 in 2, $when', ({ policies, weight, threshold }) => {
    const decided = countAndThreshold(policies, HEAD_HALF);
    expect(decided).toMatchObject({ outcome: 'sampled', threshold });
    expect(decided.adjustedCount).toBeCloseTo(weight, 10);
  });

  it('writes no threshold for what R left over', () => {
    const leftOver = { type: 'not', not: { not_sub_policy: { name: 'share', ...shareByR(12.5) } } };
    // Between the head sampler's T and that of the share: the upper half without the upper eighth.
    expect(countAndThreshold([leftOver], HEAD_HALF)).toEqual({
      outcome: 'sampled',
      adjustedCount: 1 / 0.375,
      threshold: null,
    });
  });

  it('never writes a threshold with write_threshold: false', () => {
    const off = { tailgate: { write_threshold: false } };
    expect(countAndThreshold([shareByR(25)], HEAD_HALF, off)).toEqual({
      outcome: 'sampled',
      adjustedCount: 4,
      threshold: undefined,
    });
    expect(countAndThreshold([BY_HASH], HEAD_HALF, off).threshold).toBeUndefined();
    expect(countAndThreshold([BY_HASH], HEAD_HALF, { tailgate: { write_threshold: true } }).threshold).toBeNull();
  });

  // The hash of the ID is at 64.6 % with the default salt and at 98.7 % with the salt "custom-salt".
  it.each([
    // 1 - 0.5 * 0.6
    { when: '50 % or the 40 % that 60 % of another salt leave', policies: [other(50), notSample(share(60))], p: 0.7 },
    // 1 - 0.2 * 0.5
    { when: 'two salts', policies: [share(80), other(50)], p: 0.9 },
    { when: 'the other salt alone would not have', policies: [share(80), other(20)], p: 0.84 },
    { when: 'two shares of one salt', policies: [share(80), share(70)], p: 0.8 },
    { when: 'a smaller share of one salt would not have', policies: [share(80), share(5)], p: 0.8 },
    // 1 - 0.95 * 0.5
    {
      when: 'a baseline missed and a filter with the rest of 50 %',
      policies: [share(5), allOf(ERRORS, notSample(other(50)))],
      p: 0.525,
    },
    { when: 'the filter of an `and` fails', policies: [share(80), allOf(HEALTHY, other(50))], p: 0.8 },
    { when: 'the filter behind chance would have sampled', policies: [share(80), allOf(other(20), ERRORS)], p: 0.84 },
    { when: 'the filter behind chance fails', policies: [share(80), allOf(other(20), HEALTHY)], p: 0.8 },
    { when: 'a tenth is dropped', policies: [ALWAYS_SAMPLE, dropping(other(10))], p: 0.9 },
    { when: 'a tenth of another filter is dropped', policies: [share(80), dropping(HEALTHY, other(10))], p: 0.8 },
    { when: 'some of the same salt is dropped', policies: [share(80), dropping(share(60))], p: 0.2 },
    { when: 'a tenth of the errors is dropped', policies: [share(80), dropping(other(10), ERRORS)], p: 0.72 },
  ])('is 1 / $p when $when', ({ policies, p }) => {
    const { outcome, adjustedCount } = countAndThreshold(policies, '');
    expect(outcome).toBe('sampled');
    expect(1 / (adjustedCount ?? 0)).toBeCloseTo(p, 12);
  });

  it.each([
    // 1 - 0.2 * 0.5
    { when: 'a share would have sampled it too', policies: [share(80), other(50)], weight: 1 / 0.9 },
    { when: 'a filter would have sampled it anyway', policies: [share(80), ERRORS], weight: 1 },
    { when: 'the filters fail', policies: [share(80), HEALTHY, allOf(other(50), HEALTHY)], weight: 1.25 },
    { when: 'a condition fails to be evaluated', policies: [share(80), FAILING], weight: 1.25 },
    { when: 'a limit would have been asked', policies: [share(80), LIMIT], weight: null },
    {
      when: 'a limit would have been asked behind a filter',
      policies: [share(80), allOf(HEALTHY, LIMIT)],
      weight: 1.25,
    },
    { when: 'a dynamic policy would have been asked', policies: [share(80), DYNAMIC], weight: null },
  ])('counts on policies that sample_on_first_match leaves out: $when', ({ policies, weight }) => {
    const asked: string[] = [];
    const allowances: Allowances = {
      take: () => asked.push('limit') > 0,
      shareOf: () => asked.push('dynamic'),
    };
    const config = configOf(policies, { sample_on_first_match: true });
    const { adjustedCount, votes } = evaluatePolicies(config, traceOf({ status: 'ERROR' }), allowances);
    if (weight === null) expect(adjustedCount).toBeNull();
    else expect(adjustedCount).toBeCloseTo(weight, 12);
    expect(votes).toHaveLength(1);
    expect(asked).toEqual([]);
  });

  it.each([
    { when: 'it let the trace pass', policies: [share(80), LIMIT], isLeft: true, weight: null, asked: 1 },
    { when: 'it let the trace pass, as a filter did', policies: [LIMIT, ERRORS], isLeft: true, weight: 1, asked: 1 },
    { when: 'it refused the trace', policies: [share(80), LIMIT], isLeft: false, weight: 1.25, asked: 1 },
    {
      when: 'chance came before it',
      policies: [share(80), allOf(other(20), LIMIT)],
      isLeft: true,
      weight: null,
      asked: 0,
    },
    {
      when: 'chance chose between two of them',
      policies: [share(80), BY_SHARES],
      isLeft: false,
      weight: null,
      asked: 1,
    },
    {
      when: 'it refused what it was sure to be asked for',
      policies: [share(80), { ...BY_SHARES, composite: { ...BY_SHARES.composite, composite_sub_policy: [REST] } }],
      isLeft: false,
      weight: 1.25,
      asked: 1,
    },
    {
      when: 'it might have dropped the trace',
      policies: [ALWAYS_SAMPLE, dropping(other(20), LIMIT)],
      isLeft: true,
      weight: null,
      asked: 0,
    },
    {
      when: 'its refusal is turned around',
      policies: [share(5), notSample(LIMIT)],
      isLeft: false,
      weight: null,
      asked: 1,
    },
  ])('is $weight with a limit when $when', ({ policies, isLeft, weight, asked }) => {
    let taken = 0;
    const take = () => {
      taken++;
      return isLeft;
    };
    const { adjustedCount } = evaluatePolicies(configOf(policies), traceOf({ status: 'ERROR' }), {
      ...NO_ALLOWANCES,
      take,
    });
    expect([adjustedCount, taken]).toEqual([weight, asked]);
  });

  // 256 traces with R spread evenly, of which a head sampler lets those with R >= T through. However the shares are
  // combined, those that are kept stand for all 256 again.
  it.each([
    { head: '0', policies: [shareByR(25)] },
    { head: '8', policies: [shareByR(25)] },
    { head: 'c', policies: [shareByR(50)] },
    { head: '8', policies: [shareByR(12.5), shareByR(6.25)] },
    { head: '4', policies: [allOf(ERRORS, shareByR(12.5))] },
  ])('adds up to all traces, with head threshold $head: example %#', ({ head, policies }) => {
    const config = configOf(policies);
    let weight = 0;
    for (let k = Number.parseInt(head, 16) << 4; k < 256; k++) {
      const traceState = `ot=rv:${k.toString(16).padStart(2, '0')}000000000000;th:${head}`;
      weight += evaluatePolicies(config, traceOf({ traceState, status: 'ERROR' }), NO_ALLOWANCES).adjustedCount ?? 0;
    }
    expect(weight).toBe(256);
  });
});
