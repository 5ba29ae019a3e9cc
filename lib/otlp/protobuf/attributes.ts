/** Attributes where they lie in the bytes: `KeyValue` and `AnyValue` (opentelemetry/proto/common/v1/common.proto). */
import { readUtf8 } from '../bytes-to-text.ts';
import { mapFor } from '../content-table.ts';
import { EMPTY_MESSAGE, FieldCursor, joinFields, type MessageRange } from './field-cursor.ts';
import { float64At, isTrueAt, LENGTH_DELIMITED, shortEnd, shortStart, tagOf } from './wire-values.ts';

/** Numbers of the members of `AnyValue` (opentelemetry/proto/common/v1/common.proto). */
export const STRING = 1;
export const BOOL = 2;
export const INT = 3;
export const DOUBLE = 4;
export const ARRAY = 5;
export const KVLIST = 6;
export const BYTES = 7;

const STRING_TAG = tagOf(STRING, LENGTH_DELIMITED);

/** Only for profiles: in a trace it counts as no value. */
const STRING_STRINDEX = 8;

/**
 * The value of an attribute (`AnyValue` of opentelemetry/proto/common/v1/common.proto). Its type distinguishes the
 * members:
 *
 * | in OTLP | here |
 * |---|---|
 * | string_value | string |
 * | bool_value | boolean |
 * | int_value | bigint |
 * | double_value | number |
 * | bytes_value | Uint8Array |
 * | array_value | array |
 * | kvlist_value | Map; of several values under one key the first |
 * | none, or one that is not for traces (string_value_strindex) | null |
 */
export type AttributeValue =
  | string
  | boolean
  | bigint
  | number
  | Uint8Array
  | readonly AttributeValue[]
  | AttributeMap
  | null;

/** The value of a `kvlist_value`. */
export interface AttributeMap extends ReadonlyMap<string, AttributeValue> {}

/** Reads the `AnyValue` message in `bytes[start, end)`. U+FFFD replaces invalid UTF-8. */
export function readAnyValue(bytes: Uint8Array, start: number, end: number): AttributeValue {
  // Mostly just a text.
  if (bytes[start] === STRING_TAG && shortEnd(bytes, start + 1) === end) {
    return readUtf8(bytes, shortStart(bytes, start + 1), end);
  }
  const cursor = new FieldCursor(bytes, start, end);
  if (!cursor.next()) return null;
  if (cursor.to === end) return readMember(bytes, cursor.field, cursor.from, end);
  const member = lastMember(bytes, start, end);
  return member === undefined ? null : readMember(member.bytes, member.number, member.from, member.to);
}

/** Which member of an `AnyValue` is set, and where its value is. */
export interface AnyValueMember extends MessageRange {
  readonly number: number;
}

/**
 * The member that counts in the `AnyValue` message in `bytes[start, end)`: the last one. If it is a message that occurs
 * several times in a row, its occurrences are parts of one message (protobuf encoding guide, "Last One Wins").
 */
export function lastMember(bytes: Uint8Array, start: number, end: number): AnyValueMember | undefined {
  let last: AnyValueMember | undefined;
  let runStart = start;
  let isRun = false;
  const cursor = new FieldCursor(bytes, start, end);
  for (let at = start; cursor.next(); at = cursor.offset) {
    const { field, from, to } = cursor;
    if (field > STRING_STRINDEX) continue;
    isRun = field === last?.number && (field === ARRAY || field === KVLIST);
    if (!isRun) runStart = at;
    last = { bytes, number: field, from, to };
  }
  if (last === undefined || !isRun) return last;
  // Once, at the end: joining at each part would copy all earlier parts again and again.
  return { ...(joinFields(bytes, runStart, last.to, last.number) ?? EMPTY_MESSAGE), number: last.number };
}

function readMember(bytes: Uint8Array, member: number, from: number, to: number): AttributeValue {
  switch (member) {
    case STRING:
      return readUtf8(bytes, from, to);
    case BOOL:
      return isTrueAt(bytes, from, to);
    case INT:
      return readInt64(bytes, from, to);
    case DOUBLE:
      return float64At(bytes, from);
    case ARRAY:
      return readArray(bytes, from, to);
    case KVLIST:
      return readMap(bytes, from, to);
    case BYTES:
      return new Uint8Array(bytes.subarray(from, to));
    default:
      return null;
  }
}

function readArray(bytes: Uint8Array, start: number, end: number): readonly AttributeValue[] {
  const values: AttributeValue[] = [];
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field === 1) values.push(readAnyValue(bytes, cursor.from, cursor.to));
  }
  return values;
}

function readMap(bytes: Uint8Array, start: number, end: number): AttributeMap {
  let map = new Map<string, AttributeValue>();
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field !== 1) continue;
    const [key, value] = readKeyValue(bytes, cursor.from, cursor.to);
    map = mapFor(map, key);
    if (!map.has(key)) map.set(key, value);
  }
  return map;
}

/** Reads the `KeyValue` message in `bytes[start, end)`. */
export function readKeyValue(bytes: Uint8Array, start: number, end: number): readonly [string, AttributeValue] {
  const cursor = new FieldCursor(bytes, start, end);
  let key = '';
  while (cursor.next()) {
    if (cursor.field === 1) key = readUtf8(bytes, cursor.from, cursor.to);
  }
  const value = joinFields(bytes, start, end, 2);
  return [key, value === undefined ? null : readAnyValue(value.bytes, value.from, value.to)];
}

function readInt64(bytes: Uint8Array, start: number, end: number): bigint {
  let value = 0n;
  for (let at = end - 1; at >= start; at--) value = (value << 7n) | BigInt((bytes[at] ?? 0) & 0x7f);
  return BigInt.asIntN(64, value);
}

/** What {@link plainValueStart} returns instead of an offset. */
export const NOT_PLAIN = -1;
const KEY_TAG = 0x0a;
const VALUE_TAG = 0x12;

/**
 * Where the value starts in a `KeyValue` of the form that encoders write: a key of less than 128 bytes, then a value of
 * less than 16 KiB up to the end. Any other order, repetition or addition is valid too, and {@link NOT_PLAIN}.
 */
export function plainValueStart(bytes: Uint8Array, from: number, to: number): number {
  const keyLength = bytes[from + 1] as number;
  const valueTag = from + 2 + keyLength;
  if (bytes[from] !== KEY_TAG || keyLength > 0x7f || valueTag + 2 > to || bytes[valueTag] !== VALUE_TAG) {
    return NOT_PLAIN;
  }
  let start = valueTag + 2;
  let length = bytes[start - 1] as number;
  if (length > 0x7f) {
    const high = bytes[start++] as number;
    length = high < 0x80 ? (length & 0x7f) | (high << 7) : NOT_PLAIN;
  }
  return start + length === to ? start : NOT_PLAIN;
}

/**
 * Where the value ends that starts at `start`, which {@link plainValueStart} has returned: the length is in front of
 * it. If it has two bytes, the first is above 0x7f, and stands where the tag of the value would be otherwise.
 */
export function plainValueEnd(bytes: Uint8Array, start: number): number {
  const last = bytes[start - 1] as number;
  const before = bytes[start - 2] as number;
  return start + (before > 0x7f ? (before & 0x7f) | (last << 7) : last);
}
