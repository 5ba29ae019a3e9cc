import type { KeyValueJson, ResourceJson, ResourceSpansJson, ScopeJson, SpanJson } from '../../lib/read/otlp-json.ts';

/** A span in its place in the trace. Times are microseconds since the beginning of the trace. */
export interface SpanNode {
  readonly span: SpanJson;
  readonly service: string;
  readonly resource: ResourceJson;
  readonly scope: ScopeJson;
  readonly startUs: number;
  readonly endUs: number;
  readonly isError: boolean;
  /** Its parent is not in the trace. */
  readonly isOrphan: boolean;
  readonly children: SpanNode[];
  readonly depth: number;
  /** Spans below it. */
  readonly descendants: number;
  /** Spans with an error below it. */
  readonly errorsBelow: number;
}

export interface SpanTree {
  /** Roots and orphans, by start. */
  readonly roots: readonly SpanNode[];
  /** Parents before their children, which are in the order of their start. */
  readonly inOrder: readonly SpanNode[];
  /** Nanoseconds since the epoch. */
  readonly startNanos: bigint;
  readonly durationUs: number;
  readonly services: readonly string[];
}

const STATUS_ERROR = 2;
const NANOS_PER_US = 1000;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * Puts the spans of a trace in order. A trace may have several roots, spans without their parent, two spans with one ID, and spans that
 * are each other's parents: each span is in the tree once.
 */
export function buildSpanTree(resourceSpans: readonly ResourceSpansJson[]): SpanTree {
  const nodes = nodesOf(resourceSpans);
  const starts = nodes.map(({ span }) => nanos(span.startTimeUnixNano)).filter((start) => start > 0n);
  const startNanos = starts.reduce((least, start) => (start < least ? start : least), starts[0] ?? 0n);
  let durationUs = 0;
  for (const node of nodes) {
    node.startUs = toUs(nanos(node.span.startTimeUnixNano), startNanos);
    node.endUs = Math.max(node.startUs, toUs(nanos(node.span.endTimeUnixNano), startNanos));
    durationUs = Math.max(durationUs, node.endUs);
  }
  let roots = linkParents(nodes);
  let inOrder = depthFirst(roots);
  if (inOrder.length < nodes.length) {
    roots = [...roots, ...openCircles(nodes, new Set(inOrder))].sort(byStart);
    inOrder = depthFirst(roots);
  }
  // Children come after their parents: backwards, everything below a node is counted before the node.
  for (const node of inOrder.toReversed() as Mutable<SpanNode>[]) {
    for (const child of node.children) {
      node.descendants += child.descendants + 1;
      node.errorsBelow += child.errorsBelow + (child.isError ? 1 : 0);
    }
  }
  return { roots, inOrder, startNanos, durationUs, services: [...new Set(inOrder.map(({ service }) => service))] };
}

function nodesOf(resourceSpans: readonly ResourceSpansJson[]): Mutable<SpanNode>[] {
  const nodes: Mutable<SpanNode>[] = [];
  for (const { resource = {}, scopeSpans = [] } of resourceSpans) {
    const service = textAttribute(resource.attributes, 'service.name') ?? 'unknown';
    for (const { scope = {}, spans = [] } of scopeSpans) {
      for (const span of spans) {
        const isError = span.status?.code === STATUS_ERROR;
        const place = { startUs: 0, endUs: 0, depth: 0, descendants: 0, errorsBelow: 0, isOrphan: false };
        nodes.push({ span, service, resource, scope, isError, children: [], ...place });
      }
    }
  }
  return nodes;
}

/** Hangs each node under its parent. Spans that are each other's parents are below no root then. */
function linkParents(nodes: readonly Mutable<SpanNode>[]): SpanNode[] {
  const byId = new Map<string, Mutable<SpanNode>>();
  // Of two spans with one ID the earlier has the children.
  for (const node of nodes.toSorted(byStart)) if (!byId.has(node.span.spanId)) byId.set(node.span.spanId, node);
  const roots: SpanNode[] = [];
  for (const node of nodes) {
    const { parentSpanId = '' } = node.span;
    const parent = byId.get(parentSpanId);
    node.isOrphan = parentSpanId !== '' && (parent === undefined || parent === node);
    if (parent === undefined || parent === node) roots.push(node);
    else parent.children.push(node);
  }
  for (const node of nodes) node.children.sort(byStart);
  return roots.sort(byStart);
}

/** Opens each circle of spans that are each other's parents at its earliest span, which becomes an orphan. */
function openCircles(nodes: readonly Mutable<SpanNode>[], reached: Set<SpanNode>): SpanNode[] {
  const opened: SpanNode[] = [];
  const unreached = nodes.filter((node) => !reached.has(node)).sort(byStart);
  // As in linkParents, the earlier of two spans with one ID is the parent.
  const byId = new Map(unreached.toReversed().map((node) => [node.span.spanId, node]));
  for (const node of unreached) {
    if (reached.has(node)) continue;
    const parent = byId.get(node.span.parentSpanId ?? '');
    parent?.children.splice(parent.children.indexOf(node), 1);
    node.isOrphan = true;
    opened.push(node);
    for (const below of depthFirst([node])) reached.add(below);
  }
  return opened;
}

function byStart(a: SpanNode, b: SpanNode): number {
  return a.startUs - b.startUs || b.endUs - a.endUs;
}

/** Without recursion: a trace may be deeper than the stack. */
function depthFirst(roots: readonly SpanNode[]): SpanNode[] {
  const inOrder: SpanNode[] = [];
  const waiting = roots.toReversed() as Mutable<SpanNode>[];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    inOrder.push(node);
    for (const child of node.children.toReversed() as Mutable<SpanNode>[]) {
      child.depth = node.depth + 1;
      waiting.push(child);
    }
  }
  return inOrder;
}

function nanos(text: string | undefined): bigint {
  return BigInt(text ?? '0');
}

/** Traces of days still are exact to the nanosecond as a number of microseconds. */
function toUs(time: bigint, start: bigint): number {
  return time === 0n ? 0 : Number(time - start) / NANOS_PER_US;
}

function textAttribute(attributes: readonly KeyValueJson[] | undefined, key: string): string | undefined {
  return attributes?.find((attribute) => attribute.key === key)?.value?.stringValue;
}
