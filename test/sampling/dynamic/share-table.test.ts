import { describe, expect, it } from 'vitest';
import { ShareTable } from '../../../lib/sampling/dynamic/share-table.ts';

function table(averages: Record<string, number>) {
  return new ShareTable(new Map(Object.entries(averages)), {
    key: 'p',
    intervalMs: 60_000,
    goal: 0.1,
    weight: 0.5,
    maxKeys: 2,
  });
}

describe('ShareTable', () => {
  it('has the goal for every key as long as nothing is known', () => {
    expect(table({}).shareOf('a')).toBe(0.1);
    expect(table({}).countedAs('a')).toBe('a');
  });

  it('keeps a new key whole while there is room for it', () => {
    const { shareOf, countedAs } = bound(table({ a: 100 }));
    expect([shareOf('a'), shareOf('b'), countedAs('b')]).toEqual([0.1, 1, 'b']);
  });

  it('has one share for all further keys when it is full', () => {
    const { shareOf, countedAs } = bound(table({ a: 100, b: 100, '*': 100 }));
    expect(countedAs('c')).toBe('*');
    expect(countedAs('a')).toBe('a');
    expect(shareOf('c')).toBe(shareOf('d'));
    expect(shareOf('c')).toBeCloseTo(0.1);
  });

  it('keeps a further key whole when it is full and none has come before', () => {
    const { shareOf, countedAs } = bound(table({ a: 100, b: 100 }));
    expect([shareOf('c'), countedAs('c')]).toEqual([1, '*']);
  });
});

function bound(of: ShareTable) {
  return { shareOf: (key: string) => of.shareOf(key), countedAs: (key: string) => of.countedAs(key) };
}
