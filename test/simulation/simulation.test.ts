import { describe, expect, it } from 'vitest';
import { findMutation } from './find-mutations.ts';
import { playHistory } from './history.ts';
import { changedSource } from './mutate.ts';
import { MUTATIONS } from './mutations.ts';
import { planOf } from './plan.ts';
import { playUntilBroken, shrink } from './simulate.ts';

/** `npm run simulate` plays others, and more of them. */
const SEED = 1_000_000;
const HISTORIES = 2_000;

describe('the pipeline in simulated histories', () => {
  it(`keeps every promise in ${HISTORIES} histories from seed ${SEED}`, { timeout: 300_000 }, async () => {
    const { totals, broken } = await playUntilBroken({ seed: SEED, histories: HISTORIES });
    const hint = `npm run simulate -- --seed ${broken?.seed} --histories 1`;
    expect(broken?.history.violations, hint).toBeUndefined();
    // What is played must be worth it: spans are kept, and every kind of fault comes about.
    expect(totals.spans).toBeGreaterThan(HISTORIES);
    expect(Math.min(...totals.faults.values())).toBeGreaterThan(HISTORIES / 100);
    expect(totals.faults.size).toBe(12);
  });

  it('happens again in the same way from the same seed', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const [first, second] = [await playHistory(planOf(seed)), await playHistory(planOf(seed))];
      expect(second.timeline.digest(), `seed ${seed}`).toBe(first.timeline.digest());
    }
  });
});

describe('mutations of the protocol', () => {
  it.each(MUTATIONS)('can be applied: $name', (mutation) => {
    expect(changedSource(mutation)).not.toBe('');
  });

  it.each(['every stored claim counts as recorded', 'the wake-up is sent first', 'a claim forgets its last fragment'])(
    'are found: %s',
    { timeout: 300_000 },
    async (name) => {
      const mutation = MUTATIONS.find((each) => each.name === name);
      if (mutation === undefined) throw new Error(`there is no mutation "${name}"`);
      const { kind } = await findMutation(mutation, { seed: SEED, histories: 500 });
      expect(kind).toBeDefined();
    },
  );
});

describe('a history that breaks a promise', () => {
  it('is not made smaller where none is broken', async () => {
    expect(await shrink(1)).toEqual(planOf(1));
  });
});
