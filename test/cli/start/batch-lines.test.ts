import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BatchLines, decisionsIn, describeDecisions } from '../../../lib/cli/start/batch-lines.ts';

const POLICIES = ['errors', 'slow', 'sample-of-all'];

function line(fields: Parameters<typeof decisionsIn>[0]) {
  return describeDecisions(decisionsIn(fields), POLICIES);
}

describe('a line about a batch', () => {
  it('says what was kept by which policy, in the order of the configuration, and what was not', () => {
    const byPolicy = { 'sample-of-all': 6, errors: 2, slow: 1 };
    expect(line({ sampled: 9, byPolicy, notSampled: 21 })).toBe(
      '30 traces decided: 9 kept (2 errors, 1 slow, 6 sample-of-all), 21 not sampled',
    );
  });

  it.each([
    [{ notSampled: 1 }, '1 trace decided: 1 not sampled'],
    [{ sampled: 1_234, byPolicy: { slow: 1_234 } }, '1,234 traces decided: 1,234 kept (1,234 slow)'],
    [{ dropped: 2, notSampled: 1 }, '3 traces decided: 1 not sampled, 2 dropped'],
    [
      { sampled: 2, byPolicy: { errors: 2 }, rescued: 1, lateSpans: 3 },
      '2 traces decided: 2 kept (2 errors); 1 of the kept ones by spans that came later; 3 late spans added to traces that were kept before',
    ],
    [{ lateSpans: 1 }, '1 late span added to traces that were kept before'],
    [{}, undefined],
  ])('of %j is %j', (fields, expected) => {
    expect(line(fields)).toBe(expected);
  });

  it('stays short, however many policies there are and however long their names', () => {
    const byPolicy = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`${at} ${'x'.repeat(500)}`, 2]));
    const text = line({ sampled: 100, byPolicy }) ?? '';
    expect(text).toContain(', 84 by 42 more policies)');
    expect(text.length).toBeLessThan(700);
  });
});

describe('lines about batches', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('come at once, then once a second about all batches since, and not at all while nothing is decided', () => {
    const lines: string[] = [];
    const batches = new BatchLines((text) => lines.push(text), POLICIES);
    const add = (notSampled: number) => batches.add(decisionsIn({ notSampled }));
    add(0);
    expect(lines).toEqual([]);
    add(1);
    expect(lines).toEqual(['1 trace decided: 1 not sampled']);
    for (let batch = 0; batch < 20; batch++) add(5);
    expect(lines).toHaveLength(1);
    vi.advanceTimersByTime(1_000);
    expect(lines).toEqual([lines[0], '100 traces decided: 100 not sampled']);
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(2);
    add(2);
    expect(lines[2]).toBe('2 traces decided: 2 not sampled');
  });

  it('come early when they are asked for', () => {
    const lines: string[] = [];
    const batches = new BatchLines((text) => lines.push(text), POLICIES);
    batches.add(decisionsIn({ sampled: 1, byPolicy: { slow: 1 } }));
    batches.add(decisionsIn({ sampled: 3, byPolicy: { slow: 2, errors: 1 } }));
    batches.flush();
    batches.flush();
    expect(lines).toEqual(['1 trace decided: 1 kept (1 slow)', '3 traces decided: 3 kept (1 errors, 2 slow)']);
  });
});
