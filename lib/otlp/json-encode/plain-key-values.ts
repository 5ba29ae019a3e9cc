import { BOOL, DOUBLE, INT, NOT_PLAIN, plainValueStart, STRING } from '../protobuf/attributes.ts';
import { FIXED64, LENGTH_DELIMITED, shortEnd, shortStart, tagOf, VARINT, varint32At } from '../protobuf/wire-values.ts';
import { copyPiece, json, SLACK } from './piece.ts';
import { MAX_DOUBLE_LENGTH, writeDecimal, writeDouble } from './write-numbers.ts';
import { copyText, MAX_TEXT_GROWTH } from './write-text.ts';
import type { JsonWriter } from './writer.ts';

/** Writes the `AnyValue` message in `bytes[start, end)` as an object. */
export type ValueWriter = (out: JsonWriter, bytes: Uint8Array, start: number, end: number) => void;

const KEY = json(',{"key":"');
const VALUE = json('","value":');
const STRING_VALUE = json('","value":{"stringValue":"');
const STRING_END = json('"}}');
const TRUE_VALUE = json('","value":{"boolValue":true}}');
const FALSE_VALUE = json('","value":{"boolValue":false}}');
const INT_VALUE = json('","value":{"intValue":"');
const DOUBLE_VALUE = json('","value":{"doubleValue":');
const CLOSE = json('}');
const CLOSE_TWO = json('}}');

const STRING_TAG = tagOf(STRING, LENGTH_DELIMITED);
const BOOL_TAG = tagOf(BOOL, VARINT);
const INT_TAG = tagOf(INT, VARINT);
const DOUBLE_TAG = tagOf(DOUBLE, FIXED64);

/** What an attribute takes at most, besides its texts. */
const MOST_AROUND = KEY.length + FALSE_VALUE.length + MAX_DOUBLE_LENGTH + SLACK;
/** A list that is longer is left to a table of its keys. */
const FEW = 64;

/**
 * Writes `KeyValue` fields with this one-byte tag, from `start` on, each with a comma before it; of several with one
 * key only the first. Attributes are most of a trace, and nearly all have the form that encoders write: the key, then
 * the value, lengths of at most two bytes.
 *
 * @returns the offset at which anything else begins, valid or not; `end` if nothing else follows
 */
export function writePlainKeyValues(
  out: JsonWriter,
  bytes: Uint8Array,
  start: number,
  end: number,
  tag: number,
  writeValue: ValueWriter,
): number {
  // Bit h is set when there is a key with hash h. Most keys are new, and this shows it without comparing.
  let low = 0;
  let high = 0;
  let at = start;
  for (let count = 0; at < end && bytes[at] === tag && count < FEW; count++) {
    const from = shortStart(bytes, at + 1);
    const to = shortEnd(bytes, at + 1);
    const value = to > at && to <= end ? plainValueStart(bytes, from, to) : NOT_PLAIN;
    if (value === NOT_PLAIN) return at;
    const keyLength = bytes[from + 1] as number;
    const keyEnd = from + 2 + keyLength;
    const middle = bytes[from + 2 + (keyLength >> 1)] as number;
    // The bytes around an empty key are no part of it.
    const hash = keyLength === 0 ? 0 : keyLength * 7 + middle * 3 + (bytes[keyEnd - 1] as number) * 5;
    const bit = 1 << (hash & 31);
    const mayBeKnown = (((hash & 32) === 0 ? low : high) & bit) !== 0;
    if ((hash & 32) === 0) low |= bit;
    else high |= bit;
    if (!mayBeKnown || !hasKey(bytes, start, at, from + 1, keyEnd)) {
      writePlainKeyValue(out, bytes, from + 2, keyEnd, value, to, writeValue);
    }
    at = to;
  }
  return at;
}

/** Whether one of the plain attributes in `bytes[start, end)` has the key whose length is at `keyAt`. */
function hasKey(bytes: Uint8Array, start: number, end: number, keyAt: number, keyEnd: number): boolean {
  for (let at = start; at < end; at = shortEnd(bytes, at + 1)) {
    const shift = shortStart(bytes, at + 1) + 1 - keyAt;
    let i = keyAt;
    while (i < keyEnd && bytes[i] === bytes[i + shift]) i++;
    if (i === keyEnd) return true;
  }
  return false;
}

/** Writes a key, and its value in `bytes[start, end)`. */
function writePlainKeyValue(
  out: JsonWriter,
  bytes: Uint8Array,
  keyStart: number,
  keyEnd: number,
  start: number,
  end: number,
  writeValue: ValueWriter,
): void {
  out.reserve((end - keyStart) * MAX_TEXT_GROWTH + MOST_AROUND);
  const { view } = out;
  const source = out.viewOf(bytes);
  let at = copyText(view, copyPiece(view, out.at, KEY), source, keyStart, keyEnd);
  const length = end - start;
  switch (bytes[start]) {
    case STRING_TAG:
      if (shortEnd(bytes, start + 1) !== end) break;
      at = copyText(view, copyPiece(view, at, STRING_VALUE), source, shortStart(bytes, start + 1), end);
      out.at = copyPiece(view, at, STRING_END);
      return;
    case BOOL_TAG:
      if (length !== 2) break;
      out.at = copyPiece(view, at, bytes[start + 1] !== 0 ? TRUE_VALUE : FALSE_VALUE);
      return;
    case INT_TAG:
      if (!isShortVarint(bytes, start + 1, end)) break;
      at = writeDecimal(view, copyPiece(view, at, INT_VALUE), 0, varint32At(bytes, start + 1));
      out.at = copyPiece(view, at, STRING_END);
      return;
    case DOUBLE_TAG:
      if (length !== 9) break;
      at = writeDouble(view, copyPiece(view, at, DOUBLE_VALUE), source.getFloat64(start + 1, true));
      out.at = copyPiece(view, at, CLOSE_TWO);
      return;
    default:
  }
  out.at = copyPiece(view, at, VALUE);
  writeValue(out, bytes, start, end);
  out.piece(CLOSE);
}

/** Whether the range is exactly one varint of less than 32 bits. */
function isShortVarint(bytes: Uint8Array, start: number, end: number): boolean {
  const last = end - 1;
  if (last > start + 3) return false;
  let at = start;
  while (at < last && (bytes[at] as number) > 0x7f) at++;
  return at === last && (bytes[at] as number) < 0x80;
}
