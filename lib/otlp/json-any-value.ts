import { ARRAY, BOOL, BYTES, DOUBLE, INT, KVLIST, lastMember, STRING } from './any-value-member.ts';
import { plainValueStart } from './attribute-lookup.ts';
import { FieldCursor } from './field-cursor.ts';
import { joinFields } from './joined-fields.ts';
import { type JsonPiece, json } from './json-piece.ts';
import type { JsonWriter } from './json-writer.ts';
import { KeySet } from './key-set.ts';
import { float64At, varint32At, varintHigh32At } from './numbers.ts';

const OPEN_ARRAY = json('[');
const CLOSE_ARRAY = json(']');
const CLOSE = json('}');
const CLOSE_STRING = json('"}');
const EMPTY = json('{}');
const VALUES = json('"values":');
const KEY = json('{"key":"');
const NEXT_KEY = json(',{"key":"');
const VALUE_TEXT = json('","value":{"stringValue":"');
const TEXT_END = json('"}}');
const VALUE = json('","value":');
const OPEN_STRING = json('{"stringValue":"');
const TRUE = json('{"boolValue":true}');
const FALSE = json('{"boolValue":false}');
const OPEN_INT = json('{"intValue":');
const OPEN_DOUBLE = json('{"doubleValue":');
const OPEN_BYTES = json('{"bytesValue":');
const OPEN_ARRAY_VALUE = json('{"arrayValue":{');
const OPEN_KVLIST_VALUE = json('{"kvlistValue":{');
const CLOSE_TWO = json('}}');

/**
 * Writes the `KeyValue` fields numbered `field` in `bytes[start, end)`, a whole message or a run of its fields, as a
 * JSON array. Keys must be unique (common specification, "Attribute Collections"): of several with one key the first is
 * written, which is also the one that policies see.
 */
export function writeKeyValues(out: JsonWriter, bytes: Uint8Array, start: number, end: number, field: number): void {
  const seen = new KeySet(bytes);
  let key = KEY;
  out.piece(OPEN_ARRAY);
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field !== field) continue;
    const { from, to } = cursor;
    const valueStart = plainValueStart(bytes, from, to);
    if (valueStart < 0) {
      if (writeAnyKeyValue(out, key, bytes, from, to, seen)) key = NEXT_KEY;
      continue;
    }
    const keyStart = from + 2;
    const keyEnd = keyStart + (bytes[from + 1] as number);
    if (!seen.add(keyStart, keyEnd)) continue;
    const text = plainTextStart(bytes, valueStart, to);
    if (text > 0) {
      out.textPair(bytes, key, keyStart, keyEnd, VALUE_TEXT, text, to, TEXT_END);
    } else {
      out.piece(key);
      out.text(bytes, keyStart, keyEnd);
      out.piece(VALUE);
      writeAnyValue(out, bytes, valueStart, to);
      out.piece(CLOSE);
    }
    key = NEXT_KEY;
  }
  out.piece(CLOSE_ARRAY);
}

const STRING_TAG = 0x0a;

/** Where the text starts in an `AnyValue` that is a string of less than 128 bytes and nothing else; 0 if it is not. */
function plainTextStart(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start - 2;
  return length < 0x80 && bytes[start] === STRING_TAG && bytes[start + 1] === length ? start + 2 : 0;
}

/**
 * A `KeyValue` whose fields come in any order and number. The last key counts; a value in parts is joined. False, and
 * nothing is written, when the key has been seen.
 */
function writeAnyKeyValue(
  out: JsonWriter,
  key: JsonPiece,
  bytes: Uint8Array,
  start: number,
  end: number,
  seen: KeySet,
): boolean {
  let keyStart = start;
  let keyEnd = start;
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field !== 1) continue;
    keyStart = cursor.from;
    keyEnd = cursor.to;
  }
  if (!seen.add(keyStart, keyEnd)) return false;
  out.piece(key);
  out.text(bytes, keyStart, keyEnd);
  const value = joinFields(bytes, start, end, 2);
  if (value === undefined) {
    out.piece(CLOSE_STRING);
  } else {
    out.piece(VALUE);
    writeAnyValue(out, value, 0, value.length);
    out.piece(CLOSE);
  }
  return true;
}

/** Writes an `AnyValue` message. The member that is set is always written, also when it has its default value. */
export function writeAnyValue(out: JsonWriter, bytes: Uint8Array, start: number, end: number): void {
  const cursor = new FieldCursor(bytes, start, end);
  if (!cursor.next()) {
    out.piece(EMPTY);
  } else if (cursor.to === end) {
    writeMember(out, bytes, cursor.field, cursor.from, end);
  } else {
    const member = lastMember(bytes, start, end);
    if (member === undefined) out.piece(EMPTY);
    else writeMember(out, member.bytes, member.number, member.from, member.to);
  }
}

function writeMember(out: JsonWriter, bytes: Uint8Array, member: number, from: number, to: number): void {
  switch (member) {
    case STRING:
      out.piece(OPEN_STRING);
      out.text(bytes, from, to);
      out.piece(CLOSE_STRING);
      break;
    case BOOL:
      out.piece(to - from > 1 || bytes[from] !== 0 ? TRUE : FALSE);
      break;
    case INT:
      out.piece(OPEN_INT);
      out.int64(varintHigh32At(bytes, from), varint32At(bytes, from));
      out.piece(CLOSE);
      break;
    case DOUBLE:
      out.piece(OPEN_DOUBLE);
      out.double(float64At(bytes, from));
      out.piece(CLOSE);
      break;
    case ARRAY:
      out.piece(OPEN_ARRAY_VALUE);
      if (from < to) writeArray(out, bytes, from, to);
      out.piece(CLOSE_TWO);
      break;
    case KVLIST:
      out.piece(OPEN_KVLIST_VALUE);
      if (from < to) {
        out.piece(VALUES);
        writeKeyValues(out, bytes, from, to, 1);
      }
      out.piece(CLOSE_TWO);
      break;
    case BYTES:
      out.piece(OPEN_BYTES);
      out.base64(bytes, from, to);
      out.piece(CLOSE);
      break;
    default:
      out.piece(EMPTY);
  }
}

function writeArray(out: JsonWriter, bytes: Uint8Array, start: number, end: number): void {
  out.piece(VALUES);
  out.piece(OPEN_ARRAY);
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field !== 1) continue;
    out.separate();
    writeAnyValue(out, bytes, cursor.from, cursor.to);
  }
  out.piece(CLOSE_ARRAY);
}
