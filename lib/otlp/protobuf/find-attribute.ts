import {
  type AttributeValue,
  NOT_PLAIN,
  plainValueEnd,
  plainValueStart,
  readAnyValue,
  readKeyValue,
} from './attributes.ts';
import { FieldCursor } from './field-cursor.ts';
import { LENGTH_DELIMITED, NO_END, shortEnd, shortStart, tagOf } from './wire-values.ts';

/** Of the first four bytes of an attribute, the two tags, and the top bits of the two lengths. */
const TAGS_AND_TOP_BITS = 0x80ff80ff | 0;
const KEY_TAG = 0x0a;
const VALUE_TAG = 0x12;

/**
 * Finds an attribute by its exact key among the `KeyValue` fields with the number `field` in `bytes[start, end)`, which
 * is a whole message or a run of its fields. If several attributes have the key, the first counts, as in the Collector
 * (`pcommon.Map.Get`). Only the value that is found is decoded.
 *
 * @param view of the same bytes as `bytes`
 */
export function findAttribute(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  field: number,
  key: string,
): AttributeValue | undefined {
  const value = isAscii(key) ? findPlainValue(bytes, view, start, end, field, key) : ~start;
  if (value >= 0) return readAnyValue(bytes, value, plainValueEnd(bytes, value));
  return findAnyAttribute(bytes, ~value, end, field, key);
}

/**
 * Where the value of the attribute starts, if the attribute and those before it have the form that encoders write (see
 * {@link plainValueStart}); its end is {@link plainValueEnd}. Otherwise `~at`, if the attribute is not in
 * `bytes[start, at)`: then {@link findAnyAttribute} finds it in `bytes[at, end)`, or that is empty.
 *
 * Most attributes have another key, so it reads as little of them as shows that this is their only key: the tags and
 * lengths `tag n 0a k` and, after the key, `12 v` of the value, which must end at the end of the attribute.
 *
 * @param view of the same bytes as `bytes`
 * @param key ASCII
 */
export function findPlainValue(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  field: number,
  key: string,
): number {
  const tag = tagOf(field, LENGTH_DELIMITED);
  const head = (KEY_TAG << 16) | tag;
  const keyLength = key.length;
  let at = start;
  while (at + 6 <= end) {
    const word = view.getInt32(at, true);
    let next = at + 2 + ((word >>> 8) & 0x7f);
    let keyStart = at + 4;
    let value = keyStart + (word >>> 24);
    // A length of one byte that is the rest of the attribute: so its last field is the value.
    const isPlain = bytes[value] === VALUE_TAG && bytes[value + 1] === next - value - 2 && next <= end;
    if (isPlain && (word & TAGS_AND_TOP_BITS) === head) {
      value += 2;
    } else {
      next = (word & 0xff) === tag ? shortEnd(bytes, at + 1) : NO_END;
      keyStart = shortStart(bytes, at + 1) + 2;
      value = next <= end ? plainValueStart(bytes, keyStart - 2, next) : NOT_PLAIN;
      if (value === NOT_PLAIN) break;
    }
    if (bytes[keyStart - 1] === keyLength && isKeyAt(bytes, keyStart, key)) return value;
    at = next;
  }
  return ~at;
}

/** Finds an attribute of any form that protobuf allows. */
export function findAnyAttribute(
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

/** Compares from the end, because the keys of a namespace have a common prefix. */
function isKeyAt(bytes: Uint8Array, at: number, key: string): boolean {
  for (let i = key.length - 1; i >= 0; i--) {
    if (bytes[at + i] !== key.charCodeAt(i)) return false;
  }
  return true;
}

let lastAsciiKey = '';

/** Remembers the last key, because a policy looks for one key in all spans. */
function isAscii(key: string): boolean {
  if (key === lastAsciiKey) return true;
  for (let i = 0; i < key.length; i++) {
    if (key.charCodeAt(i) > 0x7f) return false;
  }
  lastAsciiKey = key;
  return true;
}
