import { FieldCursor } from '../protobuf/field-cursor.ts';
import { LENGTH_DELIMITED, NO_END, shortEnd, shortStart } from '../protobuf/wire-values.ts';
import { indexSpan, SPAN_WIDTH } from './index-span.ts';
import { IntTable, TableSpace } from './int-table.ts';

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

export const RESOURCE_SPANS = {
  fragment: 0,
  start: 1,
  end: 2,
  /** The `Resource` message. */
  resource: 3,
  /** {@link IN_PARTS} if there are several, which are parts of one. */
  resourceEnd: 4,
  firstScope: 5,
  endScope: 6,
  firstSpan: 7,
  endSpan: 8,
};
export const SCOPE_SPANS = { start: 0, end: 1, firstSpan: 2, endSpan: 3 };

/** Instead of the end of a message. */
export const IN_PARTS = -1;

const RESOURCE_SPANS_SPACE = new TableSpace(9);
const SCOPE_SPANS_SPACE = new TableSpace(4);
const SPANS_SPACE = new TableSpace(SPAN_WIDTH);

/** An index without rows. */
export function emptyIndex(fragments: readonly Uint8Array[]): TraceIndex {
  return {
    fragments,
    resourceSpans: new IntTable(RESOURCE_SPANS_SPACE),
    scopeSpans: new IntTable(SCOPE_SPANS_SPACE),
    spans: new IntTable(SPANS_SPACE),
  };
}

/**
 * Scans the fragments once. Each is a `TracesData` message (opentelemetry/proto/trace/v1/trace.proto).
 * @throws {MalformedOtlpError} if a fragment is damaged
 */
export function indexFragments(fragments: readonly Uint8Array[]): TraceIndex {
  const index = emptyIndex(fragments);
  for (let number = 0; number < fragments.length; number++) {
    const bytes = fragments[number] as Uint8Array;
    const end = bytes.length;
    for (let at = 0, next = 0; at < end; at = next) {
      let field = (bytes[at] as number) >>> 3;
      let from = shortStart(bytes, at + 1);
      next = shortFieldEnd(bytes, at, end);
      if (next === NO_END) ({ field, from, to: next } = fieldAt(bytes, at, end));
      if (field === 1) indexResourceSpans(index, number, bytes, from, next);
    }
  }
  return index;
}

function indexResourceSpans(index: TraceIndex, fragment: number, bytes: Uint8Array, start: number, end: number): void {
  const { resourceSpans, scopeSpans, spans } = index;
  const firstScope = scopeSpans.length;
  const firstSpan = spans.length;
  const number = resourceSpans.length;
  let resource = 0;
  let resourceEnd = 0;
  for (let at = start, next = start; at < end; at = next) {
    let field = (bytes[at] as number) >>> 3;
    let from = shortStart(bytes, at + 1);
    next = shortFieldEnd(bytes, at, end);
    if (next === NO_END) ({ field, from, to: next } = fieldAt(bytes, at, end));
    if (field === 2) indexScopeSpans(index, number, bytes, from, next);
    else if (field === 1) {
      resourceEnd = resource === 0 ? next : IN_PARTS;
      resource = from;
    }
  }
  if (spans.length === firstSpan) return;
  const row = resourceSpans.addRow();
  const { cells } = resourceSpans;
  cells[row + RESOURCE_SPANS.fragment] = fragment;
  cells[row + RESOURCE_SPANS.start] = start;
  cells[row + RESOURCE_SPANS.end] = end;
  cells[row + RESOURCE_SPANS.resource] = resource;
  cells[row + RESOURCE_SPANS.resourceEnd] = resourceEnd;
  cells[row + RESOURCE_SPANS.firstScope] = firstScope;
  cells[row + RESOURCE_SPANS.endScope] = scopeSpans.length;
  cells[row + RESOURCE_SPANS.firstSpan] = firstSpan;
  cells[row + RESOURCE_SPANS.endSpan] = spans.length;
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
  const number = scopeSpans.length;
  for (let at = start, next = start; at < end; at = next) {
    let field = (bytes[at] as number) >>> 3;
    let from = shortStart(bytes, at + 1);
    next = shortFieldEnd(bytes, at, end);
    if (next === NO_END) ({ field, from, to: next } = fieldAt(bytes, at, end));
    if (field !== 2) continue;
    const row = spans.addRow();
    indexSpan(spans.cells, row, resourceSpans, number, bytes, from, next);
  }
  if (spans.length === firstSpan) return;
  const row = scopeSpans.addRow();
  const { cells } = scopeSpans;
  cells[row + SCOPE_SPANS.start] = start;
  cells[row + SCOPE_SPANS.end] = end;
  cells[row + SCOPE_SPANS.firstSpan] = firstSpan;
  cells[row + SCOPE_SPANS.endSpan] = spans.length;
}

/**
 * Where the field at `at` ends, if it is like nearly all of these messages: length-delimited, with a tag of one byte and
 * a length of one or two. Otherwise {@link NO_END}, also if it does not fit: {@link fieldAt} finds out.
 */
function shortFieldEnd(bytes: Uint8Array, at: number, end: number): number {
  const tag = bytes[at] as number;
  if (tag < 8 || (tag & 0x87) !== LENGTH_DELIMITED) return NO_END;
  const to = shortEnd(bytes, at + 1);
  // Also if there is no length, which makes `to` NaN.
  return to <= end ? to : NO_END;
}

/** The field at `at`, of any form. @throws {MalformedOtlpError} */
function fieldAt(bytes: Uint8Array, at: number, end: number): FieldCursor {
  const cursor = new FieldCursor(bytes, at, end);
  cursor.next();
  return cursor;
}
