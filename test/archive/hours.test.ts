import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatUtc, hourOf, hoursBetween, rangeOf } from '../../lib/archive/hours.ts';

describe('formatUtc', () => {
  it.each([
    [0, '1970-01-01 00:00:00.000'],
    [951_782_399_999, '2000-02-28 23:59:59.999'],
    [951_782_400_000, '2000-02-29 00:00:00.000'],
    [1_709_251_199_001, '2024-02-29 23:59:59.001'],
    [1_763_700_000_123, '2025-11-21 04:40:00.123'],
    [-1, '1969-12-31 23:59:59.999'],
  ])('writes %i as %s', (ms, text) => {
    expect(formatUtc(ms)).toBe(text);
  });

  it('agrees with Date over all of OTLP, whose times end in 2554', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_208_988_800_000, max: 18_446_744_073_709 }), (ms) => {
        expect(formatUtc(ms)).toBe(new Date(ms).toISOString().replace('T', ' ').replace('Z', ''));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('hours', () => {
  it('are named by their day and hour', () => {
    expect(hourOf(1_763_700_000_123)).toBe('2025-11-21T04');
  });

  it('follow one another over midnight and leap days', () => {
    expect(hoursBetween('2024-02-29T22', '2024-03-01T02')).toEqual([
      '2024-02-29T22',
      '2024-02-29T23',
      '2024-03-01T00',
      '2024-03-01T01',
    ]);
    expect(hoursBetween('2024-02-29T22', '2024-02-29T22')).toEqual([]);
  });

  it('have a range, whatever their order', () => {
    expect(rangeOf(['2024-03-01T00', '2024-02-29T22', '2024-02-29T23'])).toEqual({
      first: '2024-02-29T22',
      last: '2024-03-01T00',
    });
    expect(rangeOf([])).toBeUndefined();
  });
});
