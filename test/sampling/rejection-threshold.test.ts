import { describe, expect, it } from 'vitest';
import {
  ALWAYS,
  adjustedCountAt,
  NEVER,
  parseThreshold,
  thresholdDigits,
  thresholdOf,
} from '../../lib/sampling/probability/threshold.ts';

describe('rejection thresholds', () => {
  // 2^56 - round(p * 2^56), computed with exact fractions outside of this project; p as the nearest double.
  it.each([
    { probability: 1, digits: '0' },
    { probability: 0.5, digits: '8' },
    { probability: 0.25, digits: 'c' },
    { probability: 1 / 3, digits: 'aaaaaaaaaaaaac' },
    { probability: 0.1, digits: 'e6666666666666' },
    { probability: 0.01, digits: 'fd70a3d70a3d71' },
    { probability: 2 ** -56, digits: 'ffffffffffffff' },
  ])('a probability of $probability is th:$digits', ({ probability, digits }) => {
    expect(thresholdDigits(thresholdOf(probability))).toBe(digits);
    expect(adjustedCountAt(thresholdOf(probability)) * probability).toBeCloseTo(1, 10);
  });

  it.each([0, -1, 2 ** -57, Number.NaN])('a probability of %d never keeps', (probability) => {
    expect(thresholdOf(probability)).toBe(NEVER);
  });

  it('a probability above 1 always keeps', () => {
    expect(thresholdOf(1.5)).toBe(ALWAYS);
  });

  it.each(['', 'C', '0x1', '000000000000000'])('"%s" is not a threshold', (digits) => {
    expect(parseThreshold(digits)).toBeUndefined();
  });

  it('digits stand for the highest bits', () => {
    expect(parseThreshold('08')).toBe(0x08000000000000n);
  });
});
