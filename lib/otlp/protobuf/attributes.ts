import { type AttributeValue, readAnyValue, readKeyValue } from '../attribute-value.ts';
import { FieldCursor } from './field-cursor.ts';
import { LENGTH_DELIMITED, tagOf } from './wire.ts';

/**
 * Finds an attribute by its exact key among the `KeyValue` fields numbered `field` in `bytes[start, end)`, which is a
 * whole message or a run of its fields. Of several attributes with this key the first counts, as in the Collector
 * (`pcommon.Map.Get`). Only the value that is found is decoded.
 */
export function findAttribute(
  bytes: Uint8Array,
  start: number,
  end: number,
  field: number,
  key: string,
): AttributeValue | undefined {
  const tag = isAscii(key) ? tagOf(field, LENGTH_DELIMITED) : NO_TAG;
  let at = start;
  while (at < end) {
    // What encoders write is stepped over here; anything else is for the cursor.
    const length = bytes[at + 1] as number;
    const from = at + 2;
    const to = from + length;
    const value = bytes[at] === tag && length < 0x80 && to <= end ? plainValueStart(bytes, from, to) : NOT_PLAIN;
    if (value === NOT_PLAIN) return findAnyAttribute(bytes, at, end, field, key);
    if (bytes[from + 1] === key.length && isKeyAt(bytes, from + 2, key)) return readAnyValue(bytes, value, to);
    at = to;
  }
  return undefined;
}

function findAnyAttribute(
  bytes: Uint8Array,
  start: number,
  end: number,
  field: number,
  key: string,
): AttributeValue | undefined {
  const ascii = isAscii(key);
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field !== field) continue;
    const { from, to } = cursor;
    const value = ascii ? plainValueStart(bytes, from, to) : NOT_PLAIN;
    if (value === NOT_PLAIN) {
      const [name, attribute] = readKeyValue(bytes, from, to);
      if (name === key) return attribute;
    } else if (bytes[from + 1] === key.length && isKeyAt(bytes, from + 2, key)) {
      return readAnyValue(bytes, value, to);
    }
  }
  return undefined;
}

const NO_TAG = -1;
const NOT_PLAIN = -1;
const KEY_TAG = 0x0a;
const VALUE_TAG = 0x12;

/**
 * Where the value starts in a `KeyValue` of the form that encoders write: a key of less than 128 bytes, then a value of
 * less than 16 KiB up to the end. Any other order, repetition or addition is legal too, and {@link NOT_PLAIN}.
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

/** Compares from the end, because the keys of one namespace begin alike. */
function isKeyAt(bytes: Uint8Array, at: number, key: string): boolean {
  for (let i = key.length - 1; i >= 0; i--) {
    if (bytes[at + i] !== key.charCodeAt(i)) return false;
  }
  return true;
}

function isAscii(key: string): boolean {
  for (let i = 0; i < key.length; i++) {
    if (key.charCodeAt(i) > 0x7f) return false;
  }
  return true;
}
