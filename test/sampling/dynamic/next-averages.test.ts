import { describe, expect, it } from 'vitest';
import { nextAverages } from '../../../lib/sampling/dynamic/share-table.ts';

const SAMPLER = { key: 'p', intervalMs: 60_000, goal: 0.1, weight: 0.5, maxKeys: 10 };

function next(averages: Record<string, number>, counts: Record<string, number>, options: object = {}) {
  const of = (numbers: Record<string, number>) => new Map(Object.entries(numbers));
  return Object.fromEntries(nextAverages(of(averages), of(counts), { ...SAMPLER, ...options }));
}

describe('nextAverages', () => {
  it('moves averages towards the counts by the weight', () => {
    expect(next({ a: 8 }, { a: 4, b: 10 })).toEqual({ a: 6, b: 5 });
    expect(next({ a: 8 }, { a: 4, b: 10 }, { weight: 0.25 })).toEqual({ a: 7, b: 2.5 });
    expect(next({ a: 8 }, { a: 4, b: 10 }, { weight: 1 })).toEqual({ a: 4, b: 10 });
  });

  it('forgets an average below the weight, and not one of a key that has come once', () => {
    expect(next({ a: 0.9, b: 1 }, { c: 1 })).toEqual({ b: 0.5, c: 0.5 });
  });

  it('changes nothing after an interval without traces', () => {
    expect(next({ a: 8, b: 0.5 }, {})).toEqual({ a: 8, b: 0.5 });
  });

  it('adds up what is not among the largest', () => {
    expect(next({}, { a: 2, b: 10, c: 4, d: 6 }, { maxKeys: 2 })).toEqual({ b: 5, d: 3, '*': 3 });
    expect(next({ b: 5, d: 3, '*': 3 }, { '*': 5 }, { maxKeys: 2 })).toEqual({ b: 2.5, d: 1.5, '*': 4 });
    expect(next({ b: 5, d: 3, '*': 0.6 }, { b: 5, d: 1 }, { maxKeys: 2 })).toEqual({ b: 5, d: 2 });
  });

  it('prefers keys in their order where averages are equal', () => {
    expect(next({}, { c: 2, a: 2, b: 2 }, { maxKeys: 2 })).toEqual({ a: 1, b: 1, '*': 1 });
  });
});
