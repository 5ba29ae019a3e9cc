import { describe, expect, it } from 'vitest';
import { FleetAllowances } from '../../lib/pipeline/allowances/fleet-allowances.ts';
import type { KeyTables } from '../../lib/pipeline/ports.ts';
import { MemoryKeyTables } from '../memory/memory-key-tables.ts';
import { MemoryLimitStore } from '../memory/memory-limit-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

const SAMPLER = { key: 'p', intervalMs: 60_000, goal: 0.1, weight: 0.5, maxKeys: 10 };

function setUp() {
  const keyTables = new MemoryKeyTables();
  const fleet = new FleetAllowances({ limits: new MemoryLimitStore(), keyTables, clock: new ManualClock() });
  /** A batch with so many traces of each key. */
  const batch = async (interval: number, counts: Readonly<Record<string, number>>, isFirst = true) => {
    const shares: Record<string, number> = {};
    for (const [key, count] of Object.entries(counts)) {
      for (let i = 0; i < count; i++) {
        const look = { receivedAtMs: (interval + 0.5) * SAMPLER.intervalMs, isFirst };
        shares[key] = (await fleet.evaluate((allowances) => allowances.shareOf(SAMPLER, key), look)).answer;
      }
    }
    await fleet.releaseAll();
    return shares;
  };
  const averages = async (interval: number) => {
    const table = await keyTables.latest(SAMPLER.key, interval);
    return table?.interval === interval ? Object.fromEntries(table.averages) : undefined;
  };
  return { keyTables, fleet, batch, averages };
}

describe('the tables of a dynamic policy', () => {
  it('know the counts up to the interval before the last', async () => {
    const { batch, averages } = setUp();
    expect(await batch(10, { a: 100, b: 2 })).toEqual({ a: 0.1, b: 0.1 });
    expect(await batch(11, { a: 50 })).toEqual({ a: 0.1 });
    // 10.1 are 10 % of 50 + 1: b has its 1, a has 5.1 … and what b cannot use, because a comes first: nothing.
    expect(await batch(12, { a: 20, b: 1, c: 1 })).toEqual({ a: expect.closeTo(5.1 / 50), b: 1, c: 1 });
    expect(await averages(10)).toEqual({});
    expect(await averages(11)).toEqual({});
    expect(await averages(12)).toEqual({ a: 50, b: 1 });
    await batch(13, { a: 1 });
    expect(await averages(13)).toEqual({ a: 50, b: 0.5 });
    await batch(14, { a: 1 });
    expect(await averages(14)).toEqual({ a: 35, b: 0.75, c: 0.5 });
  });

  it('miss no interval after a pause, and take none twice', async () => {
    const { batch, averages } = setUp();
    await batch(10, { a: 100 });
    await batch(11, { a: 60 });
    await batch(20, { a: 1 });
    // 100 / 2 = 50, then (60 + 50) / 2.
    expect(await averages(20)).toEqual({ a: 55 });
    await batch(21, { a: 1 });
    expect(await averages(21)).toEqual({ a: 55 });
    await batch(22, { a: 1 });
    expect(await averages(22)).toEqual({ a: 28 });
  });

  it('count a trace at its first look only', async () => {
    const { batch, averages } = setUp();
    await batch(10, { a: 4 });
    await batch(10, { a: 100 }, false);
    await batch(12, { a: 1 });
    expect(await averages(12)).toEqual({ a: 2 });
  });

  it('count a trace whose decision another decider made', async () => {
    const { fleet, keyTables } = setUp();
    const look = { receivedAtMs: 600_000, isFirst: true };
    (await fleet.evaluate((allowances) => allowances.shareOf(SAMPLER, 'a'), look)).budget.rollback();
    await fleet.releaseAll();
    expect(await keyTables.counts(SAMPLER.key, 10)).toEqual(new Map([['a', 1]]));
  });

  it('are those of the decider that was first, also for one that has counted on others', async () => {
    const { batch, keyTables } = setUp();
    await batch(10, { a: 100, b: 100 });
    await batch(11, {});
    const look = { receivedAtMs: 12 * SAMPLER.intervalMs, isFirst: false };
    const shareOfA = async (tables: KeyTables) => {
      const fleet = new FleetAllowances({
        limits: new MemoryLimitStore(),
        keyTables: tables,
        clock: new ManualClock(),
      });
      return (await fleet.evaluate((allowances) => allowances.shareOf(SAMPLER, 'a'), look)).answer;
    };
    let first: number | undefined;
    const overtaken: KeyTables = {
      latest: (...which) => keyTables.latest(...which),
      counts: (...which) => keyTables.counts(...which),
      count: (...counts) => keyTables.count(...counts),
      putIfAbsent: async (...table) => {
        await keyTables.count(SAMPLER.key, 10, new Map([['a', 10_000]]));
        first = await shareOfA(keyTables);
        return keyTables.putIfAbsent(...table);
      },
    };
    const second = await shareOfA(overtaken);
    expect(first).toBeDefined();
    expect(second).toBe(first);
    expect(second).toBeLessThan(0.1);
  });

  it('are read once per interval and decider', async () => {
    const { keyTables, batch } = setUp();
    let reads = 0;
    const latest = keyTables.latest.bind(keyTables);
    keyTables.latest = (...which) => {
      reads += 1;
      return latest(...which);
    };
    await batch(10, { a: 20, b: 20 });
    await batch(10, { a: 20 });
    expect(reads).toBe(1);
  });

  it('decide on without counts that cannot be handed in', async () => {
    const { keyTables, batch } = setUp();
    keyTables.count = () => Promise.reject(new Error('the store is down'));
    expect(await batch(10, { a: 1 })).toEqual({ a: 0.1 });
  });
});
