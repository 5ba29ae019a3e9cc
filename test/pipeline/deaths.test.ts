import { describe, expect, it } from 'vitest';
import { Deaths, PLAYS, play } from './deaths.ts';
import { expectPromisesKept } from './promises.ts';
import { World } from './world.ts';

describe.each(PLAYS)('%s', (_, { arrivals, settings }) => {
  it('keeps every promise when nobody dies', async () => {
    const world = new World({ settings });
    const { acknowledged, restored } = await play(world, arrivals, new Deaths([]), 'resends');
    expectPromisesKept(world, acknowledged, 'keep errors', restored);
    const expected = new Set(acknowledged.filter(({ trace }) => trace === 'a').map(({ span }) => span));
    expect(world.archivedSpans()).toHaveLength(expected.size);
  });

  it.each(['resends', 'gives up'] as const)(
    'keeps every promise after a death before or after any call, when the exporter %s',
    async (exporter) => {
      const steps = new Deaths([]);
      await play(new World({ settings }), arrivals, steps, exporter);
      expect(steps.count).toBeGreaterThan(10);
      for (let at = 0; at < steps.count; at++) {
        const world = new World({ settings });
        const { acknowledged, restored } = await play(world, arrivals, new Deaths([at]), exporter);
        expectPromisesKept(world, acknowledged, 'keep errors', restored);
      }
    },
  );

  it('keeps every promise after any two deaths', async () => {
    const steps = new Deaths([]);
    await play(new World({ settings }), arrivals, steps, 'resends');
    // The second death may also hit what the first one made necessary.
    const last = steps.count + 20;
    for (let first = 0; first < steps.count; first++) {
      for (let second = first + 1; second < last; second += 1 + (first % 3)) {
        const world = new World({ settings });
        const { acknowledged, restored } = await play(world, arrivals, new Deaths([first, second]), 'resends');
        expectPromisesKept(world, acknowledged, 'keep errors', restored);
      }
    }
  });
});
