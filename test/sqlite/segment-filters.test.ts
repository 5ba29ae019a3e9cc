import { describe, expect, it } from 'vitest';
import { encodeFilter, SegmentFilters } from '../../lib/sqlite/segment-filters.ts';
import { hashTrace } from '../../lib/sqlite/trace-segment.ts';

const SEGMENTS = 70;
const TRACES = 300;
const hashOf = (segment: number, trace: number) => hashTrace(`${segment}/${trace}`);

function create() {
  const filters = new SegmentFilters<{ readonly last: number }>();
  for (let segment = 0; segment < SEGMENTS; segment += 1) {
    const hashes = Array.from({ length: TRACES }, (_, trace) => hashOf(segment, trace));
    filters.add({ last: segment }, encodeFilter(hashes));
  }
  return filters;
}

describe('SegmentFilters', () => {
  it('names the segment of every trace, and hardly any other', () => {
    const filters = create();
    let others = 0;
    for (let segment = 0; segment < SEGMENTS; segment += 1) {
      for (let trace = 0; trace < TRACES; trace += 1) {
        const found = filters.candidates(hashOf(segment, trace)).map(({ last }) => last);
        expect(found).toContain(segment);
        expect(found).toEqual(found.toSorted((a, b) => a - b));
        others += found.length - 1;
      }
    }
    expect(others / (SEGMENTS * SEGMENTS * TRACES)).toBeLessThan(0.001);
  });

  it('is wrong about few traces when it is as full as it gets', () => {
    const filters = new SegmentFilters<{ readonly last: number }>();
    filters.add({ last: 0 }, encodeFilter(Array.from({ length: 33_000 }, (_, trace) => hashOf(0, trace))));
    const wrong = Array.from({ length: 10_000 }, (_, trace) => filters.candidates(hashOf(1, trace)).length);
    expect(wrong.reduce((sum, count) => sum + count, 0) / 10_000).toBeLessThan(0.04);
  });

  it('forgets old segments, and goes on with new ones', () => {
    const filters = create();
    filters.forgetBefore(65);
    expect(filters.newest).toEqual({ last: 69 });
    expect(filters.candidates(hashOf(64, 1))).toEqual([]);
    expect(filters.candidates(hashOf(65, 1))).toEqual([{ last: 65 }]);
    filters.add({ last: 70 }, encodeFilter([hashOf(70, 1)]));
    expect(filters.candidates(hashOf(70, 1))).toEqual([{ last: 70 }]);
    filters.forgetBefore(1_000);
    expect(filters.newest).toBeUndefined();
    filters.add({ last: 1_000 }, encodeFilter([hashOf(1_000, 1)]));
    expect(filters.candidates(hashOf(1_000, 1))).toEqual([{ last: 1_000 }]);
  });
});
