import { FieldCursor, joinFields, type MessageRange } from '../protobuf/field-cursor.ts';
import {
  FIELD_KINDS,
  FIELD_NUMBERS,
  type FieldSchema,
  MESSAGE_KIND,
  messageNumber,
  OTLP_MESSAGES,
} from '../protobuf/schema.ts';
import { LENGTH_DELIMITED, VARINT } from '../protobuf/wire-values.ts';
import { RESOURCE_SPANS, SCOPE_SPANS } from './index-fragments.ts';
import { SPAN } from './index-span.ts';
import type { Trace } from './trace.ts';

/**
 * The size of the trace as the Collector would encode it: the OTLP protobuf encoding of the spans, with resource, scope
 * and their schema URLs for each fragment in which they arrived.
 *
 * This is not the size of the fragments. Exporters leave out empty fields, whereas the Collector always writes
 * resource, scope, status, IDs and the value of an attribute; it writes other fields if they are not zero.
 */
export function otlpSize(trace: Trace): number {
  return sumOfResourceSpans(trace, (size) => fieldSize(1, size));
}

/**
 * {@link otlpSize} without the tag and length in front of each resource: the size that the Collector compares with
 * `maximum_trace_size_bytes`.
 */
export function resourceSpansSize(trace: Trace): number {
  return sumOfResourceSpans(trace, (size) => size);
}

/** @param sizeInside the contribution of a `ResourceSpans` of this size */
function sumOfResourceSpans(trace: Trace, sizeInside: (size: number) => number): number {
  const { fragments, resourceSpans, scopeSpans, spans } = trace.index;
  let size = 0;
  for (let row = 0; row < resourceSpans.length; row++) {
    const bytes = fragments[resourceSpans.get(row, RESOURCE_SPANS.fragment)] as Uint8Array;
    const from = resourceSpans.get(row, RESOURCE_SPANS.start);
    const to = resourceSpans.get(row, RESOURCE_SPANS.end);
    const resource = joinFields(bytes, from, to, 1);
    let resourceSize = fieldSize(1, joinedSize(RESOURCE, resource)) + schemaUrlSize(bytes, from, to);
    const endScope = resourceSpans.get(row, RESOURCE_SPANS.endScope);
    for (let scopeRow = resourceSpans.get(row, RESOURCE_SPANS.firstScope); scopeRow < endScope; scopeRow++) {
      const scopeFrom = scopeSpans.get(scopeRow, SCOPE_SPANS.start);
      const scopeTo = scopeSpans.get(scopeRow, SCOPE_SPANS.end);
      const scope = joinFields(bytes, scopeFrom, scopeTo, 1);
      let scopeSize = fieldSize(1, joinedSize(SCOPE, scope)) + schemaUrlSize(bytes, scopeFrom, scopeTo);
      const endSpan = scopeSpans.get(scopeRow, SCOPE_SPANS.endSpan);
      for (let span = scopeSpans.get(scopeRow, SCOPE_SPANS.firstSpan); span < endSpan; span++) {
        scopeSize += fieldSize(
          2,
          messageSize(SPAN_MESSAGE, bytes, spans.get(span, SPAN.start), spans.get(span, SPAN.end)),
        );
      }
      resourceSize += fieldSize(2, scopeSize);
    }
    size += sizeInside(resourceSize);
  }
  return size;
}

const RESOURCE = messageNumber('Resource');
const SCOPE = messageNumber('InstrumentationScope');
const SPAN_MESSAGE = messageNumber('Span');
/** Field of both `ResourceSpans` and `ScopeSpans` (opentelemetry/proto/trace/v1/trace.proto). */
const SCHEMA_URL = 3;

const FIELDS: readonly (FieldSchema | undefined)[] = OTLP_MESSAGES.flatMap(({ fields }) =>
  Array.from({ length: FIELD_NUMBERS }, (_, number) => fields.find((field) => field.number === number)),
);

/** Fields that are written even if they are empty: IDs, and those that contain a single message. */
const ALWAYS_WRITTEN: readonly (readonly number[])[] = OTLP_MESSAGES.map(({ fields, isOneof }) => {
  const isAlwaysWritten = ({ type, repeated }: FieldSchema) => !repeated && (type === 'id' || messageNumber(type) >= 0);
  return isOneof ? [] : fields.filter(isAlwaysWritten).map(({ number }) => number);
});

/** The size in a `ResourceSpans` or `ScopeSpans`, with the tag; 0 if there is none. */
function schemaUrlSize(bytes: Uint8Array, start: number, end: number): number {
  let size = 0;
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field === SCHEMA_URL)
      size = cursor.from === cursor.to ? 0 : fieldSize(SCHEMA_URL, cursor.to - cursor.from);
  }
  return size;
}

function joinedSize(message: number, range: MessageRange | undefined): number {
  return range === undefined ? 0 : messageSize(message, range.bytes, range.from, range.to);
}

/** The size of a message without tag and length. */
function messageSize(message: number, bytes: Uint8Array, start: number, end: number): number {
  const isOneof = OTLP_MESSAGES[message]?.isOneof ?? false;
  let repeated = 0;
  // Sizes by field number. Of a field that is not repeated the last value counts; of a oneof, that of the last field.
  let single: number[] = [];
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    const field = cursor.field < FIELD_NUMBERS ? FIELDS[message * FIELD_NUMBERS + cursor.field] : undefined;
    if (field === undefined) continue;
    const size = valueSize(message, field, bytes, cursor.from, cursor.to, isOneof || field.repeated);
    if (field.repeated) {
      repeated += size;
    } else {
      if (isOneof) single = [];
      single[field.number] = size;
    }
  }
  let size = repeated;
  for (const field of ALWAYS_WRITTEN[message] ?? []) size += single[field] === undefined ? fieldSize(field, 0) : 0;
  single.forEach((fieldBytes) => {
    size += fieldBytes;
  });
  return size;
}

/** The size of one value with its tag; 0 for a zero that is not written. */
function valueSize(
  message: number,
  { number, type }: FieldSchema,
  bytes: Uint8Array,
  from: number,
  to: number,
  writesZero: boolean,
): number {
  const kind = FIELD_KINDS[message * FIELD_NUMBERS + number] as number;
  if (kind >= MESSAGE_KIND) return fieldSize(number, messageSize(kind - MESSAGE_KIND, bytes, from, to));
  const end = endOfNonZero(bytes, from, to, kind === VARINT ? 0x7f : 0xff);
  if (type === 'id') return fieldSize(number, end === from ? 0 : to - from);
  const isEmpty = kind === LENGTH_DELIMITED ? from === to : from === end;
  if (isEmpty && !writesZero) return 0;
  if (kind === LENGTH_DELIMITED) return fieldSize(number, to - from);
  if (kind === VARINT) return tagSize(number) + (type === 'bool' ? 1 : Math.max(1, end - from));
  return tagSize(number) + to - from;
}

/** Where only zero bits of `mask` follow; for a varint, where its shortest form ends. */
function endOfNonZero(bytes: Uint8Array, from: number, to: number, mask: number): number {
  let end = to;
  while (end > from && ((bytes[end - 1] as number) & mask) === 0) end--;
  return end;
}

function fieldSize(number: number, length: number): number {
  let varint = 1;
  for (let rest = length; rest > 0x7f; rest = Math.floor(rest / 128)) varint++;
  return tagSize(number) + varint + length;
}

function tagSize(number: number): number {
  return number < 16 ? 1 : 2;
}
