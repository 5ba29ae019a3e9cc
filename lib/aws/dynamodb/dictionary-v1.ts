import { ATTRIBUTE_KEYS_V1, SCOPE_NAMES_V1, VALUES_V1 } from './dictionary-v1-names.ts';
import {
  FREQUENT_SPAN_ATTRIBUTES_V1,
  FREQUENT_SPAN_KEYS_V1,
  RESOURCE_ATTRIBUTES_V1,
  RESOURCE_KEYS_V1,
} from './dictionary-v1-pairs.ts';

type Value = string | number | boolean;

/** Field tags of `opentelemetry.proto.trace.v1` (field number and wire type). */
const RESOURCE_ATTRIBUTE = 0x0a;
const SPAN_ATTRIBUTE = 0x4a;

/**
 * The preset dictionary of codec 1: what OTLP spans of any system have in common, framed as protobuf frames it, so that
 * a whole attribute is one back reference. It knows nothing of a deployment.
 *
 * Frozen, like the lists that it is built from: a test holds its SHA-256.
 */
export const DICTIONARY_V1: Uint8Array = Buffer.concat([
  ...lines(VALUES_V1).map((text) => Buffer.from(text)),
  ...words(SCOPE_NAMES_V1).map((name) => Buffer.from([0x0a, name.length, ...Buffer.from(name), 0x12])),
  ...words(ATTRIBUTE_KEYS_V1).map(framedKey),
  ...words(RESOURCE_KEYS_V1).map(framedKey),
  ...RESOURCE_ATTRIBUTES_V1.map(([key, value]) => framedAttribute(RESOURCE_ATTRIBUTE, key, value)),
  ...words(FREQUENT_SPAN_KEYS_V1).map(framedKey),
  ...FREQUENT_SPAN_ATTRIBUTES_V1.map(([key, value]) => framedAttribute(SPAN_ATTRIBUTE, key, value)),
  spanEnds(),
]);

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** Field 1 of `KeyValue`, and the tag of field 2. */
function framedKey(key: string): Uint8Array {
  const bytes = Buffer.from(key);
  return Buffer.from([0x0a, bytes.length, ...bytes, 0x12]);
}

function framedAttribute(tag: number, key: string, value: Value): Uint8Array {
  const anyValue = framedAnyValue(value);
  const body = [...framedKey(key), anyValue.length, ...anyValue];
  return Buffer.from([tag, body.length, ...body]);
}

/** `AnyValue`: string_value = 1, bool_value = 2, int_value = 3. */
function framedAnyValue(value: Value): number[] {
  if (typeof value === 'boolean') return [0x10, value ? 1 : 0];
  if (typeof value === 'number') return [0x18, ...varint(value)];
  const bytes = Buffer.from(value);
  return [0x0a, bytes.length, ...bytes];
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

/** How spans end: an unset or error status, and the flags (remote parent known, sampled). */
function spanEnds(): Uint8Array {
  return Buffer.from([
    ...[0x7a, 0x02, 0x18, 0x02, 0x85, 0x01, 0x01, 0x01, 0x00, 0x00],
    ...[0x7a, 0x00, 0x85, 0x01, 0x01, 0x03, 0x00, 0x00],
    ...[0x7a, 0x00, 0x85, 0x01, 0x01, 0x01, 0x00, 0x00],
  ]);
}
