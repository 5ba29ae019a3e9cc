import { describe, expect, it } from 'vitest';
import { archiveKey, partitionOf } from '../../lib/archive/layout.ts';

const ARRIVAL = Date.UTC(2026, 10, 21, 0, 30);
const HOUR = 3_600_000;

describe('the partition of a trace', () => {
  it.each([
    { when: 'it started just now', startMs: ARRIVAL, partition: 'dt=2026-11-21/hour=00' },
    { when: 'it started before midnight', startMs: ARRIVAL - HOUR, partition: 'dt=2026-11-20/hour=23' },
    { when: 'its clock is a day late', startMs: ARRIVAL - 24 * HOUR, partition: 'dt=2026-11-20/hour=00' },
    { when: 'its clock is off by more', startMs: ARRIVAL - 24 * HOUR - 1, partition: 'dt=2026-11-21/hour=00' },
    { when: 'its clock is far ahead', startMs: ARRIVAL + 25 * HOUR, partition: 'dt=2026-11-21/hour=00' },
    { when: 'it has no start', startMs: 0, partition: 'dt=2026-11-21/hour=00' },
  ])('is $partition when $when', ({ startMs, partition }) => {
    expect(partitionOf(startMs, ARRIVAL)).toBe(partition);
  });
});

describe('the key of an archive object', () => {
  it('names its partition, the time in UTC and the round', () => {
    expect(archiveKey('dt=2026-11-21/hour=00', ARRIVAL + 7_089, '0123456789abcdef')).toBe(
      'traces/dt=2026-11-21/hour=00/traces_20261121T003007089Z-0123456789abcdef.jsonl.gz',
    );
  });
});
