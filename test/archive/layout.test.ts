import { describe, expect, it } from 'vitest';
import {
  archiveKey,
  compareKeys,
  filedHour,
  partitionOf,
  scopedKey,
  tracesFolderOf,
} from '../../lib/archive/layout.ts';

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

describe('filedHour', () => {
  it.each([
    'dt=2026-11-21/hour=07',
    'traces/tenant=a/dt=2026-11-21/hour=07/traces_1.jsonl.gz',
    'C:\\data\\archive\\traces\\dt=2026-11-21\\hour=07\\a',
  ])('is the hour in %s', (place) => {
    expect(filedHour(place)).toBe('2026-11-21T07');
  });

  it.each(['', 'traces/a', 'traces/dt=2026-11-21/hour=07/more/a'])(
    'refuses %j, which lies in no partition',
    (place) => {
      expect(() => filedHour(place)).toThrow(`expected a path with dt=YYYY-MM-DD/hour=HH in it, got ${place}`);
    },
  );
});

describe('scopedKey', () => {
  it('puts the folder of the tenant behind traces/', () => {
    expect(scopedKey('traces/dt=2026-11-21/hour=07/a', { tenant: 'shop' })).toBe(
      'traces/tenant=shop/dt=2026-11-21/hour=07/a',
    );
    expect(scopedKey('traces/a', {})).toBe('traces/a');
    expect(() => scopedKey('spans/a', {})).toThrow('archive key "spans/a" must start with traces/');
  });
});

describe('tracesFolderOf', () => {
  it('is the folder of the lines that a part copies', () => {
    expect(tracesFolderOf('/data/spans/x/archive/spans/dt=2026-11-21/hour=07/part-0.parquet')).toBe(
      '/data/spans/x/archive/traces/dt=2026-11-21/hour=07/',
    );
  });
});

describe('compareKeys', () => {
  it('orders as the bytes of UTF-8 do, where UTF-16 does not', () => {
    const keys = ['a', 'a-b', 'a/b', 'a0', '\u00e9', '\ud7ff', '\ue000', '\uffff', '\u{1f600}', '\u{10ffff}', ''];
    const byBytes = keys.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    expect(keys.toSorted(compareKeys)).toEqual(byBytes);
    expect(keys.toSorted()).not.toEqual(byBytes);
  });
});
