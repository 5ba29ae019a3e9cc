/**
 * Attributes as JSON: `{"key":"…","value":{"stringValue":"…"}}`. Attributes make up most of a trace. The form
 * that encoders write takes a fast path, which writes the JSON around key and value in constant pieces.
 */
import { ARRAY, BOOL, BYTES, DOUBLE, INT, KVLIST, lastMember, STRING } from '../protobuf/attributes.ts';
import { FieldCursor, joinFields } from '../protobuf/field-cursor.ts';
import { float64At, isTrueAt, LENGTH_DELIMITED, tagOf, varint32At, varintHigh32At } from '../protobuf/wire-values.ts';
import { KeySet } from './key-set.ts';
import { json } from './piece.ts';
import { writePlainKeyValues } from './plain-key-values.ts';
import type { JsonWriter } from './writer.ts';

const OPEN_ARRAY = json('[');
const CLOSE_ARRAY = json(']');
const CLOSE = json('}');
const CLOSE_STRING = json('"}');
const EMPTY = json('{}');
const VALUES = json('"values":');
const KEY = json(',{"key":"');
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
const OPEN_BRACKET = 0x5b;
/** Of `[]`. */
const EMPTY_LIST_LENGTH = 2;

/**
 * Writes the `KeyValue` fields with the number `field` in `bytes[start, end)`, a whole message or a run of its fields,
 * as a JSON array. Keys must be unique (common specification, "Attribute Collections"): if several have one key, only
 * the first is written, which is also the one that policies see.
 */
export function writeKeyValues(out: JsonWriter, bytes: Uint8Array, start: number, end: number, field: number): void {
  const before = out.length;
  const at = writePlainKeyValues(out, bytes, start, end, tagOf(field, LENGTH_DELIMITED), writeAnyValue);
  if (at < end) writeOtherKeyValues(out, bytes, start, at, end, field);
  // The first comma becomes the bracket.
  out.open(before, OPEN_BRACKET);
  out.piece(CLOSE_ARRAY);
}

/** Writes those from `at` on; those before it, from `start` on, have been written. */
function writeOtherKeyValues(
  out: JsonWriter,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  field: number,
): void {
  const seen = spareKeySet ?? new KeySet();
  spareKeySet = undefined;
  seen.reset(bytes);
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field !== field) continue;
    const { from, to } = cursor;
    if (from > at) writeKeyValue(out, bytes, from, to, seen);
    else seen.add(from + 2, from + 2 + (bytes[from + 1] as number));
  }
  spareKeySet = seen;
}

/** In use while attributes are written. Attributes inside a value of another attribute use a new one. */
let spareKeySet: KeySet | undefined;

/**
 * Writes a `KeyValue` whose fields occur in any order and number. The last key counts; a value in several parts is
 * joined. Writes nothing if the key has been seen.
 */
function writeKeyValue(out: JsonWriter, bytes: Uint8Array, start: number, end: number, seen: KeySet): void {
  let keyStart = start;
  let keyEnd = start;
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field !== 1) continue;
    keyStart = cursor.from;
    keyEnd = cursor.to;
  }
  if (!seen.add(keyStart, keyEnd)) return;
  out.piece(KEY);
  out.text(bytes, keyStart, keyEnd);
  const value = joinFields(bytes, start, end, 2);
  if (value === undefined) {
    out.piece(CLOSE_STRING);
  } else {
    out.piece(VALUE);
    writeAnyValue(out, value.bytes, value.from, value.to);
    out.piece(CLOSE);
  }
}

/** Writes an `AnyValue` message. The member that is set is always written, even with its default value. */
function writeAnyValue(out: JsonWriter, bytes: Uint8Array, start: number, end: number): void {
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
      out.piece(isTrueAt(bytes, from, to) ? TRUE : FALSE);
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
      if (from < to) writeList(out, bytes, from, to);
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

/** The `values` of a `KeyValueList`, unless there are only fields that are not known. */
function writeList(out: JsonWriter, bytes: Uint8Array, start: number, end: number): void {
  const before = out.length;
  out.piece(VALUES);
  const list = out.length;
  writeKeyValues(out, bytes, start, end, 1);
  if (out.length === list + EMPTY_LIST_LENGTH) out.length = before;
}

/** The same of an `ArrayValue`. */
function writeArray(out: JsonWriter, bytes: Uint8Array, start: number, end: number): void {
  const before = out.length;
  let isEmpty = true;
  out.piece(VALUES);
  out.piece(OPEN_ARRAY);
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field !== 1) continue;
    isEmpty = false;
    out.separate();
    writeAnyValue(out, bytes, cursor.from, cursor.to);
  }
  if (isEmpty) out.length = before;
  else out.piece(CLOSE_ARRAY);
}
