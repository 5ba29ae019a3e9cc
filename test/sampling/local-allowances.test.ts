import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Limit } from '../../lib/sampling/limits.ts';
import { LocalAllowances } from '../memory/local-allowances.ts';

const START_MS = Date.UTC(2026, 10, 21, 12);

function rate(perSecond: number, burst: number, key = 'a'): Limit {
  return { kind: 'rate', key, perSecond, burst };
}

function second(perSecond: number, key = 'a'): Limit {
  return { kind: 'second', key, perSecond };
}

/** What a limit answers to costs at times, in milliseconds from the start. */
function answers(limit: Limit, asked: readonly (readonly [atMs: number, cost: number])[]): boolean[] {
  let nowMs = START_MS;
  const allowances = new LocalAllowances(() => nowMs);
  return asked.map(([atMs, cost]) => {
    nowMs = START_MS + atMs;
    return allowances.take(limit, cost);
  });
}

describe('a rate limit', () => {
  it('is a token bucket that starts full and refills all the time', () => {
    // Computed by hand from the rules of golang.org/x/time/rate, 10 per second, burst 20.
    const run = [
      { atMs: 0, cost: 21, passes: false },
      { atMs: 0, cost: 15, passes: true },
      { atMs: 0, cost: 6, passes: false },
      { atMs: 0, cost: 5, passes: true },
      { atMs: 100, cost: 2, passes: false },
      { atMs: 200, cost: 2, passes: true },
      { atMs: 1200, cost: 10, passes: true },
      { atMs: 5000, cost: 20, passes: true },
      { atMs: 5000, cost: 1, passes: false },
    ];
    const asked = run.map(({ atMs, cost }) => [atMs, cost] as const);
    expect(answers(rate(10, 20), asked)).toEqual(run.map(({ passes }) => passes));
  });

  it('never refills at a rate of 0', () => {
    const asked = [
      [0, 3],
      [0, 3],
      [86_400_000, 3],
      [86_400_000, 2],
    ] as const;
    expect(answers(rate(0, 5), asked)).toEqual([true, false, false, true]);
  });

  it('takes nothing for what does not pass', () => {
    const asked = [
      [0, 6],
      [0, 4],
      [0, 5],
      [0, 1],
    ] as const;
    expect(answers(rate(1, 5), asked)).toEqual([false, true, false, true]);
  });

  it('lets a shortfall pass that less than a nanosecond makes up', () => {
    // At 4e9 per second a nanosecond is worth 4: a shortfall of 3 passes, one of 4 does not.
    const asked = [
      [0, 10],
      [0, 3],
      [0, 1],
    ] as const;
    expect(answers(rate(4e9, 10), asked)).toEqual([true, true, false]);
  });

  it('goes on where it was when the clock goes back', () => {
    const asked = [
      [1000, 20],
      [0, 1],
      [1000, 1],
      [1100, 1],
    ] as const;
    expect(answers(rate(10, 20), asked)).toEqual([true, false, false, true]);
  });

  it('admits at most the burst and the refill, over any stretch of time', () => {
    const requests = fc.array(fc.tuple(fc.nat({ max: 700 }), fc.integer({ min: 1, max: 40 })), { maxLength: 60 });
    fc.assert(
      fc.property(requests, fc.nat({ max: 100 }), fc.nat({ max: 60 }), (steps, perSecond, burst) => {
        let atMs = 0;
        const asked = steps.map(([afterMs, cost]) => {
          atMs += afterMs;
          return [atMs, cost] as const;
        });
        const passed = answers(rate(perSecond, burst), asked).map((passes, i) => ({
          atMs: asked[i]?.[0] ?? 0,
          cost: passes ? (asked[i]?.[1] ?? 0) : 0,
        }));
        for (const [from, first] of passed.entries()) {
          let sum = 0;
          for (const { atMs: untilMs, cost } of passed.slice(from)) {
            sum += cost;
            expect(sum * 1000).toBeLessThanOrEqual(burst * 1000 + perSecond * (untilMs - first.atMs));
          }
        }
      }),
    );
  });
});

describe('a limit for each second', () => {
  it('starts again at every second of Unix time', () => {
    const asked = [
      [900, 3],
      [900, 3],
      [900, 2],
      [999, 1],
      [1000, 5],
      [1999, 1],
    ] as const;
    expect(answers(second(5), asked)).toEqual([true, false, true, false, true, false]);
  });
});

describe('limits with different keys', () => {
  it('do not touch each other', () => {
    const allowances = new LocalAllowances(() => START_MS);
    expect(allowances.take(rate(1, 5, 'a'), 5)).toBe(true);
    expect(allowances.take(rate(1, 5, 'b'), 5)).toBe(true);
    expect(allowances.take(second(5, 'c'), 5)).toBe(true);
    expect(allowances.take(rate(1, 5, 'a'), 1)).toBe(false);
  });
});
