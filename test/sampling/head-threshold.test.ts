import { describe, expect, it } from 'vitest';
import { adjustedCountAt } from '../../lib/sampling/probability/threshold.ts';
import { headThreshold } from '../../lib/sampling/probability/trace-state.ts';
import { traceOf } from '../support/build-trace.ts';

describe('headThreshold', () => {
  it.each([
    { traceState: '', count: 1 },
    { traceState: 'ot=th:0', count: 1 },
    { traceState: 'ot=th:8', count: 2 },
    { traceState: 'ot=th:c', count: 4 },
    { traceState: 'ot=th:f', count: 16 },
    { traceState: 'ot=th:fd70a4', count: 100 }, // 1 %, rounded to 24 bits: within 0.01 %
    { traceState: 'ot=th:ffffffffffffff', count: 2 ** 56 },
    { traceState: 'vendor=1,ot=rv:d29d6a7215ced0;th:c,congo=t61', count: 4 },
    { traceState: 'vendor=1 , ot=th:c', count: 4 },
    { traceState: 'ot=rv:d29d6a7215ced0', count: 1 },
    { traceState: 'ot=th:', count: 1 },
    { traceState: 'ot=th:C', count: 1 },
    { traceState: 'ot=th:xyz', count: 1 },
    { traceState: 'ot=th:000000000000000', count: 1 },
    { traceState: 'not=th:c', count: 1 },
  ])('is $count for "$traceState"', ({ traceState, count }) => {
    expect(adjustedCountAt(headThreshold(traceOf({ traceState }))) / count).toBeCloseTo(1, 4);
  });

  const parentSpanId = '00000000000000aa';
  it.each([
    { when: 'the root has one', spans: [{ parentSpanId, traceState: 'ot=th:8' }, { traceState: 'ot=th:c' }], count: 4 },
    {
      when: 'the parent ID of the root is all zero',
      spans: [
        { parentSpanId, traceState: 'ot=th:8' },
        { parentSpanId: '0000000000000000', traceState: 'ot=th:c' },
      ],
      count: 4,
    },
    {
      when: 'there is no root',
      spans: [{ parentSpanId }, { parentSpanId, traceState: 'ot=th:8' }, { parentSpanId, traceState: 'ot=th:c' }],
      count: 2,
    },
    {
      when: 'that of the root is not valid',
      spans: [{ parentSpanId, traceState: 'ot=th:8' }, { traceState: 'ot=th:!' }],
      count: 2,
    },
  ])('is taken from the root, else from the first span that has one, when $when', ({ spans, count }) => {
    expect(adjustedCountAt(headThreshold(traceOf(...spans)))).toBe(count);
  });
});
