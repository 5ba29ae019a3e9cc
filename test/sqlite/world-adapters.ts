import type { ArrivalLog } from '../../lib/pipeline/explain/ports.ts';
import type { SpanBuffer, WakeUp } from '../../lib/pipeline/ports.ts';
import type { Store } from '../../lib/sqlite/store.ts';
import type { WorldAdapters, WorldQueue } from '../pipeline/world.ts';
import type { ManualClock } from '../support/manual-clock.ts';

/** The visibility timeout that worlds count on. */
export const VISIBILITY_TIMEOUT_MS = 60_000;

let count = 0;

/** Of a new world. All worlds share the database, one after the other: each is a tenant. @param clock the store's */
export function worldAdapters(store: Store, clock: ManualClock): WorldAdapters<SpanBuffer & ArrivalLog, WorldQueue> {
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
