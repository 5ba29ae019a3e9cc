/** JSON strings as the bytes that they stand for: text, IDs in hex, and base64 (proto3 JSON mapping). */
import { MalformedOtlpError } from '../errors.ts';
import { mayBeSpecial } from '../json-words.ts';
import type { WireWriter } from '../protobuf/writer.ts';
import { BACKSLASH, HEX_VALUES, type JsonCursor, QUOTE } from './cursor.ts';

const REPLACEMENT_CHARACTER = 0xfffd;

/** The characters for which `\b`, `\n` and so on stand, by the byte after the backslash; 0 for other bytes. */
const ESCAPES = new Uint8Array(256);

for (const [name, character] of Object.entries({
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
})) {
  ESCAPES[name.charCodeAt(0)] = character.charCodeAt(0);
}

/**
 * Copies a JSON string as UTF-8, without its quotes and escapes, and returns undefined, or what was expected instead. A
 * lone surrogate becomes U+FFFD.
 * @throws {MalformedOtlpError} if the string is not JSON
 */
export function copyString(cursor: JsonCursor, writer: WireWriter): string | undefined {
  if (cursor.peek() !== QUOTE) return 'expected a string';
  const { bytes, view } = cursor;
  let at = cursor.offset + 1;
  // A string never gets longer.
  writer.ensure(bytes.length - at);
  const output = writer.bytes;
  const outputView = writer.view;
  const lastWord = bytes.length - 4;
  let to = writer.offset;
  for (;;) {
    for (; at <= lastWord; at += 4, to += 4) {
      const word = view.getInt32(at, true);
      if (mayBeSpecial(word)) break;
      outputView.setInt32(to, word, true);
    }
    let byte = bytes[at] as number;
    // Nearly all bytes are above the quote, so they take two comparisons each.
    while (byte > QUOTE && byte !== BACKSLASH) {
      output[to++] = byte;
      byte = bytes[++at] as number;
    }
    if (byte === QUOTE) break;
    if (byte === BACKSLASH) {
      cursor.offset = at + 1;
      writer.offset = to;
      copyEscape(cursor, writer);
      at = cursor.offset;
      to = writer.offset;
    } else if (byte >= 0x20) {
      output[to++] = byte;
      at++;
    } else {
      throw new MalformedOtlpError(at < bytes.length ? 'control character in a string' : 'unterminated string', at);
    }
  }
  cursor.offset = at + 1;
  writer.offset = to;
  return undefined;
}

function copyEscape(cursor: JsonCursor, writer: WireWriter): void {
  const name = cursor.bytes[cursor.offset] as number;
  if (name === 0x75) {
    writeUtf8(writer, readCodePoint(cursor));
    return;
  }
  const character = ESCAPES[name] ?? 0;
  if (character === 0) throw cursor.error('unknown escape');
  writer.bytes[writer.offset++] = character;
  cursor.offset++;
}

function readCodePoint(cursor: JsonCursor): number {
  const { bytes } = cursor;
  const unit = cursor.codeUnit();
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  const isFollowedByEscape = bytes[cursor.offset] === BACKSLASH && bytes[cursor.offset + 1] === 0x75;
  if (unit > 0xdbff || !isFollowedByEscape) return REPLACEMENT_CHARACTER;
  const afterFirst = cursor.offset;
  cursor.offset++;
  const second = cursor.codeUnit();
  if (second >= 0xdc00 && second <= 0xdfff) return 0x10000 + (unit - 0xd800) * 0x400 + (second - 0xdc00);
  cursor.offset = afterFirst;
  return REPLACEMENT_CHARACTER;
}

function writeUtf8(writer: WireWriter, codePoint: number): void {
  const { bytes } = writer;
  if (codePoint < 0x80) {
    bytes[writer.offset++] = codePoint;
    return;
  }
  if (codePoint < 0x800) {
    bytes[writer.offset++] = 0xc0 | (codePoint >>> 6);
  } else {
    if (codePoint < 0x10000) {
      bytes[writer.offset++] = 0xe0 | (codePoint >>> 12);
    } else {
      bytes[writer.offset++] = 0xf0 | (codePoint >>> 18);
      bytes[writer.offset++] = 0x80 | ((codePoint >>> 12) & 0x3f);
    }
    bytes[writer.offset++] = 0x80 | ((codePoint >>> 6) & 0x3f);
  }
  bytes[writer.offset++] = 0x80 | (codePoint & 0x3f);
}

/** A length that no ID has. */
const WRONG_ID_LENGTH = 1;

/**
 * Copies an ID: pairs of hex digits, in upper or lower case, as bytes. It does not check the number of bytes. An odd
 * number of digits, or a character that is not hex, gives an ID of a wrong length, for which `regroup` rejects the
 * span. Returns undefined, or what was expected instead.
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

/** Fast path without escapes, for at most 32 digits. Otherwise returns false and consumes nothing. */
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

/** Far below zero if the byte is not a hex digit, so that a pair with one such byte is negative. */
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
 * Decodes base64, in the standard or the URL-safe alphabet, with or without padding. Returns undefined, or what was
 * expected instead.
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
    // Every digit except the first of four completes a byte. Writing never overtakes reading.
    if (i % 4 !== 0) bytes[to++] = (bits >>> (6 - 2 * (i % 4))) & 0xff;
  }
  writer.offset = to;
  return undefined;
}
