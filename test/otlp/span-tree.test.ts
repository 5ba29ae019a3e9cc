import { describe, expect, it } from 'vitest';
import { spanTree } from '../../lib/otlp/trace/span-tree.ts';
import { traceOf } from '../support/build-trace.ts';

const id = (number: number) => number.toString(16).padStart(16, '0');

describe('spanTree', () => {
  it('has every span once, also of a circle of parents, with the others before it', () => {
    const trace = traceOf(
      { spanId: id(1), parentSpanId: id(2), startMs: 0 },
      { spanId: id(2), parentSpanId: id(1), startMs: 1 },
      { spanId: id(3), parentSpanId: id(2), startMs: 2 },
      { spanId: id(4), startMs: 3 },
    );
    expect(spanTree(trace).map(({ span, depth }) => [span, depth])).toEqual([
      [3, 0],
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
  });

  it('places 20,000 spans in one chain', () => {
    const spans = Array.from({ length: 20_000 }, (_, number) => ({
      spanId: id(number + 1),
      ...(number > 0 && { parentSpanId: id(number) }),
    }));
    const tree = spanTree(traceOf(...spans));
    expect(tree).toHaveLength(20_000);
    expect(tree.at(-1)).toEqual({ span: 19_999, depth: 19_999 });
  });

  it('is empty for a trace without spans', () => {
    expect(spanTree(traceOf())).toEqual([]);
  });
});
