import { describe, expect, it } from 'vitest';
import { decide } from '../../lib/sampling/decide.ts';
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
const ERRORS = { type: 'status_code', status_code: { status_codes: ['ERROR'] } };
const allOf = (...parts: readonly object[]) => ({
  type: 'and',
  and: { and_sub_policy: parts.map((part, i) => ({ name: `part ${i}`, ...part })) },
});
const HEAD_HALF = 'ot=th:8';

function weigh(policies: readonly object[], traceState: string, options = {}) {
  const trace = traceOf({ traceState, status: 'ERROR' });
  const { outcome, sampleWeight, threshold } = decide(configOf(policies, options), trace, NO_ALLOWANCES);
  return { outcome, sampleWeight, threshold };
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
    { when: 'another hash or R: the promise of R', policies: [BY_HASH, shareByR(25)], weight: 2 / 0.8, threshold: 'c' },
  ])('with a head sampler of 1 in 2, $when', ({ policies, weight, threshold }) => {
    const decided = weigh(policies, HEAD_HALF);
    expect(decided).toMatchObject({ outcome: 'sampled', threshold });
    expect(decided.sampleWeight).toBeCloseTo(weight, 10);
  });

  it('is unknown for what R left over', () => {
    const leftOver = { type: 'not', not: { not_sub_policy: { name: 'share', ...shareByR(12.5) } } };
    expect(weigh([leftOver], HEAD_HALF)).toEqual({ outcome: 'sampled', sampleWeight: null, threshold: null });
  });

  it('never writes a threshold with write_threshold: false', () => {
    const off = { tailgate: { write_threshold: false } };
    expect(weigh([shareByR(25)], HEAD_HALF, off)).toEqual({
      outcome: 'sampled',
      sampleWeight: 4,
      threshold: undefined,
    });
    expect(weigh([BY_HASH], HEAD_HALF, off).threshold).toBeUndefined();
    expect(weigh([BY_HASH], HEAD_HALF, { tailgate: { write_threshold: true } }).threshold).toBeNull();
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
      weight += decide(config, traceOf({ traceState, status: 'ERROR' }), NO_ALLOWANCES).sampleWeight ?? 0;
    }
    expect(weight).toBe(256);
  });
});
