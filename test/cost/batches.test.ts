import { describe, expect, it } from 'vitest';
import { batchingAt } from '../../lib/cost/event-source.ts';
import { distribute } from '../../lib/cost/measure-sample.ts';
import { createRandom } from '../../lib/traffic/random.ts';

const SOURCE = { batchSize: 100, windowSeconds: 30 };

describe('the batches of the event source', () => {
  it.each([
    // By hand: 3.858 messages a second for 30 s, over five pollers. The window is longer than a trace is spread.
    { perSecond: 3.858, messagesPerBatch: 23.148, openBatches: 5 },
    // One every 100 s: each is a batch.
    { perSecond: 0.01, messagesPerBatch: 1, openBatches: 5 },
    // Five batches of 100 fill in half a second, so that the 5 s of a trace see fifty.
    { perSecond: 1000, messagesPerBatch: 100, openBatches: 50 },
  ])('at $perSecond messages a second', ({ perSecond, messagesPerBatch, openBatches }) => {
    const batching = batchingAt(perSecond, SOURCE);
    expect(batching.messagesPerBatch).toBeCloseTo(messagesPerBatch, 2);
    expect(batching.openBatches).toBe(openBatches);
  });
});

describe('dealing messages', () => {
  const messages = Array.from({ length: 200 }, (_, index) => index);

  it('gives each message to one batch', () => {
    const batches = distribute(messages, { messagesPerBatch: 10, openBatches: 5 }, createRandom(1));
    expect(batches.flat().sort((a, b) => a - b)).toEqual(messages);
    expect(batches).toHaveLength(20);
  });

  it('gives messages that arrive together to batches that are open together', () => {
    const batches = distribute(messages, { messagesPerBatch: 10, openBatches: 5 }, createRandom(1));
    for (const batch of batches) expect(Math.max(...batch) - Math.min(...batch)).toBeLessThan(50);
  });

  it('spreads a small sample over all open batches', () => {
    expect(distribute(messages, { messagesPerBatch: 1000, openBatches: 7 }, createRandom(1))).toHaveLength(7);
  });
});
