import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FleetAllowances } from '../../lib/pipeline/allowances/fleet-allowances.ts';
import { MemoryKeyTables } from '../memory/memory-key-tables.ts';
import { MemoryLimitStore } from '../memory/memory-limit-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

const SAMPLER = { key: 'p', intervalMs: 60_000, goal: 0.1, weight: 0.5, maxKeys: 3 };

describe('deciders that share the tables of a dynamic policy', () => {
  const look = fc.record({
    decider: fc.nat({ max: 4 }),
    key: fc.constantFrom('a', 'a', 'a', 'b', 'c', 'd', 'e'),
    interval: fc.nat({ max: 7 }),
    times: fc.integer({ min: 1, max: 30 }),
    /** Whether the batch ends after it. */
    ends: fc.boolean(),
    /** Whether it runs while the one before is still under way. */
    overlaps: fc.boolean(),
  });

  it('agree on every key of every interval, in whatever order and however late they look', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(look, { maxLength: 40 }), async (looks) => {
        const deps = { limits: new MemoryLimitStore(), keyTables: new MemoryKeyTables(), clock: new ManualClock() };
        const deciders = Array.from({ length: 5 }, () => new FleetAllowances(deps));
        const shares = new Map<string, Set<number>>();
        let running: Promise<void>[] = [];
        for (const { decider, key, interval, times, ends, overlaps } of looks) {
          const fleet = deciders[decider];
          const work = async () => {
            for (let i = 0; i < times; i++) {
              const at = { receivedAtMs: interval * SAMPLER.intervalMs + i, isFirst: true };
              const share = (await fleet?.evaluate((a) => a.shareOf(SAMPLER, key), at))?.answer ?? Number.NaN;
              const name = `${key} in ${interval}`;
              shares.set(name, (shares.get(name) ?? new Set()).add(share));
            }
            if (ends) await fleet?.releaseAll();
          };
          if (!overlaps) {
            await Promise.all(running);
            running = [];
          }
          running.push(work());
        }
        await Promise.all(running);
        for (const answers of shares.values()) expect(answers.size).toBe(1);
      }),
    );
  });
});
