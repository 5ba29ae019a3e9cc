import type { SpanNode } from './span-tree.ts';

/** A piece of time, in microseconds since the beginning of the trace. */
export interface Piece {
  readonly startUs: number;
  readonly endUs: number;
}

/**
 * The critical path below a root: for each span on it, the pieces of time in which nothing but this span kept the trace from ending
 * earlier. It is found backwards: from the end of a span to the child that ended last, from that child's start to the child that had
 * ended last by then, and so on; what lies between is the span's own.
 * ```
 *   root   |====------====-------|
 *   child a     |=====|               = on the critical path
 *   child b                =======|
 *   child c       |---|               c ended before a did: not on it
 * ```
 * Children that go on after their parent, as in asynchronous calls, are not on the path of the parent.
 */
export function criticalPath(root: SpanNode): ReadonlyMap<SpanNode, readonly Piece[]> {
  const pieces = new Map<SpanNode, Piece[]>();
  const add = (node: SpanNode, startUs: number, endUs: number) => {
    if (endUs <= startUs) return;
    const own = pieces.get(node);
    if (own === undefined) pieces.set(node, [{ startUs, endUs }]);
    else own.push({ startUs, endUs });
  };
  /** Spans whose path is still to be found, up to the time from which on a later span is on it. */
  const waiting: { node: SpanNode; untilUs: number }[] = [{ node: root, untilUs: root.endUs }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node } = next;
    let { untilUs } = next;
    const latestFirst = node.children.filter(({ endUs }) => endUs <= node.endUs).sort((a, b) => b.endUs - a.endUs);
    for (const child of latestFirst) {
      if (child.endUs > untilUs || child.startUs >= untilUs) continue;
      add(node, child.endUs, untilUs);
      waiting.push({ node: child, untilUs: child.endUs });
      untilUs = Math.max(node.startUs, child.startUs);
    }
    add(node, node.startUs, untilUs);
    // A span without a duration is on the path all the same.
    if (!pieces.has(node)) pieces.set(node, []);
  }
  return pieces;
}

/** The time of a span in which none of its children ran, in microseconds. */
export function selfTimeUs({ startUs, endUs, children }: SpanNode): number {
  let covered = 0;
  let reachedUs = startUs;
  // Children are in the order of their start.
  for (const child of children) {
    const from = Math.max(child.startUs, reachedUs);
    const to = Math.min(child.endUs, endUs);
    if (to <= from) continue;
    covered += to - from;
    reachedUs = to;
  }
  return endUs - startUs - covered;
}
