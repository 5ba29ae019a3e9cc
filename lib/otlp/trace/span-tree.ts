import type { Trace } from './trace.ts';

/** A span in the order in which a person reads a trace. */
export interface PlacedSpan {
  /** Its number in the trace. */
  readonly span: number;
  /** 0: it has no parent, or none that is there. */
  readonly depth: number;
}

/** Spans with one ID: with some tracers the spans of a client and its server have the same. */
interface Node {
  readonly id: string;
  /** Different from {@link id}; '' for none. */
  readonly parent: string;
  readonly startTimeUnixNano: bigint;
  readonly spans: readonly number[];
}

/**
 * The spans of a trace, each below its parent, and siblings in order of their start, as the query `waterfall` has them. A span
 * whose parent is missing, or is the span itself, has depth 0. Spans in a circle of parents come last, with depth 0 as well.
 */
export function spanTree(trace: Trace): readonly PlacedSpan[] {
  const nodes = nodesOf(trace);
  const children = Map.groupBy(nodes.values(), ({ parent }) => (nodes.has(parent) ? parent : ''));
  const placed: PlacedSpan[] = [];
  const seen = new Set<string>();
  // A stack, because a chain of parents can be longer than that of calls may be.
  const open: { readonly node: Node; readonly depth: number }[] = [];
  const push = (siblings: readonly Node[], depth: number) => {
    for (const node of siblings.toSorted(byStart).reverse()) open.push({ node, depth });
  };
  const placeAll = () => {
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { node, depth } = next;
      if (seen.has(node.id)) continue;
      seen.add(node.id);
      for (const span of node.spans) placed.push({ span, depth });
      push(children.get(node.id) ?? [], depth + 1);
    }
  };
  push(children.get('') ?? [], 0);
  placeAll();
  for (const node of [...nodes.values()].toSorted(byStart)) {
    if (seen.has(node.id)) continue;
    push([node], 0);
    placeAll();
  }
  return placed;
}

function nodesOf(trace: Trace): ReadonlyMap<string, Node> {
  const spans = Map.groupBy(
    Array.from({ length: trace.spanCount }, (_, span) => span),
    (span) => trace.spanId(span),
  );
  const nodes = new Map<string, Node>();
  for (const [id, ofId] of spans) {
    const parents = ofId.map((span) => trace.parentSpanId(span)).filter((parent) => parent !== '' && parent !== id);
    // 0: the span has no start.
    const starts = ofId.map((span) => trace.startTimeUnixNano(span)).filter((start) => start > 0n);
    nodes.set(id, {
      id,
      parent: parents.reduce((least, parent) => (least === '' || parent < least ? parent : least), ''),
      startTimeUnixNano: starts.reduce((least, start) => (start < least ? start : least), starts[0] ?? 0n),
      spans: ofId.toSorted((left, right) => compareSpans(trace, left, right)),
    });
  }
  return nodes;
}

function byStart(left: Node, right: Node): number {
  return compare(left.startTimeUnixNano, right.startTimeUnixNano) || compare(left.id, right.id);
}

function compareSpans(trace: Trace, left: number, right: number): number {
  return (
    compare(trace.startTimeUnixNano(left), trace.startTimeUnixNano(right)) ||
    trace.kind(left) - trace.kind(right) ||
    compare(trace.name(left), trace.name(right))
  );
}

function compare<Value extends bigint | string>(left: Value, right: Value): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
