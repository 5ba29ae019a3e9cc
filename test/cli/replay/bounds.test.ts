import { expect, it } from 'vitest';
import { emptyCounts, Ledger } from '../../../lib/cli/replay/ledger.ts';
import { NOTHING_REJECTED, type SendResult } from '../../../lib/cli/replay/otlp-sender.ts';
import { PositionKeeper } from '../../../lib/cli/replay/position.ts';
import type { Batch } from '../../../lib/cli/replay/read-batches.ts';
import { replay } from '../../../lib/cli/replay/send-all.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { idOf } from './support/kept-traces.ts';

it('a replay reads no further than it may send, and waits for the first that has no answer', async () => {
  let read = 0;
  async function* batches(): AsyncGenerator<Batch> {
    for (let index = 0; index < 50; index++) {
      read += 1;
      const line = {
        traceId: idOf(index),
        seq: 0,
        spanCount: 1,
        hasUnfinished: false,
        resourceSpans: Buffer.from('{}'),
      };
      yield {
        lines: [line],
        byteLength: 22,
        end: { object: 'a', lines: index + 1, isWhole: false },
        objects: 0,
        unreadable: [],
      };
    }
  }
  const first = Promise.withResolvers<SendResult>();
  const begun: string[] = [];
  const ledger = new Ledger({ position: undefined, counts: emptyCounts() }, expect.fail);
  const thirdIsRead = Promise.withResolvers<void>();
  const running = replay({
    batches: batches(),
    send: async ([line]) => {
      begun.push(line?.traceId ?? '');
      if (begun.length === 3) thirdIsRead.resolve();
      return begun.length === 1 ? first.promise : NOTHING_REJECTED;
    },
    ledger,
    maxInFlight: 3,
    isInterrupted: () => false,
    onSettled() {},
  });
  await thirdIsRead.promise;
  // Everything that could go on has gone on when the event loop has nothing left to do.
  await new Promise((resolve) => setImmediate(resolve));
  expect({ read, begun: begun.length, position: ledger.position }).toEqual({ read: 3, begun: 3, position: undefined });
  first.resolve(NOTHING_REJECTED);
  expect(await running).toBe(true);
  expect({ read, position: ledger.position, traces: ledger.counts.traces }).toEqual({
    read: 50,
    position: { object: 'a', lines: 50, isWhole: false },
    traces: 50,
  });
});

it('a position is written once in a second at most, and at the end', async () => {
  const clock = new ManualClock();
  let writes = 0;
  const keeper = new PositionKeeper(clock, async () => {
    writes += 1;
  });
  for (let index = 0; index < 100; index++) {
    keeper.note();
    clock.advance(100);
  }
  await keeper.close();
  // At 0, 1, … 9 s, and the last.
  expect(writes).toBe(11);
});
