/** Texts and bytes as JSON strings: UTF-8 with escapes, hex, and base64, written into a buffer. */
import { mayBeSpecial } from '../json-words.ts';

const QUOTE = 0x22;
const EQUALS = 0x3d;

/** The most bytes that one byte of UTF-8 becomes in a JSON string (`\u0000`). */
export const MAX_TEXT_GROWTH = 6;

/**
 * Copies the UTF-8 text in `bytes[from, to)` into `out` at `at`, escaped for a JSON string, and returns the offset
 * after it. Invalid UTF-8 becomes U+FFFD. There must be room for {@link MAX_TEXT_GROWTH} times the bytes.
 */
export function copyText(out: DataView, at: number, bytes: DataView, from: number, to: number): number {
  const shift = at - from;
  const last = to - 4;
  let i = from;
  for (; i + 4 < last; i += 8) {
    const word = bytes.getInt32(i, true);
    const next = bytes.getInt32(i + 4, true);
    if (mayBeSpecial(word) || mayBeSpecial(next)) return copySpecialText(out, i + shift, bytes, i, to);
    out.setInt32(i + shift, word, true);
    out.setInt32(i + 4 + shift, next, true);
  }
  if (i < last) {
    const word = bytes.getInt32(i, true);
    if (mayBeSpecial(word)) return copySpecialText(out, i + shift, bytes, i, to);
    out.setInt32(i + shift, word, true);
    i += 4;
  }
  // The last word overlaps the one before, which avoids a loop for the last one to three bytes.
  if (last < from) return copySpecialText(out, at, bytes, from, to);
  const word = bytes.getInt32(last, true);
  if (mayBeSpecial(word)) return copySpecialText(out, i + shift, bytes, i, to);
  out.setInt32(last + shift, word, true);
  return to + shift;
}

const PLAIN = 0;
const BEYOND_ASCII = 1;

/**
 * What each byte of UTF-8 needs in a JSON string (RFC 8259 §7): {@link PLAIN} nothing; {@link BEYOND_ASCII} a check of
 * the whole sequence; any other number is the character after the backslash, where `u` needs four hex digits.
 */
const TEXT_BYTES: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte > 0x7f) return BEYOND_ASCII;
  const escaped = JSON.stringify(String.fromCharCode(byte)).slice(1, -1);
  return escaped.length > 1 ? escaped.charCodeAt(1) : PLAIN;
});

/**
 * Copies a text in which every character stands for itself in a JSON string, and is ASCII, into `out` at `at`, and
 * returns the offset after it; a negative number if it has any other character.
 */
export function copyPlainString(out: DataView, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f || TEXT_BYTES[unit] !== PLAIN) return -1;
    out.setUint8(at + i, unit);
  }
  return at + text.length;
}

/** Copies byte by byte up to and including a special byte; then in words again. */
function copySpecialText(out: DataView, start: number, bytes: DataView, from: number, to: number): number {
  let at = start;
  for (let i = from; i < to; ) {
    const byte = bytes.getUint8(i);
    const kind = TEXT_BYTES[byte] as number;
    if (kind === PLAIN) {
      out.setUint8(at++, byte);
      i++;
    } else if (kind !== BEYOND_ASCII) {
      at = writeEscape(out, at, byte, kind);
      i++;
      for (; i + 4 <= to; i += 4, at += 4) {
        const word = bytes.getInt32(i, true);
        if (mayBeSpecial(word)) break;
        out.setInt32(at, word, true);
      }
    } else {
      const end = utf8SequenceEnd(bytes, i, to);
      if (end === 0) {
        const rest = replaceInvalidUtf8(bytes, i, to);
        return copySpecialText(out, at, rest, 0, rest.byteLength);
      }
      while (i < end) out.setUint8(at++, bytes.getUint8(i++));
    }
  }
  return at;
}

/** Writes the escape of an ASCII character into `out` at `at`, and returns the offset after it. */
function writeEscape(out: DataView, at: number, byte: number, letter: number): number {
  out.setUint8(at, 0x5c);
  out.setUint8(at + 1, letter);
  if (letter !== 0x75) return at + 2;
  out.setUint8(at + 2, 0x30);
  out.setUint8(at + 3, 0x30);
  writeHexPair(out, at + 4, byte);
  return at + 6;
}

/** The end of the sequence of two to four bytes that starts at `at`; 0 if it is not valid UTF-8 (RFC 3629 §4). */
function utf8SequenceEnd(bytes: DataView, at: number, limit: number): number {
  const first = bytes.getUint8(at);
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > limit) return 0;
  const second = bytes.getUint8(at + 1);
  // The second byte excludes overlong forms, surrogates and everything above U+10FFFF.
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  for (let i = at + 2; i < at + length; i++) {
    if ((bytes.getUint8(i) & 0xc0) !== 0x80) return 0;
  }
  return at + length;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** The same text with U+FFFD in place of invalid UTF-8. */
function replaceInvalidUtf8(bytes: DataView, from: number, to: number): DataView {
  const text = decoder.decode(new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from));
  const valid = encoder.encode(text);
  return new DataView(valid.buffer, valid.byteOffset, valid.length);
}

/** The two lower-case hex digits of each byte in ASCII, with the first digit in the low byte. */
const HEX_PAIRS: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) => {
  const digits = byte.toString(16).padStart(2, '0');
  return digits.charCodeAt(0) | (digits.charCodeAt(1) << 8);
});

/** Writes the two lower-case hex digits of a byte into `out` at `at`. */
function writeHexPair(out: DataView, at: number, byte: number): void {
  out.setUint16(at, HEX_PAIRS[byte] as number, true);
}

/** Writes `bytes[from, to)` at `at` as a string of lower-case hex, and returns the offset after it. */
export function writeHexString(out: DataView, at: number, bytes: Uint8Array, from: number, to: number): number {
  out.setUint8(at, QUOTE);
  let next = at + 1;
  let i = from;
  for (; i + 2 <= to; i += 2, next += 4) {
    const first = HEX_PAIRS[bytes[i] as number] as number;
    out.setInt32(next, first | ((HEX_PAIRS[bytes[i + 1] as number] as number) << 16), true);
  }
  if (i < to) {
    writeHexPair(out, next, bytes[i] as number);
    next += 2;
  }
  out.setUint8(next, QUOTE);
  return next + 1;
}

const BASE64 = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');

/** Writes `bytes[from, to)` at `start` as a string of standard base64 with padding, and returns the offset after it. */
export function writeBase64String(out: Uint8Array, start: number, bytes: Uint8Array, from: number, to: number): number {
  let at = start;
  out[at++] = QUOTE;
  for (let i = from; i < to; i += 3) {
    const left = to - i;
    const word =
      ((bytes[i] as number) << 16) |
      (left > 1 ? (bytes[i + 1] as number) << 8 : 0) |
      (left > 2 ? (bytes[i + 2] as number) : 0);
    out[at++] = BASE64[word >>> 18] as number;
    out[at++] = BASE64[(word >>> 12) & 0x3f] as number;
    out[at++] = left > 1 ? (BASE64[(word >>> 6) & 0x3f] as number) : EQUALS;
    out[at++] = left > 2 ? (BASE64[word & 0x3f] as number) : EQUALS;
  }
  out[at++] = QUOTE;
  return at;
}
