import { describe, expect, it } from 'vitest';
import { DEFAULT_BUFFER_TTL_MS } from '../../lib/pipeline/adapter-rules.ts';
import { type Retention, retentionProblems, retriesMs, TIME_TO_ACT_MS } from '../../lib/pipeline/retention.ts';
import { MAX_DECISION_WAIT_MS } from '../../lib/sampling/config/parse-block.ts';
import { DEAD_LETTER_TTL_MS } from '../../lib/sqlite/schema.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** As deployed, with the longest batch window. */
const DEPLOYED: Retention = {
  bufferTtlMs: DEFAULT_BUFFER_TTL_MS,
  queueRetentionMs: 4 * DAY,
  deadLetterRetentionMs: 14 * DAY,
  longestWaitMs: MAX_DECISION_WAIT_MS,
  retriesMs: retriesMs((6 * 60 + 300) * 1000, 10),
};
const problemsWith = (changes: Partial<Retention>) => retentionProblems({ ...DEPLOYED, ...changes });

describe('what is kept for how long', () => {
  it('fits together as deployed, and on one machine, where no message is ever deleted', () => {
    expect(retentionProblems(DEPLOYED)).toEqual([]);
    const local = { queueRetentionMs: Number.POSITIVE_INFINITY, deadLetterRetentionMs: Number.POSITIVE_INFINITY };
    expect(problemsWith({ ...local, retriesMs: retriesMs(30_000, 10) })).toEqual([]);
    expect(DEAD_LETTER_TTL_MS).toBe(14 * DAY);
  });

  it.each([
    [{ bufferTtlMs: 21 * HOUR }, 'the buffer keeps spans for 21 hours: expected 21.3 hours or more'],
    [{ longestWaitMs: 15 * HOUR }, 'the buffer keeps spans for 24 hours: expected 24.3 hours or more'],
    [{ queueRetentionMs: DAY }, 'the queue keeps wake-ups for 24 hours: expected 27.3 hours or more'],
    [{ bufferTtlMs: 4 * DAY }, 'the queue keeps wake-ups for 96 hours: expected 99.3 hours or more'],
    [{ deadLetterRetentionMs: 4 * DAY }, 'dead letters are kept for 96 hours: expected 120 hours or more'],
  ])('is refused with %j', (changes, problem) => {
    expect(problemsWith(changes)).toEqual([expect.stringContaining(problem)]);
  });

  it('leaves time to act on a dead letter after the longest wait and all attempts, and more than an alarm takes', () => {
    const left = DEFAULT_BUFFER_TTL_MS - MAX_DECISION_WAIT_MS - DEPLOYED.retriesMs;
    expect(left).toBeGreaterThan(TIME_TO_ACT_MS);
    // The latest alarm on the age of dead letters (test/cdk/monitoring.test.ts).
    expect(left).toBeGreaterThan(8 * HOUR);
  });

  it('counts all continuations, and all deliveries of one message', () => {
    // 30, 60, 120, 240, 480 and five times 900 s, and ten visibility timeouts.
    expect(retriesMs(380_000, 10)).toBe((930 + 4500 + 3800) * 1000);
  });
});
