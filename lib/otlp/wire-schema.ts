import { FIELD_NUMBERS, type FieldSchema, messageNumber, OTLP_MESSAGES } from './protobuf/schema.ts';
import { FIXED32, FIXED64, LENGTH_DELIMITED, VARINT } from './protobuf/wire.ts';

/** The wire type that a field must have. */
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
/** A field that holds message `n` has kind `MESSAGE_KIND + n`; below it, the kind of a field is its wire type. */
export const MESSAGE_KIND = 8;

/** What each field is, at `message number * FIELD_NUMBERS + field number`. */
export const FIELD_KINDS: Int8Array = new Int8Array(OTLP_MESSAGES.length * FIELD_NUMBERS).fill(UNKNOWN_FIELD);

for (const [number, message] of OTLP_MESSAGES.entries()) {
  for (const field of message.fields) {
    const nested = messageNumber(field.type);
    FIELD_KINDS[number * FIELD_NUMBERS + field.number] = nested < 0 ? wireTypeOf(field) : MESSAGE_KIND + nested;
  }
}
