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
  const ascii = asciiBytes(key);
  const value = ascii === undefined ? ~start : findPlainValue(bytes, view, start, end, field, ascii);
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
 * @param key in ASCII
 */
export function findPlainValue(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  field: number,
  key: Uint8Array,
): number {
  const tag = tagOf(field, LENGTH_DELIMITED);
  const head = (KEY_TAG << 16) | tag;
  const keyLength = key.length;
  let at = start;
  while (at + 6 <= end) {
    const word = view.getInt32(at, true);
    let next = at + 2 + ((word >>> 8) & 0x7f);
    let value = at + 6 + (word >>> 24);
    if ((word & TAGS_AND_TOP_BITS) === head && value <= next && next <= end) {
      // A length of one byte that is the rest of the attribute: so its last field is the value.
      if (view.getInt16(value - 2, true) === (((next - value) << 8) | VALUE_TAG)) {
        if (word >>> 24 === keyLength && isKeyAt(bytes, at + 4, key)) return value;
        at = next;
        continue;
      }
    }
    next = (word & 0xff) === tag ? shortEnd(bytes, at + 1) : NO_END;
    const keyStart = shortStart(bytes, at + 1) + 2;
    value = next <= end ? plainValueStart(bytes, keyStart - 2, next) : NOT_PLAIN;
    if (value === NOT_PLAIN) break;
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
  const ascii = asciiBytes(key);
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field !== field) continue;
    const { from, to } = cursor;
    const value = ascii === undefined ? NOT_PLAIN : plainValueStart(bytes, from, to);
    if (value === NOT_PLAIN) {
      const [name, attribute] = readKeyValue(bytes, from, to);
      if (name === key) return attribute;
    } else if (ascii !== undefined && bytes[from + 1] === ascii.length && isKeyAt(bytes, from + 2, ascii)) {
      return readAnyValue(bytes, value, to);
    }
  }
  return undefined;
}

/** Compares from the end, because the keys of a namespace have a common prefix. */
function isKeyAt(bytes: Uint8Array, at: number, key: Uint8Array): boolean {
  for (let i = key.length - 1; i >= 0; i--) {
    if (bytes[at + i] !== key[i]) return false;
  }
  return true;
}

let lastKey = '';
let lastBytes: Uint8Array | undefined = new Uint8Array(0);

/**
 * The bytes of a key that is ASCII; undefined if it is not. Remembers the last key, because a policy looks for one key
 * in all spans.
 */
export function asciiBytes(key: string): Uint8Array | undefined {
  if (key === lastKey) return lastBytes;
  lastKey = key;
  lastBytes = /^\p{ASCII}*$/u.test(key) ? Uint8Array.from(key, (character) => character.charCodeAt(0)) : undefined;
  return lastBytes;
}
