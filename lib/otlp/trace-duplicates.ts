import { IntTable } from './int-table.ts';
import { RESOURCE_SPANS, SPAN, type TraceIndex } from './trace-index.ts';

/**
 * The index without duplicate spans: of those with the same span ID, kind, start time and name the first stays. A span
 * ID alone is not enough: Zipkin-style instrumentation gives the client's and the server's span one ID.
 */
export function removeDuplicateSpans(index: TraceIndex): TraceIndex {
  const duplicates = findDuplicates(index);
  return duplicates === undefined ? index : withoutSpans(index, duplicates);
}

function findDuplicates(index: TraceIndex): ReadonlySet<number> | undefined {
  const count = index.spans.length;
  if (count < 2) return undefined;
  let duplicates: Set<number> | undefined;
  const mask = (1 << (33 - Math.clz32(count))) - 1;
  const slots: number[] = new Array(mask + 1).fill(0);
  for (let span = 0; span < count; span++) {
    let slot = hashSpan(index, span) & mask;
    for (let other = slots[slot] as number; other > 0; other = slots[slot] as number) {
      if (isSameSpan(index, other - 1, span)) {
        duplicates ??= new Set();
        duplicates.add(span);
        break;
      }
      slot = (slot + 1) & mask;
    }
    if (slots[slot] === 0) slots[slot] = span + 1;
  }
  return duplicates;
}

function fragmentOf(index: TraceIndex, span: number): Uint8Array {
  const fragment = index.resourceSpans.get(index.spans.get(span, SPAN.resourceSpans), RESOURCE_SPANS.fragment);
  return index.fragments[fragment] as Uint8Array;
}

/** The start time is in it for the sake of tracers that give all of their spans one ID. */
function hashSpan(index: TraceIndex, span: number): number {
  const bytes = fragmentOf(index, span);
  const idEnd = index.spans.get(span, SPAN.spanIdEnd);
  const startTimeEnd = index.spans.get(span, SPAN.startTimeEnd);
  let hash = 0;
  for (let at = index.spans.get(span, SPAN.spanId); at < idEnd; at++) {
    hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  }
  for (let at = index.spans.get(span, SPAN.startTime); at < startTimeEnd; at++) {
    hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  }
  return hash ^ (hash >>> 15);
}

function isSameSpan(index: TraceIndex, a: number, b: number): boolean {
  const { spans } = index;
  const bytesA = fragmentOf(index, a);
  const bytesB = fragmentOf(index, b);
  const isSame = (from: number, to: number) =>
    isSameRange(bytesA, spans.get(a, from), spans.get(a, to), bytesB, spans.get(b, from), spans.get(b, to));
  return (
    isSame(SPAN.spanId, SPAN.spanIdEnd) &&
    spans.get(a, SPAN.kind) === spans.get(b, SPAN.kind) &&
    isSame(SPAN.startTime, SPAN.startTimeEnd) &&
    isSame(SPAN.name, SPAN.nameEnd)
  );
}

function isSameRange(
  bytesA: Uint8Array,
  startA: number,
  endA: number,
  bytesB: Uint8Array,
  startB: number,
  endB: number,
): boolean {
  if (endA - startA !== endB - startB) return false;
  for (let at = startA; at < endA; at++) {
    if (bytesA[at] !== bytesB[startB + at - startA]) return false;
  }
  return true;
}

function withoutSpans(index: TraceIndex, removed: ReadonlySet<number>): TraceIndex {
  const { fragments, resourceSpans, scopeSpans, spans } = index;
  const kept: TraceIndex = {
    fragments,
    resourceSpans: new IntTable(resourceSpans.width),
    scopeSpans: new IntTable(scopeSpans.width),
    spans: new IntTable(spans.width),
  };
  for (let row = 0; row < resourceSpans.length; row++) {
    const [fragment = 0, start = 0, end = 0, firstScope = 0, endScope = 0] = resourceSpans.row(row);
    const keptScope = kept.scopeSpans.length;
    const keptSpan = kept.spans.length;
    for (let scope = firstScope; scope < endScope; scope++) keepScope(index, kept, scope, removed);
    if (kept.spans.length > keptSpan) {
      kept.resourceSpans.cells.push(
        fragment,
        start,
        end,
        keptScope,
        kept.scopeSpans.length,
        keptSpan,
        kept.spans.length,
      );
    }
  }
  return kept;
}

function keepScope(index: TraceIndex, kept: TraceIndex, scope: number, removed: ReadonlySet<number>): void {
  const [start = 0, end = 0, firstSpan = 0, endSpan = 0] = index.scopeSpans.row(scope);
  const keptSpan = kept.spans.length;
  for (let span = firstSpan; span < endSpan; span++) {
    if (removed.has(span)) continue;
    const [, , ...places] = index.spans.row(span);
    kept.spans.cells.push(kept.resourceSpans.length, kept.scopeSpans.length, ...places);
  }
  if (kept.spans.length > keptSpan) kept.scopeSpans.cells.push(start, end, keptSpan, kept.spans.length);
}
