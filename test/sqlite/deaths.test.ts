import { describe, expect, it } from 'vitest';
import type { SpanBuffer, WakeUp } from '../../lib/pipeline/ports.ts';
import { Deaths, PLAYS, play } from '../pipeline/deaths.ts';
import { expectPromisesKept } from '../pipeline/promises.ts';
import { type WorldAdapters, WorldOn, type WorldQueue } from '../pipeline/world.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { useStores } from './temporary-store.ts';

const { open } = useStores();
const clock = new ManualClock();
const store = open({ clock, visibilityTimeoutMs: 60_000 });
let count = 0;

/** All worlds share a database, one after the other: each is a tenant. */
function adapters(): WorldAdapters<SpanBuffer, WorldQueue> {
  count += 1;
  const { buffer, wakeUps, limits, keyTables } = store.services({ tenant: `world-${count}` });
  const { messages } = store;
  const queue: WorldQueue = {
    send: (wakeUps_) => wakeUps.send(wakeUps_),
    sendToDeadLetters: (dead) => wakeUps.sendToDeadLetters(dead),
    receive: async (max) =>
      (await messages.receive({ maxMessages: max })).map(({ messageId, wakeUp }) => ({
        receiptHandle: messageId,
        wakeUp,
      })),
    acknowledge: (messageId) => messages.acknowledge([messageId]),
    nextVisibleAtMs: () => messages.nextVisibleAtMs(),
    get deadLetters(): readonly WakeUp[] {
      return store.deadLetters.list(10).map(({ wakeUp }) => wakeUp);
    },
  };
  return { clock, buffer, queue, limits, keyTables };
}

/** Death before and after every call, in every scenario; which two deaths of many is left to the tests on memory adapters. */
describe.each(PLAYS)('on SQLite, %s', (_, { arrivals, settings }) => {
  it('keeps every promise after a death before or after any call', async () => {
    const steps = new Deaths([]);
    await play(new WorldOn(adapters(), { settings }), arrivals, steps, 'resends');
    expect(steps.count).toBeGreaterThan(10);
    for (let at = 0; at < steps.count; at++) {
      const world = new WorldOn(adapters(), { settings });
      const acknowledged = await play(world, arrivals, new Deaths([at]), at % 2 === 0 ? 'resends' : 'gives up');
      expectPromisesKept(world, acknowledged);
      expect(store.messages.state()).toMatchObject({ wakeUps: 0, fragments: 0, lagMs: 0 });
    }
  });
});
