import { FieldCursor } from '../protobuf/field-cursor.ts';
import { indexSpan, SPAN_WIDTH } from './index-span.ts';

/**
 * The places of everything in the fragments of a trace: one row of numbers for each `ResourceSpans` and `ScopeSpans`
 * that has spans, and for each `Span`, in the order of arrival. So a span costs no object. Offsets count from the start
 * of the fragment that the `ResourceSpans` row names; 0 means that the field is missing, because a tag precedes every
 * value.
 */
export interface TraceIndex {
  readonly fragments: readonly Uint8Array[];
  /** Columns {@link RESOURCE_SPANS}. */
  readonly resourceSpans: IntTable;
  /** Columns {@link SCOPE_SPANS}. */
  readonly scopeSpans: IntTable;
  /** Columns {@link SPAN}. */
  readonly spans: IntTable;
}

export const RESOURCE_SPANS = { fragment: 0, start: 1, end: 2, firstScope: 3, endScope: 4, firstSpan: 5, endSpan: 6 };
export const SCOPE_SPANS = { start: 0, end: 1, firstSpan: 2, endSpan: 3 };

const RESOURCE_SPANS_WIDTH = 7;
const SCOPE_SPANS_WIDTH = 4;

/**
 * Scans the fragments once. Each is a `TracesData` message (opentelemetry/proto/trace/v1/trace.proto).
 * @throws {MalformedOtlpError} if a fragment is damaged
 */
export function indexFragments(fragments: readonly Uint8Array[]): TraceIndex {
  const index: Unfinished = {
    resourceSpans: new IntTable(RESOURCE_SPANS_WIDTH),
    scopeSpans: new IntTable(SCOPE_SPANS_WIDTH),
    spanCount: 0,
  };
  for (let number = 0; number < fragments.length; number++) {
    const bytes = fragments[number] as Uint8Array;
    const cursor = new FieldCursor(bytes, 0, bytes.length);
    while (cursor.next()) {
      if (cursor.field === 1) indexResourceSpans(index, number, cursor);
    }
  }
  const { resourceSpans, scopeSpans, spanCount } = index;
  const spans = new IntTable(SPAN_WIDTH, spanCells.slice(0, spanCount * SPAN_WIDTH));
  if (spanCells.length > MAX_SPARE_CELLS) spanCells = [];
  return { fragments, resourceSpans, scopeSpans, spans };
}

/** An index whose spans are still in {@link spanCells}. */
interface Unfinished {
  readonly resourceSpans: IntTable;
  readonly scopeSpans: IntTable;
  spanCount: number;
}

/** Reused from trace to trace: an array that grew with each span would be copied again and again. */
let spanCells: number[] = [];
const MAX_SPARE_CELLS = SPAN_WIDTH * 4096;

/** Indexes the `ResourceSpans` in the current field of the cursor, and leaves the cursor after it. */
function indexResourceSpans(index: Unfinished, fragment: number, cursor: FieldCursor): void {
  const { resourceSpans, scopeSpans, spanCount: firstSpan } = index;
  const { from: start, to: end, end: outerEnd } = cursor;
  const firstScope = scopeSpans.length;
  const row = resourceSpans.length;
  cursor.offset = start;
  cursor.end = end;
  while (cursor.next()) {
    if (cursor.field === 2) indexScopeSpans(index, row, cursor);
  }
  cursor.end = outerEnd;
  if (index.spanCount === firstSpan) return;
  resourceSpans.cells.push(fragment, start, end, firstScope, scopeSpans.length, firstSpan, index.spanCount);
}

/** Indexes the `ScopeSpans` in the current field of the cursor, and leaves the cursor after it. */
function indexScopeSpans(index: Unfinished, resourceSpans: number, cursor: FieldCursor): void {
  const { scopeSpans, spanCount: firstSpan } = index;
  const { bytes, from: start, to: end, end: outerEnd } = cursor;
  const row = scopeSpans.length;
  cursor.offset = start;
  cursor.end = end;
  while (cursor.next()) {
    if (cursor.field !== 2) continue;
    indexSpan(spanCells, index.spanCount++ * SPAN_WIDTH, resourceSpans, row, bytes, cursor.from, cursor.to);
  }
  cursor.end = outerEnd;
  if (index.spanCount > firstSpan) scopeSpans.cells.push(start, end, firstSpan, index.spanCount);
}

/**
 * A table of 32-bit integers that grows by rows. The cells are a plain array because most traces are small: creating a
 * typed array costs more than reading a few dozen rows.
 */
export class IntTable {
  readonly width: number;
  /** The cell of `row` and `column` is at `row * width + column`. */
  readonly cells: number[];

  constructor(width: number, cells: number[] = []) {
    this.width = width;
    this.cells = cells;
  }

  get length(): number {
    return this.cells.length / this.width;
  }

  get(row: number, column: number): number {
    return this.cells[row * this.width + column] as number;
  }

  row(row: number): number[] {
    return this.cells.slice(row * this.width, (row + 1) * this.width);
  }
}
