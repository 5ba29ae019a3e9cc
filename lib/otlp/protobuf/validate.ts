import { FIELD_KINDS, FIELD_NUMBERS, MESSAGE_KIND, messageNumber, OTLP_MESSAGES, UNKNOWN_FIELD } from './schema.ts';
import type { FaultCursor } from './wire-cursor.ts';
import { LENGTH_DELIMITED } from './wire-values.ts';

/**
 * How deeply attribute values (`AnyValue`) may be nested; a value that is not a list has depth 1. A level of key-value
 * lists is three messages deep, so this is the largest depth at which a span still has at most 100 nested messages, the
 * limit of the protobuf readers of C++, Java and JavaScript.
 */
export const MAX_VALUE_DEPTH = 32;

/** The problem with a value that is nested deeper. */
export const TOO_DEEP = `attribute values are nested deeper than ${MAX_VALUE_DEPTH} levels`;
const ANY_VALUE = messageNumber('AnyValue');
const KEY_VALUE = messageNumber('KeyValue');

/**
 * Validates the message that ends at `end`, down to the last attribute value of the last event, and moves the cursor
 * there. Field numbers, wire types and lengths must be valid protobuf and, for known fields, those of the OTLP
 * messages. It does not check UTF-8. The cursor keeps the first fault.
 *
 * @param message its number in {@link OTLP_MESSAGES}
 * @param depth how many attribute values contain it
 */
function validateMessage(cursor: FaultCursor, message: number, end: number, depth: number): void {
  const outerEnd = cursor.end;
  cursor.end = end;
  while (cursor.offset < end) {
    const tagOffset = cursor.offset;
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
    if (nested === KEY_VALUE) {
      validateKeyValue(cursor, end, depth);
    } else if (nested === ANY_VALUE) {
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

/** {@link validateMessage} for an attribute, with a fast path for the usual form. */
export function validateKeyValue(cursor: FaultCursor, end: number, depth: number): void {
  if (depth < MAX_VALUE_DEPTH && isPlainKeyValue(cursor.bytes, cursor.offset, end)) cursor.offset = end;
  else validateMessage(cursor, KEY_VALUE, end, depth);
}

/**
 * Whether the bytes are exactly one key and one scalar value, in this order, with lengths of one byte. Each part must
 * end where the next begins, and the last at `end`, so nothing out of bounds can pass.
 */
function isPlainKeyValue(bytes: Uint8Array, start: number, end: number): boolean {
  const keyLength = bytes[start + 1] as number;
  const valueTag = start + 2 + keyLength;
  const valueLength = bytes[valueTag + 1] as number;
  if (bytes[start] !== 0x0a || keyLength >= 0x80 || bytes[valueTag] !== 0x12) return false;
  if (valueLength >= 0x80 || valueTag + 2 + valueLength !== end) return false;
  switch (bytes[valueTag + 2]) {
    case 0x0a:
      return bytes[valueTag + 3] === valueLength - 2;
    case 0x10:
    case 0x18:
      return valueLength > 1 && valueLength <= 11 && isOneVarint(bytes, valueTag + 3, end);
    case 0x21:
      return valueLength === 9;
    default:
      return false;
  }
}

function isOneVarint(bytes: Uint8Array, start: number, end: number): boolean {
  let offset = start;
  while ((bytes[offset] as number) >= 0x80) offset++;
  return offset === end - 1;
}

/** @param message its number */
export function unexpected(message: number, tag: number): string {
  return wrongWireType(OTLP_MESSAGES[message]?.name ?? 'message', tag);
}

const WIRE_TYPE_NAMES = ['varint', 'fixed64', 'length-delimited', 'group', 'group', 'fixed32'];

/** The problem with a known field whose wire type is not the one in the `.proto` file. */
function wrongWireType(what: string, tag: number): string {
  return `${what}: unexpected wire type ${tag & 7} (${WIRE_TYPE_NAMES[tag & 7]}) of field ${tag >>> 3}`;
}
