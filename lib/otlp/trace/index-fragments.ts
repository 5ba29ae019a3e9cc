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

export const RESOURCE_SPANS = { fragment: 0, start: 1, end: 2, firstScope: 3, endScope: 4, firstSpan: 5, endSpan: 6 };
export const SCOPE_SPANS = { start: 0, end: 1, firstSpan: 2, endSpan: 3 };

const RESOURCE_SPANS_SPACE = new TableSpace(7);
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
  for (let at = start, next = start; at < end; at = next) {
    let field = (bytes[at] as number) >>> 3;
    let from = shortStart(bytes, at + 1);
    next = shortFieldEnd(bytes, at, end);
    if (next === NO_END) ({ field, from, to: next } = fieldAt(bytes, at, end));
    if (field === 2) indexScopeSpans(index, number, bytes, from, next);
  }
  if (spans.length > firstSpan) addResourceSpans(index, fragment, start, end, firstScope, firstSpan);
}

/** Adds the row of the `ResourceSpans` in `[start, end)` of its fragment; its scopes and spans are the last ones. */
export function addResourceSpans(
  { resourceSpans, scopeSpans, spans }: TraceIndex,
  fragment: number,
  start: number,
  end: number,
  firstScope: number,
  firstSpan: number,
): void {
  const row = resourceSpans.addRow();
  const { cells } = resourceSpans;
  cells[row + RESOURCE_SPANS.fragment] = fragment;
  cells[row + RESOURCE_SPANS.start] = start;
  cells[row + RESOURCE_SPANS.end] = end;
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
  if (spans.length > firstSpan) addScopeSpans(index, start, end, firstSpan);
}

/** Adds the row of the `ScopeSpans` in `[start, end)` of its fragment; its spans are the last ones. */
export function addScopeSpans({ scopeSpans, spans }: TraceIndex, start: number, end: number, firstSpan: number): void {
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
