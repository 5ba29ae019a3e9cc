/** Attributes in the bound of a JSON line. What it does, and what it leaves out, is in `line.ts`. */
import { copyPiece, json } from '../../../lib/otlp/json-encode/piece.ts';
import { writeDecimal, writeDouble } from '../../../lib/otlp/json-encode/write-numbers.ts';
import { copyText } from '../../../lib/otlp/json-encode/write-text.ts';
import { pen, view } from './line-pen.ts';
import { afterValue, afterVarint } from './wire.ts';

const CLOSE_ARRAY = json(']');
const ATTRIBUTES = json(',"attributes":');
/** Slots of messages; behind them, those of keys. */
const SLOTS = 1024;
const WORDS = 16;
const JSON_WORDS = 24;
const messages = new Float64Array(SLOTS * 2 * WORDS);
const texts = new Float64Array(SLOTS * 2 * JSON_WORDS);
const messageLengths = new Uint8Array(SLOTS * 2);
const textLengths = new Uint8Array(SLOTS * 2);
/** The slot that came behind this one. */
const successors = new Int16Array(SLOTS * 2);
const misses = new Int32Array(SLOTS * 2);
const candidates = new Int32Array(4096);
/** A key with so many values is one whose values do not recur. */
const MOST_VALUES = 1000;
const PRIME = 0x9e3779b1;

function isAt(slot: number, from: number, length: number): boolean {
  if (messageLengths[slot] !== length) return false;
  const last = from + length - 8;
  let word = slot * WORDS;
  if (pen.source.getFloat64(last, true) !== messages[word + WORDS - 1]) return false;
  for (let i = from; i < last; i += 8, word++) if (pen.source.getFloat64(i, true) !== messages[word]) return false;
  return true;
}

function copyKnown(slot: number): void {
  const length = textLengths[slot] as number;
  const start = pen.at;
  for (let i = 0, word = slot * JSON_WORDS; i < length; i += 8, word++) {
    view.setFloat64(start + i, texts[word] as number, true);
  }
  pen.at = start + length;
}

function rememberAt(slot: number, from: number, length: number, start: number): void {
  if (length < 8 || pen.at - start > JSON_WORDS * 8 - 8) return;
  messageLengths[slot] = length;
  textLengths[slot] = pen.at - start;
  messages[slot * WORDS + WORDS - 1] = pen.source.getFloat64(from + length - 8, true);
  for (let i = 0; i < length - 8; i += 8) messages[slot * WORDS + (i >> 3)] = pen.source.getFloat64(from + i, true);
  view.setFloat64(pen.at, 0, true);
  for (let i = 0; i < pen.at - start; i += 8) texts[slot * JSON_WORDS + (i >> 3)] = view.getFloat64(start + i, true);
}

/** @returns the end of the last one */
export function writeAttributes(from: number, to: number, tag: number): number {
  pen.at = copyPiece(view, pen.at, ATTRIBUTES);
  const bracket = pen.at;
  let slot = tag;
  let next = from;
  while (next < to && pen.bytes[next] === tag) {
    const length = pen.bytes[next + 1] as number;
    if (length > 0x7f) {
      const start = next + 3;
      next = start + ((length & 0x7f) | ((pen.bytes[next + 2] as number) << 7));
      slot = writeWithKey(start);
      continue;
    }
    const start = next + 2;
    next = start + length;
    const guess = successors[slot] as number;
    if (guess >= SLOTS ? isAt(guess, start, (pen.bytes[start + 1] as number) + 2) : isAt(guess, start, length)) {
      if (guess >= SLOTS) writeValue(guess, start);
      else copyKnown(guess);
      slot = guess;
      continue;
    }
    const found = writeUnexpected(start, length);
    successors[slot] = found;
    slot = found;
  }
  view.setUint8(bracket, 0x5b);
  pen.at = copyPiece(view, pen.at, CLOSE_ARRAY);
  return next;
}

function hashOf(from: number, length: number): number {
  const middle = Math.imul(pen.source.getInt32(from + (length >> 1), true) ^ length, PRIME);
  const end =
    pen.source.getInt32(from + length - 4, true) ^ Math.imul(pen.source.getInt32(from + length - 8, true), PRIME);
  return Math.imul(middle ^ (middle >>> 15) ^ end, PRIME);
}

function writeUnexpected(from: number, length: number): number {
  const hash = hashOf(from, length);
  const slot = hash >>> 22;
  if (isAt(slot, from, length)) {
    copyKnown(slot);
    return slot;
  }
  const start = pen.at;
  const key = writeWithKey(from);
  if ((misses[key] as number) > MOST_VALUES) return key;
  misses[key] = (misses[key] as number) + 1;
  if (candidates[hash >>> 20] === hash) rememberAt(slot, from, length, start);
  else candidates[hash >>> 20] = hash;
  return slot;
}

const KEY = json(',{"key":"');
const VALUE = json('","value":{');
const STRING = json('"stringValue":"');
const CLOSE_STRING = json('"}}');
const INT = json('"intValue":"');
const DOUBLE = json('"doubleValue":');
const CLOSE_VALUE = json('}}');
const TRUE = json('"boolValue":true}}');
const FALSE = json('"boolValue":false}}');

/** @returns the slot of the key */
function writeWithKey(from: number): number {
  const length = (pen.bytes[from + 1] as number) + 2;
  const slot = SLOTS + (hashOf(from, length) >>> 22);
  if (!isAt(slot, from, length)) {
    const start = pen.at;
    pen.at = copyText(view, copyPiece(view, pen.at, KEY), pen.source, from + 2, from + length);
    pen.at = copyPiece(view, pen.at, VALUE);
    rememberAt(slot, from, length, start);
    misses[slot] = 0;
    pen.at = start;
    if (!isAt(slot, from, length)) throw new Error('a key is too short or too long');
  }
  writeValue(slot, from);
  return slot;
}

function writeValue(slot: number, from: number): void {
  copyKnown(slot);
  const value = afterVarint(pen.bytes, from + (messageLengths[slot] as number) + 1);
  const tag = pen.bytes[value];
  if (tag === 0x0a) {
    const text = afterVarint(pen.bytes, value + 1);
    pen.at = copyText(view, copyPiece(view, pen.at, STRING), pen.source, text, afterValue(pen.bytes, tag, value + 1));
    pen.at = copyPiece(view, pen.at, CLOSE_STRING);
  } else if (tag === 0x21) {
    pen.at = writeDouble(view, copyPiece(view, pen.at, DOUBLE), pen.source.getFloat64(value + 1, true));
    pen.at = copyPiece(view, pen.at, CLOSE_VALUE);
  } else if (tag === 0x10) {
    pen.at = copyPiece(view, pen.at, pen.bytes[value + 1] === 1 ? TRUE : FALSE);
  } else {
    let number = 0;
    for (let i = value + 1, shift = 0; ; i++, shift += 7) {
      number |= ((pen.bytes[i] as number) & 0x7f) << shift;
      if ((pen.bytes[i] as number) < 0x80) break;
    }
    pen.at = writeDecimal(view, copyPiece(view, pen.at, INT), 0, number);
    pen.at = copyPiece(view, pen.at, CLOSE_STRING);
  }
}
