import { WORD } from '../double-words.ts';
import { BOOL, DOUBLE, INT, NOT_PLAIN, plainValueStart, STRING } from '../protobuf/attributes.ts';
import { FIXED64, LENGTH_DELIMITED, shortEnd, shortStart, tagOf, VARINT, varint32At } from '../protobuf/wire-values.ts';
import { copyPiece, json, SLACK } from './piece.ts';
import {
  copyRecurring,
  hashOf,
  keyHashAt,
  MOST_RECURRING,
  mayRecur,
  NOT_REMEMBERED,
  rememberAttribute,
  slotOf,
} from './recurring-attributes.ts';
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
const KEY_HASHES = 1024;

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
  const source = out.viewOf(bytes);
  lists = (lists + 1) | 0;
  const list = lists;
  let { view, at: target } = out;
  let at = start;
  for (let count = 0; at < end && bytes[at] === tag && count < FEW; count++) {
    const from = at + 2;
    const to = from + (bytes[at + 1] as number);
    let hash = 0;
    if (mayRecur(to - from) && to <= end) {
      hash = hashOf(source, from, to);
      const slot = slotOf(source, from, to, hash);
      if (slot !== NOT_REMEMBERED) {
        if (isNewKey(keyHashAt(slot), list, bytes, start, at, from + 1)) {
          if (target + MOST_RECURRING > view.byteLength) {
            out.at = target;
            out.reserve(MOST_RECURRING);
            ({ view, at: target } = out);
          }
          target = copyRecurring(view, target, slot);
        }
        at = to;
        continue;
      }
    }
    out.at = target;
    const next = writeNewKeyValue(out, list, bytes, start, at, end, hash, writeValue);
    ({ view, at: target } = out);
    if (next === at) break;
    at = next;
  }
  out.at = target;
  return at;
}

/**
 * Writes the attribute whose tag is at `at`, unless its key is one of those in `bytes[start, at)`, and may remember it.
 * @param hash 0 if it cannot recur. @returns where it ends; `at` if it has another form
 */
function writeNewKeyValue(
  out: JsonWriter,
  list: number,
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
  hash: number,
  writeValue: ValueWriter,
): number {
  const from = shortStart(bytes, at + 1);
  const to = shortEnd(bytes, at + 1);
  const value = to > at && to <= end ? plainValueStart(bytes, from, to) : NOT_PLAIN;
  if (value === NOT_PLAIN) return at;
  const keyHash = hashOfKey(bytes, from + 1);
  if (!isNewKey(keyHash, list, bytes, start, at, from + 1)) return to;
  const before = out.at;
  writePlainKeyValue(out, bytes, from + 2, from + 2 + (bytes[from + 1] as number), value, to, writeValue);
  if (hash !== 0) {
    out.reserve(WORD);
    rememberAttribute(out.viewOf(bytes), from, to, hash, keyHash, out.view, before, out.at);
  }
  return to;
}

/** The number of the list of attributes that was begun last. */
let lists = 0;
/** By the hash of a key, the number of the last list with such a key. */
const listsOfKeys = new Int32Array(KEY_HASHES);

/** Of the key whose length is at `at`. */
function hashOfKey(bytes: Uint8Array, at: number): number {
  const length = bytes[at] as number;
  // The bytes around an empty key are no part of it.
  if (length === 0) return 0;
  const middle = bytes[at + 1 + (length >> 1)] as number;
  return (length * 97 + middle * 31 + (bytes[at + length] as number) * 7) & (KEY_HASHES - 1);
}

/**
 * Whether the list has not had the key whose length is at `keyAt`. Most keys have a hash that no other key of the list has, which
 * shows it without comparing. A list inside a value of this one takes a later number, and may overwrite its hashes.
 *
 * @param bytes the attributes before it are in `bytes[start, end)`
 */
function isNewKey(hash: number, list: number, bytes: Uint8Array, start: number, end: number, keyAt: number): boolean {
  const mayBeKnown = listsOfKeys[hash] === list || lists !== list;
  listsOfKeys[hash] = list;
  return !mayBeKnown || !hasKey(bytes, start, end, keyAt, keyAt + 1 + (bytes[keyAt] as number));
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
