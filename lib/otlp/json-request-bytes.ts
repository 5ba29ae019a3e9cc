import { HEX_VALUES, type JsonCursor, QUOTE } from './json-decode/cursor.ts';
import { copyString } from './json-decode/strings.ts';
import type { WireWriter } from './protobuf/writer.ts';

/**
 * Copies an ID: pairs of hex digits, in either case, as bytes. The number of bytes is not looked at. Half a byte and what
 * is not hex make an ID of a wrong length, for which `regroup` rejects the span. Returns undefined, or what was expected
 * instead.
 */
export function copyHex(cursor: JsonCursor, writer: WireWriter): string | undefined {
  if (cursor.peek() === QUOTE && copyPlainHex(cursor, writer)) return undefined;
  const start = writer.offset;
  const problem = copyString(cursor, writer);
  if (problem !== undefined) return problem;
  const { bytes } = writer;
  const length = writer.offset - start;
  const byteCount = length >> 1;
  for (let i = 0; i < byteCount; i++) {
    const high = HEX_VALUES[bytes[start + 2 * i] as number] as number;
    const low = HEX_VALUES[bytes[start + 2 * i + 1] as number] as number;
    if (high < 0 || low < 0) {
      writer.offset = start + WRONG_ID_LENGTH;
      return undefined;
    }
    bytes[start + i] = high * 16 + low;
  }
  writer.offset = start + (length % 2 === 0 ? byteCount : WRONG_ID_LENGTH);
  return undefined;
}

/** No ID has this length. */
const WRONG_ID_LENGTH = 1;

/** The same without escapes, of at most 32 digits. Otherwise false, and nothing has moved. */
function copyPlainHex(cursor: JsonCursor, writer: WireWriter): boolean {
  const { bytes, offset } = cursor;
  writer.ensure(16);
  let to = writer.offset;
  let at = offset + 1;
  for (; at < offset + 33; at += 2) {
    const value = hexValue(bytes[at]) * 16 + hexValue(bytes[at + 1]);
    if (value < 0) break;
    writer.bytes[to++] = value;
  }
  if (bytes[at] !== QUOTE) return false;
  cursor.offset = at + 1;
  writer.offset = to;
  return true;
}

/** Far below zero for what is no hex digit. */
function hexValue(byte: number | undefined): number {
  const value = HEX_VALUES[byte as number] ?? -1;
  return value < 0 ? -1000 : value;
}

const BASE64_VALUES = new Int8Array(256).fill(-1);
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
for (const [value, digit] of [...BASE64].entries()) BASE64_VALUES[digit.charCodeAt(0)] = value;
BASE64_VALUES['-'.charCodeAt(0)] = 62;
BASE64_VALUES['_'.charCodeAt(0)] = 63;

/**
 * Copies base64, in the standard or the URL-safe alphabet, with or without padding, as the bytes that it stands for.
 * Returns undefined, or what was expected instead.
 */
export function copyBase64(cursor: JsonCursor, writer: WireWriter): string | undefined {
  const start = writer.offset;
  const problem = copyString(cursor, writer);
  if (problem !== undefined) return problem;
  const { bytes } = writer;
  let end = writer.offset;
  let padding = 0;
  for (; end > start && bytes[end - 1] === 0x3d; end--) padding++;
  const digits = end - start;
  const isPaddingRight = padding === 0 || (padding <= 2 && (digits + padding) % 4 === 0);
  if (digits % 4 === 1 || !isPaddingRight) return 'expected base64';
  let to = start;
  let bits = 0;
  for (let i = 0; i < digits; i++) {
    const value = BASE64_VALUES[bytes[start + i] as number] as number;
    if (value < 0) return 'expected base64';
    bits = (bits << 6) | value;
    // Every digit but the first of four completes a byte; what is written never overtakes what is read.
    if (i % 4 !== 0) bytes[to++] = (bits >>> (6 - 2 * (i % 4))) & 0xff;
  }
  writer.offset = to;
  return undefined;
}
