import { describe, expect, it } from 'vitest';
import { forEachBounded } from '../../lib/aws/for-each-bounded.ts';

describe('forEachBounded', () => {
  it('runs every task, never more than the limit at once', async () => {
    const done: number[] = [];
    let running = 0;
    let most = 0;
    await forEachBounded([1, 2, 3, 4, 5, 6, 7], 3, async (input) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      done.push(input);
    });
    expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it('after a failure starts nothing new, waits for what runs, and throws the first', async () => {
    const events: string[] = [];
    const running = forEachBounded(['fails', 'slow', 'never'], 2, async (input) => {
      events.push(`${input} starts`);
      await new Promise(setImmediate);
      if (input === 'fails') throw new Error('first');
      await new Promise(setImmediate);
      events.push(`${input} ends`);
    });
    await expect(running).rejects.toThrow('first');
    expect(events).toEqual(['fails starts', 'slow starts', 'slow ends']);
  });
});
