import { endOfShortRun, FieldCursor } from '../protobuf/field-cursor.ts';
import { fixed32At, LENGTH_DELIMITED, tagOf } from '../protobuf/wire-values.ts';

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

export const SPAN = {
  resourceSpans: 0,
  scopeSpans: 1,
  start: 2,
  end: 3,
  spanId: 4,
  spanIdEnd: 5,
  traceState: 6,
  traceStateEnd: 7,
  parentSpanId: 8,
  parentSpanIdEnd: 9,
  name: 10,
  nameEnd: 11,
  startTime: 12,
  startTimeEnd: 13,
  endTime: 14,
  /** From the tag of the first attribute to the end of the last. */
  attributes: 15,
  attributesEnd: 16,
  /** This column and those after it hold the value itself, not its place. */
  kind: 17,
  flags: 18,
  statusCode: 19,
};

const RESOURCE_SPANS_WIDTH = 7;
const SCOPE_SPANS_WIDTH = 4;
const SPAN_WIDTH = 20;

/**
 * Scans the fragments once. Each is a `TracesData` message (opentelemetry/proto/trace/v1/trace.proto).
 * @throws {MalformedOtlpError} if a fragment is damaged
 */
export function indexFragments(fragments: readonly Uint8Array[]): TraceIndex {
  const index = {
    fragments,
    resourceSpans: new IntTable(RESOURCE_SPANS_WIDTH),
    scopeSpans: new IntTable(SCOPE_SPANS_WIDTH),
    spans: new IntTable(SPAN_WIDTH),
  };
  for (const [number, bytes] of fragments.entries()) {
    const cursor = new FieldCursor(bytes, 0, bytes.length);
    while (cursor.next()) {
      if (cursor.field === 1) indexResourceSpans(index, number, bytes, cursor.from, cursor.to);
    }
  }
  return index;
}

function indexResourceSpans(index: TraceIndex, fragment: number, bytes: Uint8Array, start: number, end: number): void {
  const { resourceSpans, scopeSpans, spans } = index;
  const firstScope = scopeSpans.length;
  const firstSpan = spans.length;
  const row = resourceSpans.length;
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field === 2) indexScopeSpans(index, row, bytes, cursor.from, cursor.to);
  }
  if (spans.length === firstSpan) return;
  resourceSpans.cells.push(fragment, start, end, firstScope, scopeSpans.length, firstSpan, spans.length);
}

function indexScopeSpans(
  index: TraceIndex,
  resourceSpans: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const { scopeSpans, spans } = index;
  const firstSpan = spans.length;
  const row = scopeSpans.length;
  const cursor = new FieldCursor(bytes, start, end);
  const spanCursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field !== 2) continue;
    spanCursor.offset = cursor.from;
    spanCursor.end = cursor.to;
    indexSpan(spans, resourceSpans, row, spanCursor);
  }
  if (spans.length > firstSpan) scopeSpans.cells.push(start, end, firstSpan, spans.length);
}

const ATTRIBUTE_TAG = tagOf(9, LENGTH_DELIMITED);

/** Adds the row of the span at the cursor. Collecting in local variables is faster than in cells. */
function indexSpan(spans: IntTable, resourceSpans: number, scopeSpans: number, cursor: FieldCursor): void {
  const { bytes, offset: start, end } = cursor;
  let spanId = 0;
  let spanIdEnd = 0;
  let traceState = 0;
  let traceStateEnd = 0;
  let parentSpanId = 0;
  let parentSpanIdEnd = 0;
  let name = 0;
  let nameEnd = 0;
  let startTime = 0;
  let startTimeEnd = 0;
  let endTime = 0;
  let attributes = 0;
  let attributesEnd = 0;
  let kind = 0;
  let flags = 0;
  let statusCode = 0;
  for (let tagAt = start; cursor.next(); tagAt = cursor.offset) {
    const { from, to } = cursor;
    switch (cursor.field) {
      case 2:
        spanId = from;
        spanIdEnd = to;
        break;
      case 3:
        traceState = from;
        traceStateEnd = to;
        break;
      case 4:
        parentSpanId = from;
        parentSpanIdEnd = to;
        break;
      case 5:
        name = from;
        nameEnd = to;
        break;
      case 6:
        kind = cursor.uint32() | 0;
        break;
      case 7:
        startTime = from;
        startTimeEnd = to;
        break;
      case 8:
        endTime = from;
        break;
      case 9:
        if (attributes === 0) attributes = tagAt;
        attributesEnd = endOfShortRun(bytes, to, end, ATTRIBUTE_TAG);
        cursor.offset = attributesEnd;
        break;
      case 15:
        statusCode = readStatusCode(statusCode, bytes, from, to);
        break;
      case 16:
        flags = fixed32At(bytes, from) | 0;
        break;
      default:
    }
  }
  // In the order of SPAN.
  spans.cells.push(
    resourceSpans,
    scopeSpans,
    start,
    end,
    spanId,
    spanIdEnd,
    traceState,
    traceStateEnd,
    parentSpanId,
    parentSpanIdEnd,
    name,
    nameEnd,
    startTime,
    startTimeEnd,
    endTime,
    attributes,
    attributesEnd,
    kind,
    flags,
    statusCode,
  );
}

/** The code of a status. A status that comes twice is one message in two parts: one without a code changes nothing. */
function readStatusCode(before: number, bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return before;
  let code = before;
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field === 3) code = cursor.uint32() | 0;
  }
  return code;
}

/**
 * A table of 32-bit integers that grows by rows. The cells are a plain array because most traces are small: creating a
 * typed array costs more than reading a few dozen rows.
 */
export class IntTable {
  readonly width: number;
  /** The cell of `row` and `column` is at `row * width + column`. */
  readonly cells: number[] = [];

  constructor(width: number) {
    this.width = width;
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
