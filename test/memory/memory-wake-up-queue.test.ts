import { describe, expect, it } from 'vitest';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryWakeUpQueue } from './memory-wake-up-queue.ts';

const wakeUp = { dueAtMs: 5, attempt: 0, fragments: [{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', hash: 'a3' }] };

describe('MemoryWakeUpQueue', () => {
  it('delivers again what was not acknowledged within the visibility timeout', async () => {
    const clock = new ManualClock();
    const queue = new MemoryWakeUpQueue({ clock, visibilityTimeoutMs: 1000 });
    await queue.send([{ wakeUp, delaySeconds: 0 }]);
    expect(queue.receive()).toMatchObject([{ wakeUp, receiveCount: 1 }]);
    expect(queue.receive()).toEqual([]);
    expect(queue.nextVisibleAtMs()).toBe(clock.now() + 1000);
    clock.advance(1000);
    const [again] = queue.receive();
    expect(again).toMatchObject({ wakeUp, receiveCount: 2 });
    queue.acknowledge(again?.receiptHandle ?? '');
    expect(queue.pendingCount).toBe(0);
    expect(queue.nextVisibleAtMs()).toBeUndefined();
  });

  it('gives up after the last delivery', async () => {
    const clock = new ManualClock();
    const queue = new MemoryWakeUpQueue({ clock, visibilityTimeoutMs: 0, maxReceiveCount: 2 });
    await queue.send([{ wakeUp, delaySeconds: 0 }]);
    expect([queue.receive(), queue.receive(), queue.receive()].map(({ length }) => length)).toEqual([1, 1, 0]);
    expect(queue.deadLetters).toEqual([wakeUp]);
    expect(queue.pendingCount).toBe(0);
  });

  it('delivers no more than asked for', async () => {
    const queue = new MemoryWakeUpQueue({ clock: new ManualClock() });
    await queue.send(Array(15).fill({ wakeUp, delaySeconds: 0 }));
    expect([queue.receive(3).length, queue.receive().length, queue.receive().length]).toEqual([3, 10, 2]);
  });
});
