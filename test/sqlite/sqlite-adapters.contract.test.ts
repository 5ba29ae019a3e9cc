import { describe } from 'vitest';
import type { WakeUp } from '../../lib/pipeline/ports.ts';
import { describeKeyTables } from '../contract/key-tables.contract.ts';
import { describeLimitStore } from '../contract/limit-store.contract.ts';
import { describeSpanBuffer } from '../contract/span-buffer.contract.ts';
import { describeWakeUpQueue } from '../contract/wake-up-queue.contract.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { useStores } from './temporary-store.ts';

const { open, newPath } = useStores();
const path = newPath();

describe.each([undefined, 'shop'])('for tenant %s', (tenant) => {
  describeSpanBuffer('SqliteSpanBuffer', () => {
    const clock = new ManualClock();
    return { buffer: open({ path, clock }).services({ tenant }).buffer, clock };
  });

  describeWakeUpQueue('SqliteWakeUpQueue', async () => {
    const clock = new ManualClock();
    const store = open({ clock });
    return {
      queue: store.services({ tenant }).wakeUps,
      receive: async (waitSeconds) => {
        clock.advance(waitSeconds * 1000);
        const all: WakeUp[] = [];
        for (;;) {
          const received = await store.messages.receive({ maxMessages: 500 });
          if (received.length === 0) return all;
          await store.messages.acknowledge(received.map(({ messageId }) => messageId));
          all.push(...received.map(({ wakeUp }) => wakeUp));
        }
      },
      deadLetters: async () => store.deadLetters.list(10).map(({ wakeUp }) => wakeUp),
    };
  });

  describeLimitStore('SqliteLimitStore', () => open({ path }).services({ tenant }).limits);
  describeKeyTables('SqliteKeyTables', () => open({ path }).services({ tenant }).keyTables);
});
