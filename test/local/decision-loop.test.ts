import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeliveredWakeUp } from '../../functions/decide/decide-delivered.ts';
import { DecisionLoop, type LocalQueue } from '../../lib/local/decision-loop.ts';
import { Outage } from '../../lib/local/outage.ts';
import { RecordingLog } from '../support/recording-log.ts';

const OPTIONS = { batchWindowMs: 2_000, maxMessages: 3, maxFragments: 10 };
const VISIBILITY_MS = 30_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A queue in memory. Messages are visible in the order of their numbers. */
class FakeQueue implements LocalQueue {
  readonly messages = new Map<string, { readonly visibleAtMs: number; readonly message: DeliveredWakeUp }>();
  readonly acknowledged: string[][] = [];
  looks = 0;

  add(messageId: string, inMs: number, fragmentCount = 1): number {
    const fragments = Array.from({ length: fragmentCount }, (_, index) => ({ traceId: messageId, hash: `${index}` }));
    const visibleAtMs = Date.now() + inMs;
    const message = { messageId, wakeUp: { dueAtMs: visibleAtMs, attempt: 0, fragments } };
    this.messages.set(messageId, { visibleAtMs, message });
    return visibleAtMs;
  }

  async receive({ maxMessages }: { readonly maxMessages: number }) {
    const visible = [...this.messages].filter(([, { visibleAtMs }]) => visibleAtMs <= Date.now()).slice(0, maxMessages);
    return visible.map(([id, { message }]) => {
      this.messages.set(id, { visibleAtMs: Date.now() + VISIBILITY_MS, message });
      return message;
    });
  }

  async acknowledge(messageIds: readonly string[]) {
    this.acknowledged.push([...messageIds]);
    for (const id of messageIds) this.messages.delete(id);
  }

  nextVisibleAtMs() {
    this.looks += 1;
    const times = [...this.messages.values()].map(({ visibleAtMs }) => visibleAtMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }
}

function start({ cleanUpSteps = 1, failingStep = 0 } = {}) {
  const queue = new FakeQueue();
  const log = new RecordingLog();
  const batches: string[][] = [];
  let failing: readonly string[] = [];
  let steps = 0;
  const clock = { now: () => Date.now() };
  const loop = new DecisionLoop(
    {
      queue,
      decide: async (batch) => {
        batches.push(batch.map(({ messageId }) => messageId));
        if (failing.includes('all')) throw new Error('no store');
        return failing;
      },
      cleanUp: async () => {
        steps += 1;
        if (steps === failingStep) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
        return steps < cleanUpSteps;
      },
      clock,
      log,
      outage: new Outage({ clock, log }),
    },
    OPTIONS,
  );
  const fail = (...ids: string[]) => {
    failing = ids;
  };
  return { queue, log, loop, batches, fail, steps: () => steps };
}

describe('the decision loop', () => {
  it('sleeps until the next wake-up is due, and a window longer', async () => {
    const { queue, loop, batches } = start();
    await vi.advanceTimersByTimeAsync(10);
    loop.expect(queue.add('a', 30_000));
    loop.expect(queue.add('b', 31_900));
    await vi.advanceTimersByTimeAsync(31_999);
    expect(batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(2);
    expect(batches).toEqual([['a', 'b']]);
    expect(queue.acknowledged).toEqual([['a', 'b']]);
  });

  it('does not poll while it is idle', async () => {
    const { queue, steps } = start();
    await vi.advanceTimersByTimeAsync(100);
    const [looks, cleaned] = [queue.looks, steps()];
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    // Once a minute, to delete what has expired.
    expect(queue.looks - looks).toBeLessThanOrEqual(2 * 10);
    expect(steps() - cleaned).toBe(10);
  });

  it('sleeps less for a message that is due earlier, also one that came while it was busy', async () => {
    const { queue, loop, batches } = start();
    loop.expect(queue.add('late', 50_000));
    await vi.advanceTimersByTimeAsync(1_000);
    loop.expect(queue.add('early', 0));
    await vi.advanceTimersByTimeAsync(2_001);
    expect(batches).toEqual([['early']]);
  });

  it('decides full batches one after the other, and begins a window after the last', async () => {
    const { queue, loop, batches } = start();
    await vi.advanceTimersByTimeAsync(10);
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) loop.expect(queue.add(id, 0));
    await vi.advanceTimersByTimeAsync(2_001);
    expect(batches).toEqual([['a', 'b', 'c'], ['d', 'e', 'f'], ['g']]);
    loop.expect(queue.add('h', 0));
    await vi.advanceTimersByTimeAsync(1_990);
    expect(batches).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(20);
    expect(batches.at(-1)).toEqual(['h']);
  });

  it('acknowledges what did not fail', async () => {
    const { queue, loop, fail, batches } = start();
    fail('b');
    for (const id of ['a', 'b', 'c']) loop.expect(queue.add(id, 0));
    await vi.advanceTimersByTimeAsync(2_001);
    expect(batches[0]).toEqual(['a', 'b', 'c']);
    expect(queue.acknowledged[0]).toEqual(['a', 'c']);
    expect([...queue.messages.keys()]).toEqual(['b']);
  });

  it('goes on after a batch that failed as a whole, with a pause', async () => {
    const { queue, loop, log, fail, batches } = start();
    fail('all');
    loop.expect(queue.add('a', 0));
    await vi.advanceTimersByTimeAsync(2_001);
    expect(log.entries).toMatchObject([{ message: 'decision loop failed' }]);
    expect(queue.acknowledged).toEqual([]);
    fail();
    await vi.advanceTimersByTimeAsync(VISIBILITY_MS + 2_001);
    expect(batches).toEqual([['a'], ['a']]);
    expect(queue.acknowledged).toEqual([['a']]);
  });

  it('cleans up in steps, between batches as well', async () => {
    const { queue, loop, batches, steps } = start({ cleanUpSteps: 1_000 });
    loop.expect(queue.add('a', 0));
    await vi.advanceTimersByTimeAsync(2_001);
    expect(batches).toEqual([['a']]);
    expect(steps()).toBe(1_000 + 1);
  });

  it('decides although there is no room to clean up, and says so once', async () => {
    const { queue, loop, log, batches, steps } = start({ cleanUpSteps: 1_000, failingStep: 1 });
    loop.expect(queue.add('a', 0));
    await vi.advanceTimersByTimeAsync(2_001);
    expect(batches).toEqual([['a']]);
    expect(log.entries).toMatchObject([{ message: 'the disk cannot be written' }]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(steps()).toBeGreaterThanOrEqual(1_000);
  });

  it('finishes its batch when it is stopped, and starts no other', async () => {
    const { queue, loop, batches } = start();
    loop.expect(queue.add('a', 60_000));
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all([loop.stop(), vi.advanceTimersByTimeAsync(1)]);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(batches).toEqual([]);
  });
});
