import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResourceSpansJson, SpanJson } from '../../lib/read/otlp-json.ts';
import { criticalPath, selfTimeUs } from '../../page/trace/critical-path.ts';
import { buildSpanTree, type SpanNode, type SpanTree } from '../../page/trace/span-tree.ts';
import { ancestorsOf, matchesText, valueText, visibleRows } from '../../page/trace/visible-rows.ts';

/** 2026-11-21T12:00:00Z, in nanoseconds. */
const BASE = 1_795_262_400_000_000_000n;

/** `id parent start-end`, times in milliseconds: `b a 10-20`; the parent of a root is `-`. */
function treeOf(...lines: readonly string[]): SpanTree {
  const spans = lines.map((line): SpanJson => {
    const [spanId = '', parentSpanId = '', times = ''] = line.split(' ');
    const [start, end] = times.split('-').map((ms) => String(BASE + BigInt(ms) * 1_000_000n));
    return {
      traceId: 'a'.repeat(32),
      spanId,
      name: spanId,
      ...(parentSpanId !== '-' && { parentSpanId }),
      ...(start !== undefined && { startTimeUnixNano: start }),
      ...(end !== undefined && { endTimeUnixNano: end }),
    };
  });
  return buildSpanTree([{ scopeSpans: [{ spans }] }]);
}

const drawn = ({ inOrder }: SpanTree): string[] =>
  inOrder.map(({ span, depth, isOrphan }) => `${'.'.repeat(depth)}${span.spanId}${isOrphan ? '?' : ''}`);

function nodeOf({ inOrder }: SpanTree, id: string): SpanNode {
  const found = inOrder.find(({ span }) => span.spanId === id);
  if (found === undefined) throw new Error(`no span ${id}`);
  return found;
}

describe('the tree of a trace', () => {
  it('has parents before children, and children in the order of their start, whatever the order they came in', () => {
    const tree = treeOf('d b 3-4', 'c a 5-6', 'b a 1-4', 'a - 0-10');
    expect(drawn(tree)).toEqual(['a', '.b', '..d', '.c']);
    expect(nodeOf(tree, 'a')).toMatchObject({ startUs: 0, endUs: 10_000, descendants: 3 });
    expect(tree).toMatchObject({ durationUs: 10_000, startNanos: BASE });
  });

  it('has spans without their parent at the top, and several roots', () => {
    expect(drawn(treeOf('b gone 2-3', 'a - 0-1', 'r - 5-6'))).toEqual(['a', 'b?', 'r']);
  });

  it('opens circles of spans that are each other’s parents', () => {
    expect(drawn(treeOf('a b 0-9', 'b a 1-2', 'c c 3-4', 'd b 5-6'))).toEqual(['a?', '.b', '..d', 'c?']);
  });

  it('has every span once, whatever their parents', () => {
    const span = fc.record({ id: fc.nat(8), parent: fc.nat(8), at: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 30 }), (spans) => {
        const tree = treeOf(...spans.map(({ id, parent, at }) => `${id} ${parent} ${at}-${at + 1}`));
        expect(new Set(tree.inOrder).size).toBe(spans.length);
        expect(tree.inOrder).toHaveLength(spans.length);
        expect(tree.roots.reduce((sum, root) => sum + root.descendants + 1, 0)).toBe(spans.length);
      }),
    );
  });

  it('is built in time in proportion to the spans: a chain, a star and a circle of 100,000', () => {
    const count = 100_000;
    const ids = Array.from({ length: count }, (_, index) => index);
    for (const parentOf of [(id: number) => id - 1, () => 0, (id: number) => (id + 1) % count]) {
      const resourceSpans: ResourceSpansJson[] = [
        {
          scopeSpans: [{ spans: ids.map((id) => ({ traceId: '', spanId: `${id}`, parentSpanId: `${parentOf(id)}` })) }],
        },
      ];
      expect(buildSpanTree(resourceSpans).inOrder).toHaveLength(count);
    }
  });

  it('shows missing times at the beginning, and no end before its start', () => {
    const tree = treeOf('a - 5-9', 'b a 8-6');
    expect(nodeOf(tree, 'b')).toMatchObject({ startUs: 3000, endUs: 3000 });
    const [node] = buildSpanTree([{ scopeSpans: [{ spans: [{ traceId: '', spanId: 'x' }] }] }]).inOrder;
    expect(node).toMatchObject({ startUs: 0, endUs: 0, service: 'unknown' });
  });
});

describe('the critical path', () => {
  // By hand: from the end of a back to b, which ended last; from its start back to c; d ended before c began, e ended before c did.
  //   a |==-----===------==|   0-100
  //   c    |=====|            10-40
  //   e      |-|              20-30
  //   b            |======|   60-90
  it('goes backwards from the end to the child that had ended last', () => {
    const tree = treeOf('a - 0-100', 'c a 10-40', 'e a 20-30', 'b a 60-90');
    const path = criticalPath(nodeOf(tree, 'a'));
    const pieces = (id: string) =>
      path.get(nodeOf(tree, id))?.map(({ startUs, endUs }) => [startUs / 1000, endUs / 1000]);
    expect(pieces('a')).toEqual([
      [90, 100],
      [40, 60],
      [0, 10],
    ]);
    expect(pieces('b')).toEqual([[60, 90]]);
    expect(pieces('c')).toEqual([[10, 40]]);
    expect(pieces('e')).toBeUndefined();
  });

  it('leaves out children that go on after their parent', () => {
    const tree = treeOf('a - 0-10', 'later a 5-50');
    expect([...criticalPath(nodeOf(tree, 'a')).keys()].map(({ span }) => span.spanId)).toEqual(['a']);
  });

  it('adds up to the duration of the root', () => {
    const child = fc
      .tuple(fc.nat(100), fc.nat(100))
      .map(([one, other]) => `${Math.min(one, other)}-${Math.max(one, other)}`);
    fc.assert(
      fc.property(fc.array(child, { maxLength: 12 }), (children) => {
        const tree = treeOf('a - 0-100', ...children.map((times, index) => `c${index} a ${times}`));
        const pieces = [...criticalPath(nodeOf(tree, 'a')).values()].flat();
        expect(pieces.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0)).toBeCloseTo(100_000, 3);
      }),
    );
  });
});

it('the self time of a span is what none of its children covers', () => {
  const tree = treeOf('a - 0-100', 'b a 10-30', 'c a 20-50', 'd a 90-120');
  // 100 - (10 to 50) - (90 to 100)
  expect(selfTimeUs(nodeOf(tree, 'a'))).toBe(50_000);
  expect(selfTimeUs(nodeOf(tree, 'b'))).toBe(20_000);
});

describe('the rows', () => {
  const tree = treeOf('a - 0-10', 'b a 1-4', 'd b 2-3', 'c a 5-6');

  it('hide what is below a collapsed span', () => {
    const rows = visibleRows(tree, new Set([nodeOf(tree, 'b')]));
    expect(rows.map(({ span }) => span.spanId)).toEqual(['a', 'b', 'c']);
  });

  it('know what is above a span', () => {
    expect(ancestorsOf(tree, nodeOf(tree, 'd')).map(({ span }) => span.spanId)).toEqual(['b', 'a']);
  });

  it('are found by name, key, value and event, whatever the case', () => {
    const attributes = [{ key: 'http.route', value: { stringValue: '/Cart' } }];
    const span = { traceId: '', spanId: 'x', name: 'GET', attributes, events: [{ name: 'exception' }] };
    const [node] = buildSpanTree([{ scopeSpans: [{ spans: [span] }] }]).inOrder;
    const found = ['get', 'ROUTE', 'cart', 'Except', 'nothing'].filter((text) => node && matchesText(node, text));
    expect(found).toEqual(['get', 'ROUTE', 'cart', 'Except']);
  });
});

it('values read as a person writes them', () => {
  expect(valueText({ stringValue: '7' })).toBe('7');
  expect(valueText({ intValue: '7' })).toBe('7');
  expect(valueText({ intValue: '9007199254740993' })).toBe('9007199254740993');
  expect(valueText({ boolValue: false })).toBe('false');
  expect(valueText({ arrayValue: { values: [{ intValue: 1 }, { stringValue: 'b' }] } })).toBe('[1,"b"]');
  expect(valueText({ kvlistValue: { values: [{ key: 'k', value: { doubleValue: 0.5 } }] } })).toBe('{"k":0.5}');
  expect(valueText(undefined)).toBe('null');
});
