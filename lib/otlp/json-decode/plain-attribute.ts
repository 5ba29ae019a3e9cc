import { JsonWords } from '../json-words.ts';
import type { WireWriter } from '../protobuf/writer.ts';
import { copyString } from './copy-strings.ts';
import { type JsonCursor, QUOTE } from './cursor.ts';
import type { JsonNumbers } from './read-numbers.ts';
import { copyRecurringAttribute, rememberAttribute } from './recurring-attributes.ts';

const KEY_TAG = 0x0a;
const VALUE_TAG = 0x12;
const KEY = new JsonWords('{"key":"');
const VALUE = new JsonWords(',"value":{"');
const STRING = new JsonWords('stringValue":"');
const INT = new JsonWords('intValue":');
const BOOL = new JsonWords('boolValue":');
const DOUBLE = new JsonWords('doubleValue":');
const TRUE = new JsonWords('true');
const FALSE = new JsonWords('false');
const END = ascii('}}');

/**
 * Fast path for an attribute with a scalar value: `{"key":"…","value":{"stringValue":"…"}}`, in this order and without
 * white space, as nearly all senders write nearly all attributes. For anything else it returns false and consumes
 * nothing, and the general reader must read the attribute.
 */
export function copyPlainAttribute(cursor: JsonCursor, numbers: JsonNumbers, writer: WireWriter): boolean {
  if (copyRecurringAttribute(cursor, writer)) return true;
  const cursorStart = cursor.offset;
  const writerStart = writer.offset;
  if (copyKey(cursor, writer) && cursor.skipWords(VALUE)) {
    writer.ensure(16);
    writer.bytes[writer.offset++] = VALUE_TAG;
    const value = writer.beginLengthDelimited();
    if (copyValue(cursor, numbers, writer) && cursor.skip(END)) {
      writer.endLengthDelimited(value);
      rememberAttribute(cursor, cursorStart, writer, writerStart);
      return true;
    }
  }
  cursor.offset = cursorStart;
  writer.offset = writerStart;
  return false;
}

/** Copies `{"key":"…"`. False when it is something else, or the key is empty. */
function copyKey(cursor: JsonCursor, writer: WireWriter): boolean {
  if (!cursor.skipWords(KEY)) return false;
  cursor.offset--;
  writer.ensure(2);
  writer.bytes[writer.offset++] = KEY_TAG;
  const start = writer.beginLengthDelimited();
  copyString(cursor, writer);
  // An empty key is a default value, which is not written.
  const isEmpty = writer.offset === start;
  writer.endLengthDelimited(start);
  return !isEmpty;
}

/** Copies the member of the `AnyValue` up to its closing braces. False when it is not a string, int, bool or double. */
function copyValue(cursor: JsonCursor, numbers: JsonNumbers, writer: WireWriter): boolean {
  if (cursor.skipWords(STRING)) {
    cursor.offset--;
    writer.bytes[writer.offset++] = 0x0a;
    const start = writer.beginLengthDelimited();
    copyString(cursor, writer);
    writer.endLengthDelimited(start);
    return true;
  }
  if (cursor.skipWords(INT)) {
    if (!isNumberStart(cursor)) return false;
    if (numbers.integer('int64') !== undefined) return false;
    writer.bytes[writer.offset++] = 0x18;
    writer.varint64(numbers.low, numbers.high);
    return true;
  }
  if (cursor.skipWords(BOOL)) {
    const value = cursor.skipWords(TRUE);
    writer.bytes[writer.offset++] = 0x10;
    writer.bytes[writer.offset++] = value ? 1 : 0;
    return value || cursor.skipWords(FALSE);
  }
  if (!cursor.skipWords(DOUBLE) || !isNumberStart(cursor)) return false;
  writer.bytes[writer.offset++] = 0x21;
  if (numbers.double() !== undefined) return false;
  writer.double(numbers.value);
  return true;
}

/** A digit, a minus or a quote: a number or an error follows, but not `null`. */
function isNumberStart(cursor: JsonCursor): boolean {
  const byte = cursor.bytes[cursor.offset] as number;
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === QUOTE;
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
