import { describe, expect, it } from 'vitest';
import { TraceTable } from '../../lib/otlp/regroup/trace-table.ts';

describe('TraceTable', () => {
  it('numbers IDs in the order in which they are first seen', () => {
    const bytes = Uint8Array.from([...Array(16).fill(7), ...Array(16).fill(8), ...Array(16).fill(7)]);
    const table = new TraceTable(bytes);
    expect([0, 16, 32].map((offset) => table.numberOf(offset))).toEqual([0, 1, 0]);
    expect(table.size).toBe(2);
    expect(table.idOf(1)).toBe('08'.repeat(16));
  });

  it('tells IDs apart that were chosen to collide', () => {
    const count = 5000;
    const bytes = new Uint8Array(count * 16);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < count; i++) {
      // The first two words cancel each other out in the hash.
      view.setInt32(i * 16, i + 1);
      view.setInt32(i * 16 + 4, Math.imul(Math.imul(i + 1, 0x9e3779b1), inverse(0x85ebca77)));
    }
    const table = new TraceTable(bytes);
    const offsets = Array.from({ length: count }, (_, i) => i * 16);
    const numbers = offsets.map((_, i) => i);
    expect(offsets.map((offset) => table.numberOf(offset))).toEqual(numbers);
    expect(offsets.map((offset) => table.numberOf(offset))).toEqual(numbers);
  });
});

/** The number whose product with an odd number is 1 in 32 bits (Newton's iteration). */
function inverse(odd: number): number {
  let result = odd;
  for (let i = 0; i < 5; i++) result = Math.imul(result, 2 - Math.imul(odd, result));
  return result;
}
