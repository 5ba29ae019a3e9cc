import { describe, expect, it } from 'vitest';
import { type Flaws, World } from './support/world.ts';

const SEEDS = Array.from({ length: 8 }, (_, i) => i + 1);

async function violations(seed: number, flaws: Flaws = {}): Promise<readonly string[]> {
  const world = new World(seed, flaws);
  await world.live();
  return world.violations();
}

describe('whoever dies or runs twice, at any moment', () => {
  it.each(SEEDS)(
    'no query has a span twice, or misses one that an earlier query had (seed %i)',
    { timeout: 30_000 },
    async (seed) => {
      expect(await violations(seed)).toEqual([]);
    },
  );
});

/** Each of them must be noticed, or the test above proves nothing. The seeds are those of lives in which it matters. */
describe('the test notices', () => {
  const FLAWS: readonly [string, Flaws, number, RegExp][] = [
    ['a part that overwrites another', { overwrites: true }, 17, /lost|twice/],
    ['a part that takes the next free number on its own', { takesAnyNumber: true }, 1, /twice/],
    ['late objects that do not wait', { ignoresClosing: true }, 28, /vanished/],
    ['objects that arrive later than is waited for', { slowArrival: true }, 24, /vanished/],
  ];

  it.each(FLAWS)('%s', { timeout: 30_000 }, async (_, flaws, seed, message) => {
    expect((await violations(seed, flaws)).filter((one) => message.test(one)).length).toBeGreaterThan(0);
  });
});
