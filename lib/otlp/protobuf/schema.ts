import { FIXED32, FIXED64, LENGTH_DELIMITED, VARINT } from './wire-values.ts';

/** The type of a scalar field, on the wire and in JSON. `id` is bytes that OTLP/JSON writes in hex. */
export type ScalarType =
  | 'string'
  | 'bytes'
  | 'id'
  | 'bool'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'fixed32'
  | 'fixed64'
  | 'double'
  | 'SpanKind'
  | 'StatusCode';

/** The messages of {@link OTLP_MESSAGES}, without their packages. */
export type MessageName =
  | 'ExportTraceServiceRequest'
  | 'ResourceSpans'
  | 'ScopeSpans'
  | 'Resource'
  | 'EntityRef'
  | 'InstrumentationScope'
  | 'Span'
  | 'Event'
  | 'Link'
  | 'Status'
  | 'KeyValue'
  | 'AnyValue'
  | 'ArrayValue'
  | 'KeyValueList';

/** One field of a message. */
export interface FieldSchema {
  readonly number: number;
  /** The name in JSON, in lowerCamelCase. */
  readonly name: string;
  readonly type: ScalarType | MessageName;
  readonly repeated: boolean;
}

/** One message, with the fields that are known here. */
export interface MessageSchema {
  readonly name: MessageName;
  /** In ascending order of their numbers. */
  readonly fields: readonly FieldSchema[];
  /** Whether the fields are members of a oneof: at most one is there, and it is written even with its default value. */
  readonly isOneof: boolean;
}

/**
 * The messages of a trace export request (opentelemetry-proto v1.11.0). The position of a message in this list is its
 * number everywhere in lib/otlp.
 */
export const OTLP_MESSAGES: readonly MessageSchema[] = [
  message('ExportTraceServiceRequest', [many(1, 'resourceSpans', 'ResourceSpans')]),
  message('ResourceSpans', [
    one(1, 'resource', 'Resource'),
    many(2, 'scopeSpans', 'ScopeSpans'),
    one(3, 'schemaUrl', 'string'),
  ]),
  message('ScopeSpans', [
    one(1, 'scope', 'InstrumentationScope'),
    many(2, 'spans', 'Span'),
    one(3, 'schemaUrl', 'string'),
  ]),
  message('Resource', [
    many(1, 'attributes', 'KeyValue'),
    one(2, 'droppedAttributesCount', 'uint32'),
    many(3, 'entityRefs', 'EntityRef'),
  ]),
  message('EntityRef', [
    one(1, 'schemaUrl', 'string'),
    one(2, 'type', 'string'),
    many(3, 'idKeys', 'string'),
    many(4, 'descriptionKeys', 'string'),
  ]),
  message('InstrumentationScope', [
    one(1, 'name', 'string'),
    one(2, 'version', 'string'),
    many(3, 'attributes', 'KeyValue'),
    one(4, 'droppedAttributesCount', 'uint32'),
  ]),
  message('Span', [
    one(1, 'traceId', 'id'),
    one(2, 'spanId', 'id'),
    one(3, 'traceState', 'string'),
    one(4, 'parentSpanId', 'id'),
    one(5, 'name', 'string'),
    one(6, 'kind', 'SpanKind'),
    one(7, 'startTimeUnixNano', 'fixed64'),
    one(8, 'endTimeUnixNano', 'fixed64'),
    many(9, 'attributes', 'KeyValue'),
    one(10, 'droppedAttributesCount', 'uint32'),
    many(11, 'events', 'Event'),
    one(12, 'droppedEventsCount', 'uint32'),
    many(13, 'links', 'Link'),
    one(14, 'droppedLinksCount', 'uint32'),
    one(15, 'status', 'Status'),
    one(16, 'flags', 'fixed32'),
  ]),
  message('Event', [
    one(1, 'timeUnixNano', 'fixed64'),
    one(2, 'name', 'string'),
    many(3, 'attributes', 'KeyValue'),
    one(4, 'droppedAttributesCount', 'uint32'),
  ]),
  message('Link', [
    one(1, 'traceId', 'id'),
    one(2, 'spanId', 'id'),
    one(3, 'traceState', 'string'),
    many(4, 'attributes', 'KeyValue'),
    one(5, 'droppedAttributesCount', 'uint32'),
    one(6, 'flags', 'fixed32'),
  ]),
  message('Status', [one(2, 'message', 'string'), one(3, 'code', 'StatusCode')]),
  message('KeyValue', [one(1, 'key', 'string'), one(2, 'value', 'AnyValue'), one(3, 'keyStrindex', 'int32')]),
  message(
    'AnyValue',
    [
      one(1, 'stringValue', 'string'),
      one(2, 'boolValue', 'bool'),
      one(3, 'intValue', 'int64'),
      one(4, 'doubleValue', 'double'),
      one(5, 'arrayValue', 'ArrayValue'),
      one(6, 'kvlistValue', 'KeyValueList'),
      one(7, 'bytesValue', 'bytes'),
      one(8, 'stringValueStrindex', 'int32'),
    ],
    true,
  ),
  message('ArrayValue', [many(1, 'values', 'AnyValue')]),
  message('KeyValueList', [many(1, 'values', 'KeyValue')]),
];

function message(name: MessageName, fields: readonly FieldSchema[], isOneof = false): MessageSchema {
  return { name, fields, isOneof };
}

function one(number: number, name: string, type: ScalarType | MessageName): FieldSchema {
  return { number, name, type, repeated: false };
}

function many(number: number, name: string, type: ScalarType | MessageName): FieldSchema {
  return { number, name, type, repeated: true };
}

/** One more than the largest field number of {@link OTLP_MESSAGES}: the width of tables by field number. */
export const FIELD_NUMBERS = 17;

/** The number of a message; -1 for a scalar. */
export function messageNumber(type: ScalarType | MessageName): number {
  return OTLP_MESSAGES.findIndex(({ name }) => name === type);
}

/** The wire type of a field. */
export function wireTypeOf(field: FieldSchema): number {
  switch (field.type) {
    case 'bool':
    case 'int32':
    case 'uint32':
    case 'int64':
    case 'SpanKind':
    case 'StatusCode':
      return VARINT;
    case 'fixed64':
    case 'double':
      return FIXED64;
    case 'fixed32':
      return FIXED32;
    default:
      return LENGTH_DELIMITED;
  }
}

export const UNKNOWN_FIELD = -1;

/** A field that holds message `n` has the kind `MESSAGE_KIND + n`. The kind of a scalar field is its wire type. */
export const MESSAGE_KIND = 8;

/** The kind of each field, at `message number * FIELD_NUMBERS + field number`; {@link UNKNOWN_FIELD} for others. */
export const FIELD_KINDS: Int8Array = new Int8Array(OTLP_MESSAGES.length * FIELD_NUMBERS).fill(UNKNOWN_FIELD);

for (const [number, message] of OTLP_MESSAGES.entries()) {
  for (const field of message.fields) {
    const nested = messageNumber(field.type);
    FIELD_KINDS[number * FIELD_NUMBERS + field.number] = nested < 0 ? wireTypeOf(field) : MESSAGE_KIND + nested;
  }
}
