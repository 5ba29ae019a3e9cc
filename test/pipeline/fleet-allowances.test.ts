import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FleetAllowances } from '../../lib/pipeline/allowances/fleet-allowances.ts';
import type { LimitStore } from '../../lib/pipeline/ports.ts';
import { UnavailableError } from '../../lib/pipeline/ports.ts';
import type { Allowances, Limit } from '../../lib/sampling/limits.ts';
import { bucketOf } from '../../lib/sampling/limits.ts';
import { LocalAllowances } from '../memory/local-allowances.ts';
import { MemoryKeyTables } from '../memory/memory-key-tables.ts';
import { MemoryLimitStore } from '../memory/memory-limit-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** No limit asks about it. */
const LOOK = { receivedAtMs: 0, isFirst: true };

function rate(perSecond: number, burst: number, key = 'a'): Limit {
  return { kind: 'rate', key, perSecond, burst };
}

function setUp(store: LimitStore = new MemoryLimitStore()) {
  const clock = new ManualClock();
  const calls = { leases: 0, givenBack: 0 };
  const counted: LimitStore = {
    lease: (...lease) => {
      calls.leases += 1;
      return store.lease(...lease);
    },
    release: (bucket, tokens) => {
      calls.givenBack += tokens;
      return store.release(bucket, tokens);
    },
  };
  const decider = () => new FleetAllowances({ limits: counted, keyTables: new MemoryKeyTables(), clock });
  return { clock, store, calls, decider };
}

async function take(allowances: FleetAllowances, limit: Limit, cost: number): Promise<boolean> {
  return (await allowances.evaluate((draft) => draft.take(limit, cost), LOOK)).answer;
}

describe('FleetAllowances, one decider', () => {
  const limits = [
    rate(100, 30),
    rate(7, 20, 'b'),
    rate(0, 12, 'c'),
    { kind: 'second', key: 'd', perSecond: 15 } as const,
  ];
  const limit = fc.constantFrom(...limits);
  const asked = fc.array(fc.tuple(limit, fc.integer({ min: 1, max: 34 })), { minLength: 1, maxLength: 3 });
  // Refill counts in steps of 100 ms after a refusal: between them the shared bucket is asked a little later than it could be.
  const pause = fc.nat({ max: 20 }).map((steps) => steps * 100);
  const runs = fc.array(fc.tuple(asked, fc.option(pause, { freq: 2, nil: 0 }), fc.boolean()), { maxLength: 25 });

  it('answers as if the limits were its own, when time stands still', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async (steps) => {
        const { clock, decider } = setUp();
        const [fleet, local] = [decider(), new LocalAllowances(() => clock.now())];
        for (const [takes, , isEndOfBatch] of steps) {
          const ask = (allowances: Allowances) => takes.map(([from, cost]) => allowances.take(from, cost));
          expect((await fleet.evaluate(ask, LOOK)).answer).toEqual(ask(local));
          if (isEndOfBatch) await fleet.releaseAll();
        }
      }),
    );
  });

  it('answers as if the limits were its own, when each trace is a batch', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async (steps) => {
        const { clock, decider } = setUp();
        const [fleet, local] = [decider(), new LocalAllowances(() => clock.now())];
        for (const [takes, pauseMs] of steps) {
          clock.advance(pauseMs);
          const ask = (allowances: Allowances) => takes.map(([from, cost]) => allowances.take(from, cost));
          expect((await fleet.evaluate(ask, LOOK)).answer).toEqual(ask(local));
          await fleet.releaseAll();
        }
      }),
    );
  });

  it('asks for nothing that no policy asks for', async () => {
    const { calls, decider } = setUp();
    expect((await decider().evaluate(() => 'no limits', LOOK)).answer).toBe('no limits');
    expect(calls.leases).toBe(0);
  });

  it('leases blocks, not traces', async () => {
    const { calls, decider } = setUp();
    const fleet = decider();
    for (let i = 0; i < 100; i++) expect(await take(fleet, rate(1000, 2000), 1)).toBe(true);
    expect(calls.leases).toBe(1);
  });

  it('does not ask again for what cannot be there yet', async () => {
    const { clock, calls, decider } = setUp();
    const fleet = decider();
    expect(await take(fleet, rate(10, 10), 10)).toBe(true);
    for (let i = 0; i < 20; i++) expect(await take(fleet, rate(10, 10), 1)).toBe(false);
    expect(await take(fleet, rate(10, 10), 11)).toBe(false);
    expect(calls.leases).toBe(1);
    clock.advance(100);
    expect(await take(fleet, rate(10, 10), 1)).toBe(true);
    expect(calls.leases).toBe(2);
  });

  it('gives back what it has not used, once', async () => {
    const { calls, decider } = setUp();
    const fleet = decider();
    expect(await take(fleet, rate(100, 100), 1)).toBe(true);
    await fleet.releaseAll();
    await fleet.releaseAll();
    // A block is a tenth of a second's worth.
    expect(calls.givenBack).toBe(9);
    const other = decider();
    expect(await take(other, rate(100, 100), 99)).toBe(true);
    expect(await take(other, rate(100, 100), 1)).toBe(false);
  });

  it('uses again what an answer that is not used has taken', async () => {
    const { decider } = setUp();
    const fleet = decider();
    const lost = await fleet.evaluate((allowances) => allowances.take(rate(1, 5), 5), LOOK);
    expect(await take(fleet, rate(1, 5), 1)).toBe(false);
    lost.budget.rollback();
    expect(await take(fleet, rate(1, 5), 5)).toBe(true);
  });

  it('takes nothing when the evaluation fails', async () => {
    const { decider } = setUp();
    const fleet = decider();
    await expect(
      fleet.evaluate((allowances) => {
        allowances.take(rate(1, 5), 5);
        throw new Error('a defect');
      }, LOOK),
    ).rejects.toThrow('a defect');
    expect(await take(fleet, rate(1, 5), 5)).toBe(true);
  });

  it('does not guess when the store cannot be reached, and asks again in the next batch', async () => {
    const store = new MemoryLimitStore();
    let isDown = false;
    const { calls, decider } = setUp({
      lease: async (...lease) => {
        if (isDown) throw new UnavailableError('down');
        return store.lease(...lease);
      },
      release: (...back) => store.release(...back),
    });
    const fleet = decider();
    fleet.startBatch();
    expect(await take(fleet, rate(100, 100, 'held'), 1)).toBe(true);
    isDown = true;
    await expect(take(fleet, rate(1, 5), 5)).rejects.toThrow(UnavailableError);
    isDown = false;
    for (const limit of [rate(1, 5), rate(1, 5, 'another')]) {
      await expect(take(fleet, limit, 5)).rejects.toThrow(UnavailableError);
    }
    expect(calls.leases).toBe(2);
    // A lease is a tenth of a second's worth: nine are left. What costs more than the burst needs no tokens to be refused.
    expect(await take(fleet, rate(100, 100, 'held'), 9)).toBe(true);
    expect(await take(fleet, rate(1, 5), 6)).toBe(false);
    fleet.startBatch();
    expect(await take(fleet, rate(1, 5), 5)).toBe(true);
  });

  it('only keeps less when giving back fails', async () => {
    const store = new MemoryLimitStore();
    const { decider } = setUp({
      lease: (...lease) => store.lease(...lease),
      release: async () => {
        throw new UnavailableError('down');
      },
    });
    const fleet = decider();
    expect(await take(fleet, rate(100, 100), 1)).toBe(true);
    await fleet.releaseAll();
    expect(await take(fleet, rate(100, 100), 91)).toBe(false);
    expect(await take(fleet, rate(100, 100), 90)).toBe(true);
  });
});

describe('FleetAllowances, traces of one batch at once', () => {
  it('lets exactly the burst pass, whatever is under way together', async () => {
    const { decider, calls } = setUp();
    const fleet = decider();
    const answers = await Promise.all(Array.from({ length: 200 }, () => take(fleet, rate(10, 50), 1)));
    expect(answers.filter(Boolean)).toHaveLength(50);
    expect(calls.leases).toBeLessThan(60);
  });
});

describe('FleetAllowances, many deciders', () => {
  it('together keep to the limit, and miss nothing of it once everything is given back', async () => {
    const limit = rate(50, 100);
    const step = fc.record({
      decider: fc.nat({ max: 19 }),
      costs: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 8 }),
      pauseMs: fc.nat({ max: 60 }),
      ends: fc.constantFrom('gives back', 'goes on', 'dies'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        const { clock, store, decider } = setUp();
        const startMs = clock.now();
        const deciders = Array.from({ length: 20 }, decider);
        let admitted = 0;
        for (const { decider: number, costs, pauseMs, ends } of steps) {
          const fleet = deciders[number] ?? decider();
          const answers = await Promise.all(costs.map((cost) => take(fleet, limit, cost)));
          admitted += costs.filter((_, i) => answers[i]).reduce((sum, cost) => sum + cost, 0);
          expect(admitted * 1000).toBeLessThanOrEqual(100 * 1000 + 50 * (clock.now() - startMs));
          if (ends === 'gives back') await fleet.releaseAll();
          if (ends === 'dies') deciders[number] = decider();
          clock.advance(pauseMs);
        }
        await Promise.all(deciders.map((fleet) => fleet.releaseAll()));
        if (steps.some(({ ends }) => ends === 'dies') || clock.now() > startMs) return;
        const bucket = bucketOf(limit, startMs);
        expect((await store.lease(bucket, startMs, 100 - admitted, 100 - admitted)).granted).toBe(100 - admitted);
      }),
      { numRuns: 60 },
    );
  });

  it('conserve the tokens of a moment', async () => {
    const costs = fc.array(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 6 }), {
      minLength: 20,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(costs, async (byDecider) => {
        const { clock, store, decider } = setUp();
        const limit = rate(50, 100);
        const admitted = await Promise.all(
          byDecider.map(async (batch) => {
            const fleet = decider();
            const answers = await Promise.all(batch.map((cost) => take(fleet, limit, cost)));
            await fleet.releaseAll();
            return batch.filter((_, i) => answers[i]).reduce((sum, cost) => sum + cost, 0);
          }),
        );
        const rest = 100 - admitted.reduce((sum, tokens) => sum + tokens, 0);
        expect(rest).toBeGreaterThanOrEqual(0);
        const bucket = bucketOf(limit, clock.now());
        expect((await store.lease(bucket, clock.now(), rest + 1, rest + 1)).granted).toBe(0);
        if (rest > 0) expect((await store.lease(bucket, clock.now(), rest, rest)).granted).toBe(rest);
      }),
      { numRuns: 60 },
    );
  });
});
