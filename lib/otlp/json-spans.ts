import { RESOURCE_SPANS_HEAD_JSON, SCHEMA_URL_JSON, SCOPE_SPANS_HEAD_JSON, SPAN_JSON } from './json-messages.ts';
import { json } from './json-piece.ts';
import type { JsonWriter } from './json-writer.ts';
import type { Trace } from './trace.ts';
import { RESOURCE_SPANS, SCOPE_SPANS, SPAN, type TraceIndex } from './trace-index.ts';

const OPEN = json('{');
const CLOSE = json('}');
const OPEN_ARRAY = json('[');
const CLOSE_ARRAY = json(']');
const SCOPE_SPANS_KEY = json('"scopeSpans":[');
const SPANS_KEY = json('"spans":[');

/**
 * Writes spans of a trace, from `firstSpan` on, as the JSON array of OTLP's `resourceSpans` (OTLP specification, "JSON
 * Protobuf Encoding"), and returns the first span that it has not written.
 *
 * It stops before the span with which the array would exceed `maxBytes`. It goes beyond for two things: one span is
 * always written, and so are spans up to the size of the resource and scope that come with them, so that what is
 * repeated in the next array never makes up most of the output.
 *
 * Left out: fields that the `.proto` files do not know, and of several attributes with one key all but the first.
 */
export function writeResourceSpans(out: JsonWriter, trace: Trace, firstSpan: number, maxBytes: number): number {
  const line = { index: trace.index, begin: out.length, limit: out.length + maxBytes - CLOSE_ARRAY.length, firstSpan };
  const { index } = line;
  let span = firstSpan;
  out.piece(OPEN_ARRAY);
  while (span < trace.spanCount) {
    const before = out.length;
    const row = index.spans.get(span, SPAN.resourceSpans);
    const next = writeOneResourceSpans(out, line, row, span);
    if (next === span) out.length = before;
    span = next;
    if (next < index.resourceSpans.get(row, RESOURCE_SPANS.endSpan)) break;
  }
  out.piece(CLOSE_ARRAY);
  return span;
}

/** What is being written: where it began, where it should end, and its first span. */
interface Line {
  readonly index: TraceIndex;
  readonly begin: number;
  readonly limit: number;
  readonly firstSpan: number;
}

function writeOneResourceSpans(out: JsonWriter, line: Line, row: number, firstSpan: number): number {
  const { index } = line;
  const bytes = index.fragments[index.resourceSpans.get(row, RESOURCE_SPANS.fragment)] as Uint8Array;
  const start = index.resourceSpans.get(row, RESOURCE_SPANS.start);
  const end = index.resourceSpans.get(row, RESOURCE_SPANS.end);
  const endSpan = index.resourceSpans.get(row, RESOURCE_SPANS.endSpan);
  out.separate();
  out.piece(OPEN);
  RESOURCE_SPANS_HEAD_JSON.writeFields(out, bytes, start, end);
  out.separate();
  out.piece(SCOPE_SPANS_KEY);
  const limit = line.limit - tailLength(out, bytes, start, end);
  let span = firstSpan;
  while (span < endSpan) {
    const before = out.length;
    const scope = index.spans.get(span, SPAN.scopeSpans);
    const next = writeOneScopeSpans(out, { ...line, limit }, bytes, scope, span);
    if (next === span) out.length = before;
    span = next;
    if (next < index.scopeSpans.get(scope, SCOPE_SPANS.endSpan)) break;
  }
  writeTail(out, bytes, start, end);
  return span;
}

function writeOneScopeSpans(out: JsonWriter, line: Line, bytes: Uint8Array, row: number, firstSpan: number): number {
  const { spans, scopeSpans } = line.index;
  const start = scopeSpans.get(row, SCOPE_SPANS.start);
  const end = scopeSpans.get(row, SCOPE_SPANS.end);
  const endSpan = scopeSpans.get(row, SCOPE_SPANS.endSpan);
  out.separate();
  out.piece(OPEN);
  SCOPE_SPANS_HEAD_JSON.writeFields(out, bytes, start, end);
  out.separate();
  out.piece(SPANS_KEY);
  const isFirst = firstSpan === line.firstSpan;
  const twiceTheHead = line.begin + 2 * (out.length - line.begin);
  const limit = Math.max(line.limit, isFirst ? twiceTheHead : 0) - tailLength(out, bytes, start, end);
  let span = firstSpan;
  while (span < endSpan) {
    const before = out.length;
    out.separate();
    SPAN_JSON.write(out, bytes, spans.get(span, SPAN.start), spans.get(span, SPAN.end));
    if (out.length > limit && span !== line.firstSpan) {
      out.length = before;
      break;
    }
    span++;
  }
  writeTail(out, bytes, start, end);
  return span;
}

/** Closes a `ResourceSpans` or `ScopeSpans`: after the array their last field is the schema URL, for both number 3. */
function writeTail(out: JsonWriter, bytes: Uint8Array, start: number, end: number): void {
  out.piece(CLOSE_ARRAY);
  SCHEMA_URL_JSON.writeFields(out, bytes, start, end);
  out.piece(CLOSE);
}

function tailLength(out: JsonWriter, bytes: Uint8Array, start: number, end: number): number {
  const before = out.length;
  writeTail(out, bytes, start, end);
  const length = out.length - before;
  out.length = before;
  return length;
}
