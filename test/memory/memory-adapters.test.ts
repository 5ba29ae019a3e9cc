import { describeSpanBuffer } from '../contract/span-buffer.contract.ts';
import { describeTraceArchive } from '../contract/trace-archive.contract.ts';
import { describeWakeUpQueue } from '../contract/wake-up-queue.contract.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemorySpanBuffer } from './memory-span-buffer.ts';
import { MemoryTraceArchive } from './memory-trace-archive.ts';
import { MemoryWakeUpQueue } from './memory-wake-up-queue.ts';

describeSpanBuffer('MemorySpanBuffer', () => {
  const clock = new ManualClock();
  return { buffer: new MemorySpanBuffer({ clock }), clock };
});

describeWakeUpQueue('MemoryWakeUpQueue', async () => {
  const clock = new ManualClock();
  const queue = new MemoryWakeUpQueue({ clock });
  return {
    queue,
    receive: async (waitSeconds) => {
      clock.advance(waitSeconds * 1000);
      const received = queue.receive(Number.POSITIVE_INFINITY);
      for (const { receiptHandle } of received) queue.acknowledge(receiptHandle);
      return received.map(({ wakeUp }) => wakeUp);
    },
    deadLetters: async () => queue.deadLetters,
  };
});

describeTraceArchive('MemoryTraceArchive', async () => {
  const archive = new MemoryTraceArchive();
  return {
    archive,
    read: async (key) =>
      archive
        .lines(key)
        .map((line) => `${line}\n`)
        .join(''),
  };
});
