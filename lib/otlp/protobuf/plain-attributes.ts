import { shortEnd, shortStart } from './wire-values.ts';

/** Of the first four bytes of an attribute or a value, the two tags, and the top bits of the two lengths. */
const TAGS_AND_TOP_BITS = 0x80ff80ff | 0;
const KEY_TAG = 0x0a;
const VALUE_TAG = 0x12;
const STRING_TAG = 0x0a;
/** `12 v 0a s`, lowest byte first: the value is a string. */
const STRING_VALUE = (STRING_TAG << 16) | VALUE_TAG;
const BOOL_TAG = 0x10;
const INT_TAG = 0x18;
/** Of the first four bytes of a value all but the bit in which bool and int differ, and what its first byte has in it. */
const INT_MASK = 0x80f7ffff | 0;
/** `12 2 18 n`: the value is an int of one byte, or a bool. */
const ONE_BYTE_INT = (BOOL_TAG << 16) | (2 << 8) | VALUE_TAG;
/** `12 3 18 n n`: an int of two bytes, if the last of them ends it. */
const TWO_BYTES_INT = 0x80000000 | (BOOL_TAG << 16) | (3 << 8) | VALUE_TAG;
const DOUBLE_TAG = 0x21;
/** An attribute with an empty key and a value of two bytes. */
const SHORTEST = 8;

/**
 * Validates attributes in the form that encoders write, from `start` on: `KeyValue` fields with this one-byte tag, each
 * one key and then one scalar value (opentelemetry/proto/common/v1/common.proto). It returns the offset at which
 * anything else begins, valid or not; `end` if nothing else follows.
 *
 * Attributes are most of a request, so it reads the tags and lengths of an attribute as two words:
 *
 * ```
 * tag n 0a k  key…  12 v 0a s  string…      n = 2 + k + 2 + v, v = 2 + s
 * tag n 0a k  key…  12 v 10 varint          bool; with 18 an int
 * tag n 0a k  key…  12 9 21 8 bytes         double
 * ```
 *
 * Each part must end where the next begins, and the last at the end of the attribute: nothing out of bounds can pass.
 *
 * @param view of the same bytes as `bytes`
 */
export function plainAttributesEnd(bytes: Uint8Array, view: DataView, start: number, end: number, tag: number): number {
  const head = (KEY_TAG << 16) | tag;
  let at = start;
  while (at + SHORTEST <= end) {
    const word = view.getInt32(at, true);
    if ((word & TAGS_AND_TOP_BITS) !== head) {
      const next = (word & 0x80ff) === (tag | 0x8000) ? longTextEnd(bytes, at) : -1;
      if (next < 0 || next > end) return at;
      at = next;
      continue;
    }
    const next = at + 2 + ((word >>> 8) & 0x7f);
    const value = at + 4 + (word >>> 24);
    if (next > end || value + 4 > next) return at;
    const valueWord = view.getInt32(value, true);
    const length = (valueWord >>> 8) & 0xff;
    const isText = (valueWord & TAGS_AND_TOP_BITS) === STRING_VALUE && valueWord >>> 24 === length - 2;
    const shortInt = valueWord & INT_MASK;
    const isKnown =
      isText || shortInt === ONE_BYTE_INT || (shortInt === TWO_BYTES_INT && (bytes[next - 1] as number) < 0x80);
    if (value + 2 + length !== next || !(isKnown || isNumber(bytes, valueWord, value + 3, next))) return at;
    at = next;
  }
  return at;
}

/** @param word the first four bytes of the value. @param start where its number is, up to `end` */
function isNumber(bytes: Uint8Array, word: number, start: number, end: number): boolean {
  if ((word & 0xff) !== VALUE_TAG) return false;
  switch ((word >>> 16) & 0xff) {
    case BOOL_TAG:
    case INT_TAG:
      if (end - start > 10) return false;
      for (let at = start; at < end - 1; at++) if ((bytes[at] as number) < 0x80) return false;
      return (bytes[end - 1] as number) < 0x80;
    case DOUBLE_TAG:
      return end - start === 8;
    default:
      return false;
  }
}

/** The end of an attribute of 128 bytes or more whose value is a string of up to 16 KiB; negative if it is another. */
function longTextEnd(bytes: Uint8Array, at: number): number {
  const end = shortEnd(bytes, at + 1);
  const key = shortStart(bytes, at + 1);
  const value = key + 2 + (bytes[key + 1] as number);
  if (bytes[key] !== KEY_TAG || (bytes[key + 1] as number) > 0x7f || bytes[value] !== VALUE_TAG) return -1;
  const text = shortStart(bytes, value + 1);
  const isText = shortEnd(bytes, value + 1) === end && bytes[text] === STRING_TAG && shortEnd(bytes, text + 1) === end;
  return isText ? end : -1;
}
