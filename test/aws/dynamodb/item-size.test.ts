import { describe, expect, it } from 'vitest';
import { itemBytes, writeUnits } from '../../../lib/aws/dynamodb/schema.ts';

describe('itemBytes', () => {
  it.each([
    { item: {}, bytes: 0 },
    { item: { traceId: { S: 'abc' } }, bytes: 7 + 3 },
    { item: { ü: { S: 'ü' } }, bytes: 2 + 2 },
    // A number takes about a byte for two digits, and one or two more.
    { item: { n: { N: '1795262400000' } }, bytes: 1 + 2 + 7 },
    { item: { p: { B: new Uint8Array(100) } }, bytes: 1 + 100 },
    { item: { c: { L: [{ S: 'ab' }, { S: 'c' }] } }, bytes: 1 + 3 + (1 + 2) + (1 + 1) },
    { item: { c: { M: { k: { S: 'ab' }, q: { S: '' } } } }, bytes: 1 + 3 + (1 + 2 + 1) + (1 + 0 + 1) },
    { item: { w: { NULL: true as const } }, bytes: 1 + 1 },
  ])('counts $bytes for $item', ({ item, bytes }) => {
    expect(itemBytes(item)).toBe(bytes);
  });

  it('pays one write unit for each kilobyte begun', () => {
    expect([1, 1024, 1025, 2048].map(writeUnits)).toEqual([1, 1, 2, 2]);
  });
});
