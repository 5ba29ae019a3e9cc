import { ARRAY, BOOL, BYTES, DOUBLE, INT, KVLIST, lastMember, STRING } from './any-value-member.ts';
import { joinFields } from './joined-fields.ts';
import { mapFor } from './long-key-map.ts';
import { float64At } from './numbers.ts';
import { FieldCursor } from './protobuf/field-cursor.ts';
import { readUtf8 } from './text.ts';

/**
 * The value of an attribute (`AnyValue` of opentelemetry/proto/common/v1/common.proto), told apart by its type:
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

/** Reads the `AnyValue` message in `bytes[start, end)`. Invalid UTF-8 is read with U+FFFD in its place. */
export function readAnyValue(bytes: Uint8Array, start: number, end: number): AttributeValue {
  const cursor = new FieldCursor(bytes, start, end);
  if (!cursor.next()) return null;
  if (cursor.to === end) return readMember(bytes, cursor.field, cursor.from, end);
  const member = lastMember(bytes, start, end);
  return member === undefined ? null : readMember(member.bytes, member.number, member.from, member.to);
}

function readMember(bytes: Uint8Array, member: number, from: number, to: number): AttributeValue {
  switch (member) {
    case STRING:
      return readUtf8(bytes, from, to);
    case BOOL:
      return to - from > 1 || bytes[from] !== 0;
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
  return [key, value === undefined ? null : readAnyValue(value, 0, value.length)];
}

function readInt64(bytes: Uint8Array, start: number, end: number): bigint {
  let value = 0n;
  for (let at = end - 1; at >= start; at--) value = (value << 7n) | BigInt((bytes[at] ?? 0) & 0x7f);
  return BigInt.asIntN(64, value);
}
