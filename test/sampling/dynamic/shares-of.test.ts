import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharesOf } from '../../../lib/sampling/dynamic/share-table.ts';

/** The number that is kept of each key, rounded to 6 digits. */
function kept(averages: Readonly<Record<string, number>>, goal: number): Record<string, number> {
  const shares = sharesOf(new Map(Object.entries(averages)), goal);
  return Object.fromEntries(
    Object.entries(averages).map(([key, n]) => [key, Number(((shares.get(key) ?? Number.NaN) * n).toFixed(6))]),
  );
}

describe('sharesOf', () => {
  // Goal 111.1 of 1111, logarithms 0 + 1 + 2 + 3: 18.516667 for each power of ten.
  it.each([
    // b needs 10 of its 18.516667; half of the other 8.516667 goes to c, half to d.
    { averages: { a: 1, b: 10, c: 100, d: 1000 }, keeps: { a: 1, b: 10, c: 41.291667, d: 59.808333 } },
    // Those who come before a rare key get nothing of what it leaves.
    { averages: { a: 1000, b: 100, c: 10, d: 1 }, keeps: { a: 55.55, b: 37.033333, c: 10, d: 1 } },
  ])('deals the goal out by logarithms, and what is left over to the keys after: $averages', ({ averages, keeps }) => {
    expect(kept(averages, 0.1)).toEqual(keeps);
  });

  it('keeps the goal of a single key', () => {
    expect(kept({ a: 1000 }, 0.1)).toEqual({ a: 100 });
  });

  it('keeps one of a common key at least, where the goal is less', () => {
    expect(kept({ a: 50, b: 50 }, 0.001)).toEqual({ a: 1, b: 1 });
  });

  it('keeps keys whole that come once or less', () => {
    expect(kept({ a: 1, b: 0.5 }, 0.1)).toEqual({ a: 1, b: 0.5 });
  });

  it('keeps everything at a goal of everything', () => {
    expect(kept({ a: 10, b: 10 }, 1)).toEqual({ a: 10, b: 10 });
  });

  it('keeps no more than the goal and one of each key, whatever the averages and their order', () => {
    const averages = fc.dictionary(fc.nat({ max: 999 }).map(String), fc.double({ min: 0.5, max: 1e9, noNaN: true }));
    fc.assert(
      fc.property(averages, fc.double({ min: 0.001, max: 1, noNaN: true }), (entries, goal) => {
        const all = Object.entries(entries);
        const shares = sharesOf(new Map(all), goal);
        const reversed = sharesOf(new Map(all.toReversed()), goal);
        let [sum, most] = [0, 0];
        for (const [key, average] of all) {
          const share = shares.get(key) ?? Number.NaN;
          expect(share).toBeGreaterThan(0);
          expect(share).toBeLessThanOrEqual(1);
          expect(reversed.get(key)).toBe(share);
          sum += share * Math.max(1, average);
          most += goal * Math.max(1, average) + 1;
        }
        expect(sum).toBeLessThanOrEqual(most * (1 + 1e-9));
      }),
    );
  });
});
