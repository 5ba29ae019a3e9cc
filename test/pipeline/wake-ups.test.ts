import { describe, expect, it } from 'vitest';
import { delayUntilDue, isDue, wakeUpsFor, withoutCopies } from '../../lib/pipeline/wake-ups.ts';

const NOW = 1_700_000_000_000;
const root = { ref: { traceId: 'a', hash: '1' }, hasRoot: true };
const child = { ref: { traceId: 'b', hash: '2' }, hasRoot: false };

describe('the wake-ups of a request', () => {
  it.each([
    { when: 'there is no wait after the root', afterRoot: undefined, waits: [[30_000, 2]] },
    {
      when: 'the wait after the root is shorter',
      afterRoot: 5_000,
      waits: [
        [5_000, 1],
        [30_000, 1],
      ],
    },
    {
      when: 'it is zero',
      afterRoot: 0,
      waits: [
        [0, 1],
        [30_000, 1],
      ],
    },
    { when: 'it is longer: the root never makes a trace wait', afterRoot: 60_000, waits: [[30_000, 2]] },
  ])('are due as the configuration says when $when', ({ afterRoot, waits }) => {
    const settings = { decisionWaitMs: 30_000, decisionWaitAfterRootReceivedMs: afterRoot };
    const wakeUps = wakeUpsFor([root, child], NOW, settings);
    expect(wakeUps.map(({ dueAtMs, fragments }) => [dueAtMs - NOW, fragments.length])).toEqual(waits);
  });
});

describe('the delay of a wake-up', () => {
  it.each([
    { dueIn: 30_000, seconds: 30 },
    { dueIn: 500, seconds: 1 },
    { dueIn: 1_001, seconds: 2 },
    { dueIn: 0, seconds: 0 },
    { dueIn: -5_000, seconds: 0 },
    { dueIn: 900_000, seconds: 900 },
    { dueIn: 43_200_000, seconds: 900 },
  ])('is $seconds s when it is due in $dueIn ms', ({ dueIn, seconds }) => {
    const wakeUp = { dueAtMs: NOW + dueIn, attempt: 0, fragments: [] };
    expect(delayUntilDue(wakeUp, NOW).delaySeconds).toBe(seconds);
  });

  it('never ends before the wake-up counts as due', () => {
    const wakeUp = { dueAtMs: NOW + 1_001, attempt: 0, fragments: [] };
    expect(isDue(wakeUp, NOW + delayUntilDue(wakeUp, NOW).delaySeconds * 1_000)).toBe(true);
    expect(isDue(wakeUp, NOW)).toBe(false);
  });
});

describe('copies in a batch', () => {
  const received = (messageId: string, attempt: number, hashes: string, receivedAtMs?: number, isSuspect = false) => {
    const fragments = [...hashes].map((hash) => ({ traceId: 'a', hash }));
    const request = {
      ...(receivedAtMs !== undefined && { receivedAtMs }),
      ...(isSuspect && { isSuspect: true as const }),
    };
    return { messageId, wakeUp: { dueAtMs: NOW + attempt, attempt, fragments, ...request } };
  };

  it('name each fragment once: where it has had the most attempts', () => {
    const batch = [received('m1', 0, '123', 7), received('m2', 2, '2', 7), received('m3', 1, '23', 7)];
    expect(withoutCopies(batch)).toEqual([
      received('m2', 2, '2', 7),
      received('m3', 1, '3', 7),
      received('m1', 0, '1', 7),
    ]);
  });

  it('vanish when nothing is left of them', () => {
    expect(withoutCopies([received('m1', 0, '12', 7), received('m2', 0, '12', 7)])).toEqual([
      received('m1', 0, '12', 7),
    ]);
  });

  it('are of one request, and differ in nothing else', () => {
    const batch = [
      received('m1', 0, '1', 7),
      received('m2', 0, '1', 8),
      received('m3', 0, '1'),
      received('m4', 0, '1', 7, true),
    ];
    expect(withoutCopies(batch)).toEqual(batch);
  });
});
