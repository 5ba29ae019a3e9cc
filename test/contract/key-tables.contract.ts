import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { KeyTables } from '../../lib/pipeline/ports.ts';

/** What ports.ts promises of key tables. `create` may share storage between cases: each has a sampler of its own. */
export function describeKeyTables(name: string, create: () => KeyTables): void {
  describe(`${name} as key tables`, () => {
    it('has nothing at first', async () => {
      const [store, sampler] = [create(), randomUUID()];
      expect(await store.latest(sampler, 5)).toBeUndefined();
      expect(await store.counts(sampler, 5)).toEqual(new Map());
    });

    it('finds the table of an interval, else the last one before it', async () => {
      const [store, sampler] = [create(), randomUUID()];
      for (const interval of [9, 100, 11]) await store.putIfAbsent(sampler, table(interval, interval + 0.5));
      await store.putIfAbsent(`${sampler}#1`, table(50, 1));
      await store.putIfAbsent(`${sampler}0`, table(60, 1));
      expect(await store.latest(sampler, 8)).toBeUndefined();
      expect(await store.latest(sampler, 9)).toEqual(table(9, 9.5));
      expect(await store.latest(sampler, 10)).toEqual(table(9, 9.5));
      expect(await store.latest(sampler, 99)).toEqual(table(11, 11.5));
      expect(await store.latest(sampler, 1000)).toEqual(table(100, 100.5));
    });

    it('gives back numbers and keys as they were', async () => {
      const [store, sampler] = [create(), randomUUID()];
      const averages = new Map([
        ['00000000', 0.1 + 0.2],
        ['*', 123456789.12345679],
        ['ffffffff', 0.010000000000000002],
      ]);
      await store.putIfAbsent(sampler, { interval: 1, averages });
      expect(await store.latest(sampler, 1)).toEqual({ interval: 1, averages });
      await store.putIfAbsent(sampler, { interval: 2, averages: new Map() });
      expect(await store.latest(sampler, 2)).toEqual({ interval: 2, averages: new Map() });
    });

    it('keeps the first table of an interval, and says which that is', async () => {
      const [store, sampler] = [create(), randomUUID()];
      expect(await store.putIfAbsent(sampler, table(3, 1))).toEqual(table(3, 1));
      expect(await store.putIfAbsent(sampler, table(3, 2))).toEqual(table(3, 1));
      expect(await store.latest(sampler, 3)).toEqual(table(3, 1));
    });

    it('gives all who put at once the same table', async () => {
      const [store, sampler] = [create(), randomUUID()];
      const stored = await Promise.all(
        Array.from({ length: 10 }, (_, i) => store.putIfAbsent(sampler, table(3, i + 1))),
      );
      for (const one of stored) expect(one).toEqual(stored[0]);
    });

    it('adds up counts by interval', async () => {
      const [store, sampler] = [create(), randomUUID()];
      await Promise.all(
        Array.from({ length: 20 }, () => store.count(sampler, 7, new Map(Object.entries({ a: 1, '*': 3 })))),
      );
      await store.count(sampler, 7, new Map([['b', 5]]));
      await store.count(sampler, 8, new Map([['a', 9]]));
      await store.count(sampler, 70, new Map([['a', 9]]));
      expect(await store.counts(sampler, 7)).toEqual(new Map(Object.entries({ a: 20, '*': 60, b: 5 })));
    });

    it('counts many keys at once', async () => {
      const [store, sampler] = [create(), randomUUID()];
      const counts = new Map(Array.from({ length: 250 }, (_, i) => [i.toString(16).padStart(8, '0'), i + 1]));
      await store.count(sampler, 7, counts);
      expect(await store.counts(sampler, 7)).toEqual(counts);
    });
  });
}

function table(interval: number, average: number) {
  return { interval, averages: new Map([['0a1b2c3d', average]]) };
}
