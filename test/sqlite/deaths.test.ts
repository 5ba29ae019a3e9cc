import { describe, expect, it } from 'vitest';
import { Deaths, PLAYS, play } from '../pipeline/deaths.ts';
import { expectPromisesKept } from '../pipeline/promises.ts';
import { WorldOn } from '../pipeline/world.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { useStores } from './temporary-store.ts';
import { VISIBILITY_TIMEOUT_MS, worldAdapters } from './world-adapters.ts';

const { open } = useStores();
const clock = new ManualClock();
const store = open({ clock, visibilityTimeoutMs: VISIBILITY_TIMEOUT_MS });
/** Death before and after every call, in every scenario; which two deaths of many is left to the tests on memory adapters. */
describe.each(PLAYS)('on SQLite, %s', (_, { arrivals, settings }) => {
  it('keeps every promise after a death before or after any call', async () => {
    const steps = new Deaths([]);
    await play(new WorldOn(worldAdapters(store, clock), { settings }), arrivals, steps, 'resends');
    expect(steps.count).toBeGreaterThan(10);
    for (let at = 0; at < steps.count; at++) {
      const world = new WorldOn(worldAdapters(store, clock), { settings });
      const { acknowledged, restored } = await play(
        world,
        arrivals,
        new Deaths([at]),
        at % 2 === 0 ? 'resends' : 'gives up',
      );
      expectPromisesKept(world, acknowledged, 'keep errors', restored);
      expect(store.messages.state()).toMatchObject({ wakeUps: 0, fragments: 0, lagMs: 0 });
    }
  });
});
