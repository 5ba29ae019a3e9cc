import { plainAttributesEnd } from './plain-attributes.ts';
import { FIELD_KINDS, FIELD_NUMBERS, MESSAGE_KIND, messageNumber, OTLP_MESSAGES, UNKNOWN_FIELD } from './schema.ts';
import type { FaultCursor } from './wire-cursor.ts';
import { LENGTH_DELIMITED, tagOf } from './wire-values.ts';

/**
 * How deeply attribute values (`AnyValue`) may be nested; a value that is not a list has depth 1. A level of key-value
 * lists is three messages deep, so this is the largest depth at which a span still has at most 100 nested messages, the
 * limit of the protobuf readers of C++, Java and JavaScript.
 */
export const MAX_VALUE_DEPTH = 32;

/** The problem with a value that is nested deeper. */
export const TOO_DEEP = `attribute values are nested deeper than ${MAX_VALUE_DEPTH} levels`;
const ANY_VALUE = messageNumber('AnyValue');

/** By message: the tag of its attributes, or of the elements of a `KeyValueList`; 0 if it has none. */
const ATTRIBUTE_TAGS: Uint8Array = Uint8Array.from(OTLP_MESSAGES, ({ fields }) => {
  const attributes = fields.find(({ type }) => type === 'KeyValue');
  return attributes === undefined ? 0 : tagOf(attributes.number, LENGTH_DELIMITED);
});

/**
 * Validates the message that ends at `end`, down to the last attribute value of the last event, and moves the cursor
 * there. Field numbers, wire types and lengths must be valid protobuf and, for known fields, those of the OTLP
 * messages. It does not check UTF-8. The cursor keeps the first fault.
 *
 * @param message its number in {@link OTLP_MESSAGES}
 * @param depth how many attribute values contain it
 */
export function validateMessage(cursor: FaultCursor, message: number, end: number, depth: number): void {
  const outerEnd = cursor.end;
  const attributeTag = ATTRIBUTE_TAGS[message] as number;
  const hasPlainAttributes = attributeTag !== 0 && depth < MAX_VALUE_DEPTH;
  cursor.end = end;
  while (cursor.offset < end) {
    const tagOffset = cursor.offset;
    if (hasPlainAttributes && cursor.bytes[tagOffset] === attributeTag) {
      cursor.offset = plainAttributesEnd(cursor.bytes, cursor.view, tagOffset, end, attributeTag);
      if (cursor.offset > tagOffset) continue;
    }
    validateField(cursor, message, cursor.tag(), tagOffset, depth);
  }
  cursor.end = outerEnd;
}

/** Validates the value of one field, whose tag has been read. */
export function validateField(
  cursor: FaultCursor,
  message: number,
  tag: number,
  tagOffset: number,
  depth: number,
): void {
  const fieldNumber = tag >>> 3;
  const known = fieldNumber < FIELD_NUMBERS;
  const kind = known ? (FIELD_KINDS[message * FIELD_NUMBERS + fieldNumber] as number) : UNKNOWN_FIELD;
  if (kind >= MESSAGE_KIND && (tag & 7) === LENGTH_DELIMITED) {
    const nested = kind - MESSAGE_KIND;
    const end = cursor.lengthDelimitedEnd();
    if (nested === ANY_VALUE) {
      if (depth === MAX_VALUE_DEPTH) {
        cursor.note(TOO_DEEP, tagOffset);
        cursor.offset = end;
      } else {
        validateMessage(cursor, nested, end, depth + 1);
      }
    } else {
      validateMessage(cursor, nested, end, depth);
    }
  } else {
    if (kind !== UNKNOWN_FIELD && (tag & 7) !== kind) cursor.note(unexpected(message, tag), tagOffset);
    cursor.skip(tag);
  }
}

/** @param message its number */
export function unexpected(message: number, tag: number): string {
  return wrongWireType(OTLP_MESSAGES[message]?.name ?? 'message', tag);
}

const WIRE_TYPE_NAMES = ['varint', 'fixed64', 'length-delimited', 'group', 'group', 'fixed32', 'invalid', 'invalid'];

/** The problem with a known field whose wire type is not the one in the `.proto` file. */
function wrongWireType(what: string, tag: number): string {
  return `${what}: unexpected wire type ${tag & 7} (${WIRE_TYPE_NAMES[tag & 7]}) of field ${tag >>> 3}`;
}
