import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashThreshold } from '../../lib/sampling/probability/trace-id-hash.ts';

const MAX = 2n ** 64n - 1n;

/** The same rounding by search instead of by bits: the number with 64 significant bits nearest to n / d, ties to even. */
function roundedQuotient(numerator: bigint, denominator: bigint): bigint {
  let scaled = numerator;
  let scale = denominator;
  while (scaled / scale >= 2n ** 64n) scale *= 2n;
  while (scaled / scale < 2n ** 63n) scaled *= 2n;
  let significand = scaled / scale;
  const rest = scaled - significand * scale;
  if (2n * rest > scale || (2n * rest === scale && significand % 2n === 1n)) significand += 1n;
  // The value is significand * (numerator / denominator) / (scaled / scale).
  return (significand * numerator * scale) / (denominator * scaled);
}

describe('hashThreshold', () => {
  // Computed outside of this project, with exact fractions.
  it.each([
    { percentage: 50, threshold: 0x7fffffffffffffffn },
    { percentage: 75, threshold: 0xbfffffffffffffffn },
    { percentage: 20, threshold: 0x33333333333333ffn },
    { percentage: 33, threshold: 0x547ae147ae147bffn },
    { percentage: 5, threshold: 0x0cccccccccccccffn },
    { percentage: 10, threshold: 0x19999999999999ffn },
    { percentage: 88, threshold: 0xe147ae147ae147ffn },
    { percentage: 89, threshold: 0xe3d70a3d70a3d7ffn },
    { percentage: 0.1, threshold: 18446744073709551n },
    { percentage: 1, threshold: 184467440737095519n },
    { percentage: 99.9, threshold: 18428297329635844095n },
    { percentage: 100, threshold: MAX },
    { percentage: 150, threshold: MAX },
    { percentage: 0, threshold: 0n },
    { percentage: -50, threshold: 0n },
  ])('is $threshold for $percentage %', ({ percentage, threshold }) => {
    expect(hashThreshold(percentage / 100)).toBe(threshold);
  });

  it('equals the exact product, rounded to 64 bits as the Collector does and then down', () => {
    const ratios = fc.oneof(
      fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true }),
      fc.integer({ min: 1, max: 9999 }).map((n) => n / 10000),
    );
    fc.assert(
      fc.property(ratios, (ratio) => {
        // ratio = mantissa / 2^1074, exactly: every double is a multiple of the smallest one.
        let numerator = ratio;
        let shift = 0n;
        while (!Number.isInteger(numerator)) {
          numerator *= 2;
          shift += 1n;
        }
        expect(hashThreshold(ratio)).toBe(roundedQuotient(MAX * BigInt(numerator), 2n ** shift));
      }),
    );
  });
});
