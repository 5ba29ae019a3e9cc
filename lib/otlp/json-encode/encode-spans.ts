/**
 * Spans from protobuf to OTLP/JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding), from bytes to
 * bytes: IDs are hex, 64-bit integers strings of decimal digits, enums numbers, keys lowerCamelCase, and default values
 * left out.
 */
import { RESOURCE_SPANS, SCOPE_SPANS, type TraceIndex } from '../trace/index-fragments.ts';
import { SPAN } from '../trace/index-span.ts';
import type { Trace } from '../trace/trace.ts';
import { EnvelopeJson } from './envelope.ts';
import type { FieldFormat } from './field-format.ts';
import { MessageJson } from './message-writer.ts';
import { json } from './piece.ts';
import { writePlainFields } from './plain-span.ts';
import type { JsonWriter } from './writer.ts';

// The messages of opentelemetry/proto/{common,resource,trace}/v1, v1.11.0.

const ENTITY_REF = new MessageJson([
  [1, 'schemaUrl', 'string'],
  [2, 'type', 'string'],
  [3, 'idKeys', ['string']],
  [4, 'descriptionKeys', ['string']],
]);

const RESOURCE = new MessageJson([
  [1, 'attributes', 'attributes'],
  [2, 'droppedAttributesCount', 'uint32'],
  [3, 'entityRefs', [ENTITY_REF]],
]);

const SCOPE = new MessageJson([
  [1, 'name', 'string'],
  [2, 'version', 'string'],
  [3, 'attributes', 'attributes'],
  [4, 'droppedAttributesCount', 'uint32'],
]);

const EVENT = new MessageJson([
  [1, 'timeUnixNano', 'fixed64'],
  [2, 'name', 'string'],
  [3, 'attributes', 'attributes'],
  [4, 'droppedAttributesCount', 'uint32'],
]);

const LINK = new MessageJson([
  [1, 'traceId', 'otherId'],
  [2, 'spanId', 'otherId'],
  [3, 'traceState', 'string'],
  [4, 'attributes', 'attributes'],
  [5, 'droppedAttributesCount', 'uint32'],
  [6, 'flags', 'fixed32'],
]);

const STATUS = new MessageJson([
  [2, 'message', 'string'],
  [3, 'code', 'enum'],
]);

const SPAN_FIELDS: readonly FieldFormat[] = [
  [1, 'traceId', 'hex'],
  [2, 'spanId', 'hex'],
  [3, 'traceState', 'string'],
  [4, 'parentSpanId', 'otherId'],
  [5, 'name', 'string'],
  [6, 'kind', 'enum'],
  [7, 'startTimeUnixNano', 'fixed64'],
  [8, 'endTimeUnixNano', 'fixed64'],
  [9, 'attributes', 'attributes'],
  [10, 'droppedAttributesCount', 'uint32'],
  [11, 'events', [EVENT]],
  [12, 'droppedEventsCount', 'uint32'],
  [13, 'links', [LINK]],
  [14, 'droppedLinksCount', 'uint32'],
  [15, 'status', STATUS],
  [16, 'flags', 'fixed32'],
];

const SPAN_JSON = new MessageJson(SPAN_FIELDS);
const SPAN_WITHOUT_TRACE_STATE_JSON = new MessageJson(SPAN_FIELDS.filter(([, key]) => key !== 'traceState'));

const RESOURCE_SPANS_JSON = new EnvelopeJson('resource', RESOURCE, 'scopeSpans');
const SCOPE_SPANS_JSON = new EnvelopeJson('scope', SCOPE, 'spans');

const OPEN_BRACE = 0x7b;
const CLOSE = json('}');
const OPEN_ARRAY = json('[');
const CLOSE_ARRAY = json(']');

/**
 * Writes spans of a trace, from `firstSpan` on, as the JSON array of OTLP's `resourceSpans` (OTLP specification, "JSON
 * Protobuf Encoding"), and returns the first span that it has not written.
 *
 * It stops before the span with which the array would exceed `maxBytes`, with two exceptions: it always writes one
 * span, and it writes spans up to the size of the resource and scope that come with them. What the next array repeats
 * therefore never makes up most of the output.
 *
 * If `newTraceState` returns a text for a span, that text replaces the trace state of the span.
 *
 * It leaves out fields that the `.proto` files do not know and, of several attributes with one key, all but the first.
 */
export function writeResourceSpans(
  out: JsonWriter,
  trace: Trace,
  firstSpan: number,
  maxBytes: number,
  newTraceState?: NewTraceState,
): number {
  const limit = out.length + maxBytes - CLOSE_ARRAY.length;
  const line = { index: trace.index, begin: out.length, limit, firstSpan, newTraceState };
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

/** The new trace state of a span; undefined if it stays. */
export type NewTraceState = (span: number) => string | undefined;

/** The array that is being written: where it began, where it should end, and its first span. */
interface Line {
  readonly index: TraceIndex;
  readonly begin: number;
  readonly limit: number;
  readonly firstSpan: number;
  readonly newTraceState: NewTraceState | undefined;
}

/** Writes a `ResourceSpans` from `firstSpan` on. @returns the first span that it has not written */
function writeOneResourceSpans(out: JsonWriter, line: Line, row: number, firstSpan: number): number {
  const { index } = line;
  const bytes = index.fragments[index.resourceSpans.get(row, RESOURCE_SPANS.fragment)] as Uint8Array;
  const start = index.resourceSpans.get(row, RESOURCE_SPANS.start);
  const end = index.resourceSpans.get(row, RESOURCE_SPANS.end);
  const endSpan = index.resourceSpans.get(row, RESOURCE_SPANS.endSpan);
  RESOURCE_SPANS_JSON.find(bytes, start, end);
  RESOURCE_SPANS_JSON.writeHead(out);
  const limit = line.limit - RESOURCE_SPANS_JSON.maxTailLength;
  let span = firstSpan;
  while (span < endSpan) {
    const before = out.length;
    const scope = index.spans.get(span, SPAN.scopeSpans);
    const next = writeOneScopeSpans(out, line, limit, bytes, scope, span);
    if (next === span) out.length = before;
    span = next;
    if (next < index.scopeSpans.get(scope, SCOPE_SPANS.endSpan)) break;
  }
  RESOURCE_SPANS_JSON.writeTail(out, bytes);
  return span;
}

/** Writes a `ScopeSpans` from `firstSpan` on. @returns the first span that it has not written */
function writeOneScopeSpans(
  out: JsonWriter,
  line: Line,
  maxEnd: number,
  bytes: Uint8Array,
  row: number,
  firstSpan: number,
): number {
  const { spans, scopeSpans } = line.index;
  const start = scopeSpans.get(row, SCOPE_SPANS.start);
  const end = scopeSpans.get(row, SCOPE_SPANS.end);
  const endSpan = scopeSpans.get(row, SCOPE_SPANS.endSpan);
  SCOPE_SPANS_JSON.find(bytes, start, end);
  SCOPE_SPANS_JSON.writeHead(out);
  const isFirst = firstSpan === line.firstSpan;
  const twiceTheHead = line.begin + 2 * (out.length - line.begin);
  const limit = Math.max(maxEnd, isFirst ? twiceTheHead : 0) - SCOPE_SPANS_JSON.maxTailLength;
  let span = firstSpan;
  while (span < endSpan) {
    const before = out.length;
    out.separate();
    const traceState = line.newTraceState?.(span);
    const start = spans.get(span, SPAN.start);
    const end = spans.get(span, SPAN.end);
    if (traceState === undefined) writeSpan(out, SPAN_JSON, bytes, start, end);
    else writeSpanWith(out, traceState, bytes, start, end);
    if (out.length > limit && span !== line.firstSpan) {
      out.length = before;
      break;
    }
    span++;
  }
  SCOPE_SPANS_JSON.writeTail(out, bytes);
  return span;
}

/** @param type with or without the trace state */
function writeSpan(out: JsonWriter, type: MessageJson, bytes: Uint8Array, start: number, end: number): void {
  const before = out.length;
  const rest = writePlainFields(out, bytes, start, end, type === SPAN_JSON);
  if (rest < end) type.writeRest(out, before, bytes, start, rest, end);
  out.open(before, OPEN_BRACE);
  out.piece(CLOSE);
}

/** Keys in JSON have no order, so the new trace state comes last. */
function writeSpanWith(out: JsonWriter, traceState: string, bytes: Uint8Array, start: number, end: number): void {
  writeSpan(out, SPAN_WITHOUT_TRACE_STATE_JSON, bytes, start, end);
  if (traceState === '') return;
  out.length -= CLOSE.length;
  out.separate();
  out.verbatim(`"traceState":${JSON.stringify(traceState)}`);
  out.piece(CLOSE);
}
